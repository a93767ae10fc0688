"""An import of ten thousand students: a dry run, then for good, with the memory that it takes."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

from benchmarks.report import Row
from muster.exchange.rules import import_file

STUDENTS = 10_000
# Seconds for both; megabytes of Python objects at most, for a file of a tenth of that.
MOST_SECONDS, MOST_MEGABYTES = 20, 200


def students_file(number: int = STUDENTS) -> bytes:
    """A CSV of so many students, each with everything that a row can say."""
    rows = [f"N{n:06},Given{n} Family{n},student{n}@import.example,082 555 {n:04}\n" for n in range(number)]
    return ("Student number,Full name,Email,Phone\n" + "".join(rows)).encode()


def importing(bench: Any) -> list[Row]:
    """Ten thousand students who are new: looked at, then imported."""
    by, content = bench.data.academy.admin, students_file()
    begun = time.monotonic()
    for dry_run in (True, False):
        report = import_file(by=by, kind="students", content=content, dry_run=dry_run)
        assert report.counts["students"].made == STUDENTS, report.as_json()
    seconds = time.monotonic() - begun
    tracemalloc.start()
    again = import_file(by=by, kind="students", content=content, dry_run=True)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert again.counts["students"].unchanged == STUDENTS, again.as_json()
    megabytes = most / 1024 / 1024
    return [
        Row(
            "import 10,000 students, dry run included",
            f"{seconds:.1f} s",
            target=f"< {MOST_SECONDS} s",
            met=seconds < MOST_SECONDS,
            numbers={"seconds": seconds},
        ),
        Row(
            "memory of importing them again",
            f"{megabytes:.0f} MB",
            target=f"< {MOST_MEGABYTES} MB",
            met=megabytes < MOST_MEGABYTES,
            numbers={"megabytes": megabytes},
        ),
    ]
