"""`python -m benchmarks.cpu [WHAT ...] [--profile]`: what a call costs of the processor, in this process.

For a machine that does other work too, where rates say nothing: CPU time of Python and of PostgreSQL's processes, the
function calls of Python, and statements.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import logging
import os
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clients import Call
from benchmarks.environment import Environment

if TYPE_CHECKING:
    from benchmarks.data import Data

ROUNDS, EACH = 5, 40


def main() -> int:
    """Print a line for each call."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cpu")
    parser.add_argument("only", nargs="*", help="which calls; all of them when none is named")
    parser.add_argument("--profile", action="store_true", help="also tell where the time goes")
    asked = parser.parse_args()
    with Environment.made() as place:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django  # noqa: PLC0415  (settings read the home, which is made just now)

        django.setup()
        from muster.core.isolation import see_all_in_this_process  # noqa: PLC0415

        see_all_in_this_process("what is measured is made and compared")
        from benchmarks.data import Data  # noqa: PLC0415
        from muster.cli.setup import bring_database_up_to_date, collect_static  # noqa: PLC0415

        bring_database_up_to_date()
        collect_static()
        measure(place, Data.made(), asked.only, profile=asked.profile)
    return 0


def calls_of(data: Data) -> dict[str, tuple[Iterator[Call], int]]:
    """By name, the calls to be made one after the other, and what they are answered with."""
    from benchmarks.calls import enroll_call, mark_call, open_call, tap_call  # noqa: PLC0415
    from benchmarks.data import MARKED_EACH, Places, enroll_all, open_batches  # noqa: PLC0415

    def enrolling() -> Iterator[Call]:
        # Most have seats in other batches, whose hours are asked for.
        for student in data.newcomers:
            for batch in data.open_batches[:4]:
                yield enroll_call(student.pk, batch.pk, data.academy.bearer)

    def waiting() -> Iterator[Call]:
        # Each by their own token, for a seat that there is not.
        batch = open_batches(data.academy, data.halls, count=1, capacity=1, instructors=[])[0]
        enroll_all(batch, data.rushers[:1])
        for student, token in zip(data.rushers[1:], data.rusher_tokens[1:], strict=False):
            yield enroll_call(student.pk, batch.pk, {"Authorization": f"Bearer {token}"}, join_waitlist=True)

    def again(path: str, headers: dict[str, str]) -> Iterator[Call]:
        while True:
            yield Call("GET", path, headers)

    def asking() -> Iterator[Call]:
        while True:
            yield Call("POST", "/api/batches/check-conflicts", data.polytechnic.bearer, data.timetable)

    def opening() -> Iterator[Call]:
        for room in Places.rooms_of(data.polytechnic, data.polytechnic_places.branches[0], 1000):
            yield open_call(data, room)

    def marking(whole: bool) -> Iterator[Call]:
        for turn in count():
            yield mark_call(data.school, turn) if whole else tap_call(data.school, turn)

    browser, at_school = data.college.browser(), data.school.campus.browser()
    register = data.school.marked[MARKED_EACH - 1].pk
    return {
        "me": (again("/api/v1/auth/me", data.college.bearer), 200),
        "enroll": (enrolling(), 201),
        "wait": (waiting(), 202),
        "list": (again("/api/batches", data.college.bearer), 200),
        "list-page": (again("/batches/", browser), 200),
        "home": (again("/", browser), 200),
        "clashes": (asking(), 200),
        "open": (opening(), 201),
        "mark": (marking(whole=True), 200),
        "tap": (marking(whole=False), 200),
        "register": (again(f"/api/institution/class-sessions/{register}", data.school.campus.bearer), 200),
        "register-page": (again(f"/institution/attendance/sessions/{register}", at_school), 200),
    }


def measure(place: Environment, data: Data, only: list[str], *, profile: bool) -> None:
    """Print CPU time, function calls and statements of each kind of call."""
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415

    from benchmarks.calls import answered  # noqa: PLC0415

    # What is logged costs, but where it is written to does not matter here.
    logging.getLogger().handlers[0].setStream(io.StringIO())
    application = WSGIHandler()
    print(f"{'call':<14}{'Python ms':>10}{'SQL ms':>8}{'Python calls':>14}{'statements':>12}")
    for name, (calls, expected) in calls_of(data).items():
        if only and name not in only:
            continue

        def run(calls: Iterator[Call] = calls, expected: int = expected) -> None:
            answered(application, next(calls), expected)

        for _warm in range(10):
            run()
        rounds = [_cpu(place, run) for _round in range(ROUNDS)]
        spent, asked = (statistics.median(times) for times in zip(*rounds, strict=True))
        profiler = cProfile.Profile()
        profiler.runcall(_repeat, run, 20)
        stats = pstats.Stats(profiler, stream=sys.stdout)
        number = stats.total_calls // 20
        print(f"{name:<14}{spent:>10.2f}{asked:>8.2f}{number:>14}{_statements(run):>12}", flush=True)
        if profile:
            stats.sort_stats("tottime").print_stats(35)
            stats.sort_stats("cumtime").print_stats(90)


def _repeat(run: Callable[[], None], times: int) -> None:
    for _time in range(times):
        run()


def _cpu(place: Environment, run: Callable[[], None]) -> tuple[float, float]:
    """The milliseconds of a call in Python and in PostgreSQL."""
    begun, asked = time.process_time(), _cpu_of_backends(place)
    _repeat(run, EACH)
    return (time.process_time() - begun) * 1000 / EACH, (_cpu_of_backends(place) - asked) / 1e6 / EACH


def _cpu_of_backends(place: Environment) -> int:
    """The nanoseconds that all connections have cost PostgreSQL; Linux keeps them for each process."""
    pids = place.sql(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for (pid,) in pids)


def _statements(run: Callable[[], None]) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as asked:
        run()
    return len(asked)


if __name__ == "__main__":
    sys.exit(main())
