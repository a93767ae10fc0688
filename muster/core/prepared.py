"""Statements that PostgreSQL reads and plans once for a connection, for what is asked again and again.

Django puts values into the statement's text, so PostgreSQL reads and plans each anew, which for a register costs more
than finding its rows. A `prepared_cursor` sends the values apart, and rows come in PostgreSQL's binary format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper
from psycopg._preparing import Prepare, PrepareManager
from psycopg._queries import PostgresClientQuery, PostgresQuery
from psycopg.adapt import Transformer
from psycopg.types.json import JsonbBinaryLoader

from muster.core.isolation import tell

CHANGES_TABLES = re.compile(rb"\s*(ALTER|DROP|DISCARD|DEALLOCATE)\b", re.IGNORECASE)


class _Statements(PrepareManager):
    """The prepared statements of one connection: they outlive a rollback, as in PostgreSQL, and end with its tables.

    psycopg forgets all of them at every rollback, in case a table was made in what is rolled back. Here each refused
    request would cost the next ones their plans.
    """

    prepare_threshold = 0
    prepared_max = 500

    def clear(self) -> bool:
        return False

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Any:
        if prep is not Prepare.NO:
            return super().maybe_add_to_cache(query, prep, name)
        if CHANGES_TABLES.match(query.query):
            super().clear()
        return None


class _JsonText(JsonbBinaryLoader):
    """JSON as text, as Django's fields expect it. The first byte is the format's version."""

    def load(self, data: Any) -> str:
        return bytes(data)[1:].decode()


class _Preparing(psycopg.Cursor[Any]):
    # History puts another statement in front of those that write, but for cursors with a name: two cannot be prepared.
    name = "prepared"

    def execute(self, query: Any, params: Any = None, **_asked: Any) -> _Preparing:
        super().execute(query, params, prepare=True, binary=True)
        if connections[DEFAULT_DB_ALIAS].queries_logged:
            # Where Django looks for the words of the statement, its values among them.
            self._query = PostgresClientQuery(Transformer(self))
            self._query.convert(query, params)
        return self


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """A cursor over this thread's connection: values are `%s` or `%(name)s`, lists are arrays.

    The statement's text is the same each time. One that writes what history keeps begins with `history.TOLD`.
    """
    here = connections[DEFAULT_DB_ALIAS]
    here.ensure_connection()
    line = here.connection
    if not isinstance(line._prepared, _Statements):
        line._prepared = _Statements()
        line.adapters.register_loader("jsonb", _JsonText)
    with here.wrap_database_errors, _Preparing(line) as cursor:
        yield here._prepare_cursor(cursor)  # type: ignore[attr-defined]


@contextmanager
def one_message() -> Iterator[None]:
    """Send what prepared cursors execute inside at once, BEGIN with it; fetch the answers behind it.

    The statements run in their order, each on what was committed when it begins: what follows a lock is as it stands
    once that is held. Raises here what one of them raises; those after it did not run.
    """
    here = connections[DEFAULT_DB_ALIAS]
    here.ensure_connection()
    # Inside, nothing can be told.
    tell(here)
    with here.wrap_database_errors, here.connection.pipeline():
        yield
