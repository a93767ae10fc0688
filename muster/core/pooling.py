"""Connections of the pool, which notice without a round trip that they are gone."""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg

IDLE_SECONDS = 5.0


class PooledConnection(psycopg.Connection[Any]):
    """A connection that asks the server whether it still lives only when it has been idle.

    Before it lends a connection, the pool sends an empty statement over it. One that was lent a moment ago is gone
    where there is something to read: a server that ends, or ends the connection, closes it.
    """

    _lent_at = 0.0

    def execute(self, query: Any, params: Any = None, **options: Any) -> psycopg.Cursor[Any]:
        if query == "":
            idle_since, self._lent_at = self._lent_at, time.monotonic()
            if self._lent_at - idle_since < IDLE_SECONDS and not self._has_something_to_read():
                return self.cursor()
        return super().execute(query, params, **options)

    def _has_something_to_read(self) -> bool:
        line = select.poll()
        line.register(self.fileno(), select.POLLIN)
        return bool(line.poll(0))
