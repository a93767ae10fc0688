"""Building a generated data set.

The rules would take hours for millions of marks, so rows are written set by set while the session's triggers are off,
and what triggers derive is derived from the sets: by the same functions where the database has one, else here.
`muster check` proves the outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils.translation import gettext as _

from muster.core.errors import Conflict
from muster.core.ownership import as_owner
from muster.exchange.generate import history, people, registers, teaching
from muster.exchange.generate.rows import run
from muster.exchange.generate.scales import WEEKS_BEHIND, DataScale
from muster.institutions.models import Institution

GENERATED_PASSWORD = "generated-data-set"  # noqa: S105 - told to whoever makes one
# Their indexes are built anew at the end: built once they are quicker and smaller than kept at each row.
LARGE = ("attendance_attendancerecord", "attendance_markentry", "core_auditentry")
ZONES = ("Africa/Johannesburg", "UTC", "Europe/Berlin", "Asia/Kolkata")

Progress = Callable[[str], object]


def generate(
    scale: DataScale,
    *,
    seed: int = 1,
    today: date,
    beside_others: bool = False,
    progress: Progress = lambda _words: None,
) -> None:
    """Add a data set to the database, the same for the same seed and day, in one transaction.

    Refuses a database that has institutions unless `beside_others`. Needs a database user who may switch triggers off.
    """
    if Institution.objects.exists() and not beside_others:
        raise Conflict(_("This database already has institutions. Use an empty one, or --beside-others."))
    with as_owner():
        _generate(scale, seed, today, progress)


def _generate(scale: DataScale, seed: int, today: date, progress: Progress) -> None:
    with transaction.atomic(), _triggers_off(), _indexed_at_last(progress):
        _make_places(scale, seed, today)
        steps: dict[str, Callable[[], None]] = {
            "Institutions, courses and people": people.write,
            "Batches and their sessions": teaching.write,
            "Enrollments": registers.write_enrollments,
            "Marks": registers.write_marks,
            "History": history.write,
        }
        for words, step in steps.items():
            progress(words)
            step()
        run("DROP TABLE place, person, class, learner")
    progress("Statistics")
    run("VACUUM ANALYZE" if not connection.in_atomic_block else "ANALYZE")


@contextmanager
def _triggers_off() -> Iterator[None]:
    """Without triggers and without asking foreign keys, in this transaction alone."""
    try:
        run("SET LOCAL session_replication_role = replica")
    except ProgrammingError as error:
        raise Conflict(
            _("Only a database superuser can switch triggers off. Connect as one, or use the embedded database.")
        ) from error
    yield
    run("SET LOCAL session_replication_role = origin")


@contextmanager
def _indexed_at_last(progress: Progress) -> Iterator[None]:
    """The large tables without the indexes that no constraint needs, which are made at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('%%I', index.indexrelid::regclass::text), pg_get_indexdef(index.indexrelid)
            FROM pg_index AS index
            WHERE index.indrelid = ANY (%s::regclass[])
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = index.indexrelid)
            """,
            [list(LARGE)],
        )
        indexes = cursor.fetchall()
    for name, _definition in indexes:
        run(f"DROP INDEX {name}")
    yield
    progress("Indexes")
    run("SET LOCAL maintenance_work_mem = '256MB'")
    for _name, definition in indexes:
        run(definition)


def _make_places(scale: DataScale, seed: int, today: date) -> None:
    """Temporary tables and functions that the steps share: ids and chances that follow from the seed."""
    # A UUID of version 7 whose end follows from the seed and a word.
    run(f"""
        CREATE OR REPLACE FUNCTION pg_temp.made_id(at timestamptz, word text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
            SELECT overlay(overlay(
                '0' || to_hex((extract(epoch FROM at) * 1000)::bigint) || left(md5('{seed} ' || word), 20)
                PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid
        $$;
        CREATE OR REPLACE FUNCTION pg_temp.chance(word text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
            SELECT mod(abs(hashtextextended(word, {seed}) / 2), 1000)::integer
        $$;
        CREATE TEMPORARY TABLE place (
            n integer, id uuid, name text, slug text, zone text, batches integer, students integer, instructors integer,
            courses integer, password text, founded timestamptz, today date, monday date
        );
    """)
    monday = today - timedelta(days=today.weekday())
    founded = datetime.fromisoformat(f"{monday - timedelta(weeks=WEEKS_BEHIND + 4)}T00:00+00:00")
    password = make_password(GENERATED_PASSWORD, salt=f"generated {seed}")
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO place VALUES (
                %s, pg_temp.made_id(%s, 'institution ' || %s), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
            )
            """,
            [
                (
                    place.number,
                    founded,
                    place.number,
                    place.name,
                    place.slug,
                    ZONES[(place.number - 1) % len(ZONES)],
                    place.batches,
                    place.students,
                    place.instructors,
                    place.courses,
                    password,
                    founded,
                    today,
                    monday,
                )
                for place in scale.places()
            ],
        )
