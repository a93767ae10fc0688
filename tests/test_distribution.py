"""Whether the tables could be spread over several servers by institution: see docs/scaling.md.

Such a server keeps all rows of an institution, so a key or a reference holds there when its columns tell the
institution, themselves or by a row of the same institution that they refer to.
"""

import re

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

KEYS = """
SELECT class.relname, key.conname, target.relname,
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = key.conrelid AND attnum = ANY (key.conkey))
FROM pg_constraint AS key JOIN pg_class AS class ON class.oid = key.conrelid
JOIN pg_class AS target ON target.oid = key.confrelid
WHERE key.contype = 'f' AND class.relnamespace = 'public'::regnamespace
"""
UNIQUE = """
SELECT class.relname, of_index.relname, pg_get_indexdef(index.indexrelid)
FROM pg_index AS index JOIN pg_class AS class ON class.oid = index.indrelid
JOIN pg_class AS of_index ON of_index.oid = index.indexrelid
WHERE (index.indisunique AND NOT index.indisprimary OR index.indisexclusion)
AND class.relnamespace = 'public'::regnamespace
"""
OWNED = """
SELECT class.relname FROM pg_attribute AS place JOIN pg_class AS class ON class.oid = place.attrelid
WHERE place.attname = 'institution_id' AND place.attnotnull AND class.relkind = 'r'
AND class.relnamespace = 'public'::regnamespace
"""
# Secrets and codes that are looked up before the institution is known: they need a directory of their own.
LOOKED_UP_FIRST = {
    "batches_calendarfeed_digest_key",
    "documents_issueddocument_code_key",
    "institutions_apitoken_digest_key",
}
# Written by triggers alone, which copy the institution of the session: their references need not say it again.
DERIVED = {
    ("timetable_booking", "session_id"),
    ("timetable_booking", "room_id"),
    ("attendance_markentry", "session_id"),
}


def asked(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.fixture
def owned():
    found = {table for (table,) in asked(OWNED)}
    assert {"batches_batch", "enrollments_enrollment", "attendance_attendancerecord"} <= found
    return found


def test_rows_of_an_institution_refer_to_rows_of_the_same(owned):
    keys = [key for key in asked(KEYS) if key[0] in owned and key[2] in owned]
    told = {
        (table, target, column)
        for table, _name, target, columns in keys
        if "institution_id" in columns
        for column in columns
    }
    alone = {
        (table, target, column)
        for table, _name, target, columns in keys
        if "institution_id" not in columns
        for column in columns
    }
    assert told
    assert {(table, column) for table, _target, column in alone - told} <= DERIVED


def test_what_is_unique_is_so_within_an_institution(owned):
    tells = {
        (table, column)
        for table, _name, target, columns in asked(KEYS)
        if "institution_id" in columns and target in owned
        for column in columns
    } | DERIVED
    rows = [row for row in asked(UNIQUE) if row[0] in owned]
    assert len(rows) > 100
    across = {
        name
        for table, name, definition in rows
        if not any(word == "institution_id" or (table, word) in tells for word in re.findall(r"\w+", definition))
    }
    assert across == LOOKED_UP_FIRST
