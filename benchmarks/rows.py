"""What one request costs the database: statements, their time, and the rows that they read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

# What this transaction has read so far: rows by going through tables, entries by going through indexes.
READ = """
SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(oid)), 0) FROM pg_class
WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace
"""


@dataclass
class Cost:
    """Of one request. `rows` is known where it ran in a transaction."""

    statements: list[tuple[float, str]] = field(default_factory=list)
    rows: int = 0

    @property
    def seconds(self) -> float:
        return sum(seconds for seconds, _sql in self.statements)

    @property
    def slowest(self) -> tuple[float, str]:
        return max(self.statements, default=(0.0, ""))


def rows_read() -> int:
    """How many rows and index entries this transaction has read."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


@contextmanager
def costing() -> Iterator[Cost]:
    """Note what is asked of the database meanwhile."""
    cost = Cost()

    def noted(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if not str(sql).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                cost.statements.append((time.perf_counter() - begun, str(sql)))

    with connection.execute_wrapper(noted):
        yield cost
