"""`python -m benchmarks.large`: every page and reading call on a generated data set, as five people.

The data set is kept in `var/bench-large` and used again on the same day, as long as the tables are the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import platform
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "bench-large.json"
# Milliseconds: what a page or call may take, and where everything is looked through.
MOST, MOST_OF_OVERVIEWS = 50, 200
OVERVIEWS = ("/search", "/reports", "/analytics", "/archive", "cohorts", ".csv", "format=", "export", "suggest", "q=")
# Each is called so many times, or until so many seconds are over.
TIMES, SECONDS = 10, 0.6
# What lists are asked beside their first page, and calendars beside their month.
VARIANTS = (
    "/students/?q=dlamini",
    "/students/?page=200",
    "/students/?export=csv",
    "/instructors/?q=nkosi",
    "/batches/?q=00",
    "/batches/?status=Active&instructor=none",
    "/search/?q=dlamini",
    "/institution/attendance/calendar?view=week",
    "/institution/attendance/calendar?view=day",
    "/institution/attendance/calendar?view=list",
    "/institution/attendance?q=dlamini",
    "/institution/attendance/cohorts?q=00",
    "/institution/attendance/not-taken?q=00",
    "/mentoring/?instructor=none",
    "/mentoring/?q=dlamini",
    "/settings/people/?q=dlamini",
    "/api/students?search=dlamini",
    "/api/students?page=100",
    "/api/institution/attendance/calendar?from={month_ago}&to={month_ahead}",
)


def main() -> int:
    """Return 1 when something was too slow."""
    parser = argparse.ArgumentParser(prog="make bench-large")
    parser.add_argument("only", nargs="*", help="parts of the paths to measure; all of them when none is named")
    parser.add_argument("--scale", default="large", choices=("small", "medium", "large"))
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench-large")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--once", action="store_true", help="one call each, for the rows and statements alone")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    os.environ |= {"MUSTER_HOME": str(chosen.home), "DJANGO_SETTINGS_MODULE": "config.settings"}
    os.environ.pop("DATABASE_URL", None)
    import django  # noqa: PLC0415  (settings read the home)

    django.setup()
    from muster.core.isolation import see_all_in_this_process  # noqa: PLC0415

    see_all_in_this_process("what is measured is made and compared")
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415
    from django.core.signals import request_finished, request_started  # noqa: PLC0415
    from django.db import close_old_connections  # noqa: PLC0415

    from benchmarks.people import furnish, people  # noqa: PLC0415
    from muster.core.postgres import ensure_running  # noqa: PLC0415

    ensure_running()
    loading = prepare(chosen.scale, chosen.home)
    known = chosen.home / "objects.json"
    if loading is not None:
        known.write_text(json.dumps(furnish()))
    logging.disable()
    application = WSGIHandler()
    # One connection stays, since what it has read is asked of it in between.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    rows = []
    for person in people(json.loads(known.read_text())):
        say(f"As {person.role} of {person.where} ...")
        for path, address in addresses(person):
            if not chosen.only or any(part in path if len(part) > 1 else part == path for part in chosen.only):
                row = measure(application, person, path, address, times=1 if chosen.once else TIMES)
                rows += [row] if row else []
    rows.sort(key=lambda row: -row["p95"])
    print(table(rows))
    facts = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "scale": chosen.scale,
        "load": load,
        "seconds to load": loading,
        **sizes(),
    }
    chosen.results.parent.mkdir(parents=True, exist_ok=True)
    chosen.results.write_text(json.dumps({**facts, "rows": rows}, indent=2) + "\n")
    say(" · ".join(f"{name}: {value}" for name, value in facts.items()))
    return int(any(row["p95"] > row["most"] for row in rows))


def prepare(scale: str, home: Path) -> float | None:
    """Generate the data set unless it is there; the seconds that it took."""
    import shutil  # noqa: PLC0415

    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from muster.cli.demo import empty_database  # noqa: PLC0415
    from muster.cli.setup import bring_database_up_to_date, collect_static  # noqa: PLC0415
    from muster.core.ownership import as_owner  # noqa: PLC0415
    from muster.exchange.generate import SCALES, generate  # noqa: PLC0415

    stamp = home / "generated"
    sources = sorted([*ROOT.glob("muster/*/migrations/0*.py"), *ROOT.glob("muster/**/sql/**/*.sql")])
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()
    wanted = f"{scale} {timezone.now().date()} {digest}"
    if stamp.exists() and stamp.read_text() == wanted:
        return None
    stamp.unlink(missing_ok=True)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    bring_database_up_to_date()
    collect_static()
    shutil.rmtree(home / "files", ignore_errors=True)
    empty_database()
    say(f"Generating {scale} ...")
    begun = time.monotonic()
    generate(SCALES[scale], today=timezone.now().date(), progress=lambda words: say(f"  {words} ..."))
    seconds = round(time.monotonic() - begun, 1)
    stamp.write_text(wanted)
    return seconds


def addresses(person: Any) -> Iterator[tuple[str, str]]:
    """Every page and reading call: what it is called, and its address for this person's objects."""
    from tests.access.routes import routes  # noqa: PLC0415
    from tests.api.described import operations  # noqa: PLC0415
    from tests.api.examples import EXAMPLES  # noqa: PLC0415

    queries = {path: EXAMPLES[one["operationId"]].query for _method, path, one in operations()}
    for route in routes():
        if route.method == "GET" and "logout" not in route.path:
            query = queries.get(route.path, "")
            try:
                address = route.address(person.objects)
            except KeyError:
                continue
            yield route.path, f"{address}?{query}" if query and "?" not in address else address
    for variant in VARIANTS:
        yield variant, variant.format(**person.objects)


def measure(application: Any, person: Any, path: str, address: str, *, times: int) -> dict[str, Any] | None:
    """What the page or call costs; None where this person is refused it."""
    from django.db import transaction  # noqa: PLC0415

    from benchmarks.calls import answer_of  # noqa: PLC0415
    from benchmarks.clients import Call  # noqa: PLC0415
    from benchmarks.rows import costing, rows_read  # noqa: PLC0415

    call = Call("GET", address, person.bearer if address.startswith("/api/") else person.browser)
    # The first fills what a process keeps. What it writes, such as what somebody has seen, is undone.
    with transaction.atomic():
        before = rows_read()
        status, content = answer_of(application, call)
        rows = rows_read() - before
        transaction.set_rollback(True)
    if status != 200:
        return None
    taken: list[float] = []
    costs: list[Any] = []
    begun = time.perf_counter()
    while not taken or (len(taken) < times and time.perf_counter() - begun < SECONDS):
        start = time.perf_counter()
        with costing() as cost:
            answer_of(application, call)
        taken.append(time.perf_counter() - start)
        costs.append(cost)
    cost = sorted(costs, key=lambda one: one.seconds)[len(costs) // 2]
    slowest, sql = cost.slowest
    overview = any(part in address for part in OVERVIEWS) or path == "/"
    return {
        "path": path,
        "role": person.role,
        "where": person.where,
        "p95": round(sorted(taken)[min(len(taken) - 1, int(len(taken) * 0.95))] * 1000, 1),
        "median": round(sorted(taken)[len(taken) // 2] * 1000, 1),
        "sql": round(cost.seconds * 1000, 1),
        "rows": rows,
        "shown": content.count(b"<tr") or content.count(b'"id":') or content.count(b"\n"),
        "statements": len(cost.statements),
        "bytes": len(content),
        "slowest": round(slowest * 1000, 1),
        "statement": " ".join(sql.split()),
        "most": MOST_OF_OVERVIEWS if overview else MOST,
    }


def table(rows: list[dict[str, Any]], shown: int = 60) -> str:
    """The slowest, and how many there are of each kind."""
    heads = ("p95 ms", "SQL ms", "rows read", "st.", "role", "of", "path", "slowest statement")
    lines = [heads] + [
        (
            f"{row['p95']:,.0f}", f"{row['sql']:,.0f}", f"{row['rows']:,}", str(row["statements"]), row["role"],
            row["where"], row["path"][:64], f"{row['slowest']:,.0f} ms {row['statement'][:70]}",
        )
        for row in rows[:shown]
    ]  # fmt: skip
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    over = {most: sum(row["p95"] > most for row in rows) for most in (50, 200, 1000)}
    late = sum(row["p95"] > row["most"] for row in rows)
    summary = ", ".join(f"{number} above {most} ms" for most, number in over.items())
    return "\n".join([*drawn, f"{len(rows)} timings: {summary}; {late} above their target."])


def sizes() -> dict[str, Any]:
    """How many marks there are, and what one takes on disk with its log."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*), (pg_total_relation_size('attendance_attendancerecord')
            + pg_total_relation_size('attendance_markentry')) / greatest(count(*), 1) FROM attendance_attendancerecord
        """)
        marks, each = cursor.fetchone()
    return {"marks": marks, "bytes of a mark": int(each)}


def say(words: str) -> None:
    """Progress goes to the terminal beside the table."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
