"""The tests' databases: migrated once, copied for every process, emptied quickly after a test that commits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.db import connections

from muster.cli.upkeep import bring_database_up_to_date

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "muster_template_"
# Templates of other states of the checkout that are kept: somebody may go back and forth between two branches.
KEPT = 2
# Any number that no other advisory lock uses: "templ" in ASCII.
LOCK = 0x74656D706C
# Filled by migrating, and changed by no test.
FILLED = {"auth_permission", "django_content_type", "django_migrations"}


def template() -> str:
    """The name of a database that is migrated and empty, made when there is none for the migrations as they now are.

    Migrating takes a processor ten seconds, copying a fraction of one. Processes that ask at once wait for the first.
    """
    name = PREFIX + _fingerprint()
    draft = PREFIX + "draft"
    with connections["default"]._nodb_cursor() as cursor:
        # Given back when this connection ends.
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid", [f"{PREFIX}%"])
        there = [row[0] for row in cursor.fetchall()]
        if name not in there:
            for old in {draft, *there[:-KEPT]}:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            cursor.execute(f'CREATE DATABASE "{draft}"')
            with _connected_to(draft):
                bring_database_up_to_date()
                _leave_alone()
            # It bears its name only when it is whole.
            cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def _fingerprint() -> str:
    """Of all that the migrated database follows from."""
    seen = hashlib.sha256(django.__version__.encode())
    helpers = [Path(__file__), *(ROOT / "muster" / "core" / name for name in ("constraints.py", "ids.py", "sql.py"))]
    folders = [Path(app.path) for app in apps.get_app_configs()]
    migrations = (file for folder in folders for file in folder.glob("migrations/*.py") if file.is_file())
    functions = (file for folder in folders for file in folder.glob("sql/**/*.sql"))
    for file in sorted([*migrations, *functions, *helpers]):
        seen.update(f"{file} ".encode() + file.read_bytes())
    return seen.hexdigest()[:16]


def _leave_alone() -> None:
    """Keep PostgreSQL from looking after the tables by itself.

    It would look between two tests, find them empty, and take the next test's thousands of rows for none or one: then
    an import that takes seconds takes minutes, at one run and not at another. Of tables it never looked at it thinks
    soberly.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" SET (autovacuum_enabled = off)')


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def check_what_was_put_off() -> None:
    """Make the checks now that wait for the end of the transaction, and put off again only what is put off by default.

    Django's `check_constraints` would put off all that can be, which a booking's overlap is not.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT DISTINCT quote_ident(conname) FROM pg_constraint WHERE condeferred")
        cursor.execute(f"SET CONSTRAINTS {', '.join(row[0] for row in cursor.fetchall())} DEFERRED")


def empty() -> None:
    """Delete every row of every table, jobs included, but for what stands there from the beginning.

    What Django does instead, one TRUNCATE of all tables and then making the permissions anew, takes twenty times as
    long: most tables are empty. Neither triggers nor foreign keys are asked, so the order does not matter.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = {row[0] for row in cursor.fetchall()} - FILLED
        cursor.execute(" UNION ALL ".join(map(_its_name_if_it_has_rows, tables)))
        if dirty := [row[0] for row in cursor.fetchall()]:
            deletes = " ".join(f'DELETE FROM "{table}";' for table in dirty)  # noqa: S608 - our own tables
            cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT")


def _its_name_if_it_has_rows(table: str) -> str:
    return f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"  # noqa: S608 - our own tables
