"""Many callers at one moment: real threads, each with a connection of its own, let go by one barrier."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from muster.core.errors import DomainError
from muster.core.ownership import as_owner


def rush(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all calls at once; each outcome is what it returned, or the DomainError or database error it raised."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=120)
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def won(outcomes: Sequence[Any]) -> list[Any]:
    """The calls that succeeded."""
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def refused(outcomes: Sequence[Any]) -> list[DomainError]:
    """The calls that were refused by a rule."""
    return [outcome for outcome in outcomes if isinstance(outcome, DomainError)]


@contextmanager
def without(table: str, *, constraints: Sequence[str] = (), triggers: Sequence[str] = ()) -> Any:
    """A control: the table without what guards it, to show that the race is real."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)", [list(constraints)]
        )
        definitions = cursor.fetchall()
        for name in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name in triggers:
            cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            for name, definition in definitions:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
            for name in triggers:
                cursor.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{name}"')
