"""What every write pays for serves some read or rule that nothing else serves: indexes and foreign keys."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

# Tables of Django and its packages are made as they are.
APPS = (
    "allocation attendance batches core courses enrollments exchange institutions materials messaging notifications "
    "people progression timetable"
)
OURS = f"^({APPS.replace(' ', '|')})_|^accounts_user$"

# Indexes of which each column stands, in the same order and for the same rows, at the beginning of another.
PREFIXES = """
WITH one AS (
    SELECT index.*, pg_get_expr(indpred, indrelid) AS rows, ARRAY(
        SELECT (pg_get_indexdef(indexrelid, place, FALSE), indclass[place - 1], indoption[place - 1])::text
        FROM generate_series(1, indnkeyatts) AS place
    ) AS parts
    FROM pg_index AS index JOIN pg_class AS class ON class.oid = indexrelid
    WHERE relam = (SELECT oid FROM pg_am WHERE amname = 'btree') AND indrelid::regclass::text ~ %s
)
SELECT one.indexrelid::regclass::text, other.indexrelid::regclass::text
FROM one JOIN one AS other ON other.indrelid = one.indrelid AND other.indexrelid <> one.indexrelid
WHERE NOT one.indisunique AND one.rows IS NOT DISTINCT FROM other.rows
AND one.parts = other.parts[1:cardinality(one.parts)]
ORDER BY 1, 2
"""
# Foreign keys to an institution beside a composite one, never NULL, to a table that has or implies this key itself.
IMPLIED = """
SELECT single.conrelid::regclass::text, single.conname::text, min(pair.conname::text)
FROM pg_constraint AS single JOIN pg_constraint AS pair
    ON pair.conrelid = single.conrelid AND pair.contype = 'f' AND cardinality(pair.conkey) > 1
    AND pair.conkey @> single.conkey
JOIN pg_attribute AS there ON there.attrelid = pair.confrelid AND there.attname = 'institution_id'
    AND there.attnum = pair.confkey[array_position(pair.conkey, single.conkey[1])]
WHERE single.contype = 'f' AND cardinality(single.conkey) = 1
AND single.confrelid = 'institutions_institution'::regclass
AND NOT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = pair.conrelid AND attnum = ANY (pair.conkey) AND NOT attnotnull
)
GROUP BY 1, 2 ORDER BY 1, 2
"""


def test_no_index_is_the_beginning_of_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute(PREFIXES, [OURS])
        assert cursor.fetchall() == []


def test_no_foreign_key_is_implied_by_a_composite_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute(IMPLIED)
        assert cursor.fetchall() == []
