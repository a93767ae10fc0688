"""What it costs that the database keeps institutions apart: the same calls with its policies, and without."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from benchmarks.clients import Call, endless, in_turn
from benchmarks.data import MARKED_EACH
from benchmarks.report import Row, part
from muster.core.ownership import as_owner

ROUNDS, SECONDS, CLIENTS = 3, 3, 8


def keeping_apart(bench: Any) -> list[Row]:
    """A list and a register over the API. They take turns, so that whatever else the machine does weighs on both."""
    college, school = bench.data.college, bench.data.school
    session = school.marked[MARKED_EACH - 1]
    calls = {
        "list of batches": Call("GET", "/api/batches", college.bearer),
        "a register": Call("GET", f"/api/institution/class-sessions/{session.pk}", school.campus.bearer),
    }
    return [_compared(bench.place.port, what, call) for what, call in calls.items()]


def _compared(port: int, what: str, call: Call) -> Row:
    apart: list[float] = []
    open_to_all: list[float] = []
    for _round in range(ROUNDS):
        apart.append(_rate(port, call))
        with _without_policies():
            open_to_all.append(_rate(port, call))
    rate, ceiling = statistics.median(apart), statistics.median(open_to_all)
    return Row(
        f"{what}, institutions kept apart",
        f"{rate:.0f}/s",
        f"{ceiling:.0f}/s",
        part(rate / ceiling),
        numbers={"rates": apart, "ceilings": open_to_all},
    )


def _rate(port: int, call: Call) -> float:
    in_turn(port, endless([call]), clients=CLIENTS, seconds=1)
    replies = in_turn(port, endless([call]), clients=CLIENTS, seconds=SECONDS)
    assert {reply.status for reply in replies} == {200}
    return len(replies) / SECONDS


@contextmanager
def _without_policies() -> Iterator[None]:
    """Rows are filtered by what statements ask for alone."""
    _switch("DISABLE")
    try:
        yield
    finally:
        _switch("ENABLE")


def _switch(word: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = current_schema()")
        cursor.execute(";".join(f'ALTER TABLE "{table}" {word} ROW LEVEL SECURITY' for (table,) in cursor.fetchall()))
