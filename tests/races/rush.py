"""Many callers at one moment: real threads, each with a connection of its own, let go by one barrier."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction

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


def in_the_middle(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Run `second` while what `first` wrote is not yet committed: until it waits for it, or is through. Both outcomes
    as of `rush`."""
    written, over = threading.Event(), threading.Event()

    def write() -> Any:
        try:
            with transaction.atomic():
                outcome = first()
                written.set()
                while not over.wait(0.02) and not somebody_waits():
                    pass
                return outcome
        finally:
            written.set()

    def follow() -> Any:
        written.wait(30)
        try:
            return second()
        finally:
            over.set()

    return rush([write, follow])


def somebody_waits() -> bool:
    """Whether a connection waits for a lock, asked anew within a transaction as well."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def none_before_another(table: str) -> Any:
    """A control: nobody's row is inserted before a second one is about to be, so that neither saw the other's."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE arrivals")
        cursor.execute(
            """
            CREATE FUNCTION await_another() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            DECLARE
                latest timestamptz := clock_timestamp() + interval '30 seconds';
            BEGIN
                PERFORM nextval('arrivals');
                WHILE (SELECT last_value FROM arrivals) < 2 AND clock_timestamp() < latest LOOP
                    PERFORM pg_sleep(0.01);
                END LOOP;
                RETURN NEW;
            END $$
            """
        )
        cursor.execute(
            f"CREATE TRIGGER await_another BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION await_another()"
        )
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION await_another CASCADE")
            cursor.execute("DROP SEQUENCE arrivals")


def won(outcomes: Sequence[Any]) -> list[Any]:
    """The calls that succeeded."""
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def refused(outcomes: Sequence[Any]) -> list[DomainError]:
    """The calls that were refused by a rule."""
    return [outcome for outcome in outcomes if isinstance(outcome, DomainError)]


def trigger(model: Any, name: str) -> str:
    """What the model's trigger is called in the database."""
    found: str = next(one for one in model._meta.triggers if one.name == name).get_pgid(model)
    return found


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
