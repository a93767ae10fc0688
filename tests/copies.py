"""What stands in the tests' database, copied out of it and back in."""

from __future__ import annotations

from typing import Any

from django.db import connections

from muster.core.ownership import as_owner

# Filled by migrating, and changed by no test.
FILLED = {"auth_permission", "django_content_type", "django_migrations"}


def rows() -> dict[str, bytes]:
    """Every row that was written since the beginning, by table: for `put_back`."""
    with connections["default"].cursor() as cursor:
        tables = with_rows(cursor)
        with as_owner():
            kept = {}
            for table in tables:
                with cursor.cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                    kept[table] = b"".join(copy)
            return kept


def put_back(kept: dict[str, bytes]) -> None:
    """Write rows again, as they then were. Neither triggers nor foreign keys are asked: they were when it was made."""
    with connections["default"].cursor() as cursor, as_owner():
        cursor.execute("SET session_replication_role = replica")
        for table, lines in kept.items():
            with cursor.cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(lines)
        cursor.execute("SET session_replication_role = DEFAULT")


def with_rows(cursor: Any) -> list[str]:
    """The tables in which there is more than from the beginning."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    tables = {row[0] for row in cursor.fetchall()} - FILLED
    # The application can't read each of them.
    with as_owner():
        cursor.execute(" UNION ALL ".join(map(_its_name_if_it_has_rows, tables)))
        return [row[0] for row in cursor.fetchall()]


def _its_name_if_it_has_rows(table: str) -> str:
    return f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"  # noqa: S608 - our own tables
