"""On a generated data set everything holds, and what pages and calls read is in proportion to what they show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from benchmarks.large import addresses
from benchmarks.people import Person, people
from benchmarks.rows import rows_read
from muster.attendance.models import AttendanceRecord, MarkEntry
from muster.cli.check import invariants
from muster.core.checks import run_checks
from muster.core.ownership import as_owner
from tests import database

Places = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def places(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Places]:
    """The objects of a large institution and of a small one."""
    with django_db_blocker.unblock(), database.generated() as objects:
        with as_owner(), connection.cursor() as cursor:
            # What another run of the day wrote and took back would be read in the indexes once more.
            cursor.execute("VACUUM")
        yield objects


def test_what_triggers_would_derive_is_there(places: Places) -> None:
    broken = {str(finding.fact): finding.left for finding in run_checks(invariants()) if not finding.holds}
    assert broken == {}
    assert MarkEntry.objects.count() == AttendanceRecord.objects.count() > 100_000


# A page or call may read so many rows and index entries whatever it shows, so many for each thing that it shows, and so
# many for each row of its list, which is counted, by each of its filters too.
ALWAYS, FOR_EACH, FOR_A_ROW = 600, 30, 40
# What looks through more, and how many times as much it may read.
MORE = {
    # Somebody is chosen, ranked or counted among everybody of the institution.
    "/cover/{cover_id}/fill/": 2,
    "/api/analytics/student-distribution": 4,
    "/api/v1/auth/instructor-students/{instructor_id}": 3,
    "/batches/{batch_id}/instructors/assign/": 2,
    "/batches/{batch_id}/students/enroll/": 2,
    "/mentoring/?instructor=none": 3,
    "/mentoring/?q=dlamini": 2,
    "/mentoring/suggested/": 5,
    "/planner/": 8,
    "/planner/{plan_id}/items/{item_id}/": 2,
    "/search/?q=dlamini": 2,
    # Figures are over everybody: what is read grows with the days that are counted.
    "/analytics/": 2,
    "/analytics/instructors/{instructor_id}/": 2,
    # Each student's own marks are counted, and the weeks of the siblings; of those below the minimum each mark is read.
    "/batches/{batch_id}/": 3,
    "/batches/{batch_id}/analytics/": 2,
    "/api/analytics/batches/{batch_id}": 3,
    "/analytics/mentoring/": 12,
    "/api/analytics/institution": 6,
    "/api/analytics/mentoring": 12,
    # The latest thousand rows are counted, and tell who can be chosen; what one request did is read whole.
    "/settings/audit/": 3,
    "/api/audit": 3,
    # All that is held of somebody is looked up in every table that may hold it, some of them through the institution.
    "/api/people/{user_id}/erase": 30,
    "/api/people/{user_id}/export": 40,
    "/me/data/archive/": 45,
    "/people/{user_id}/data/": 10,
    "/people/{user_id}/data/archive/": 40,
    "/api/mentoring/time-requests": 3,
    # Whose are of one branch is looked up among those of the institution.
    "/api/mentoring/sessions": 3,
    "/instructors/{instructor_id}/": 2,
    "/students/?export=csv": 2,
    "/": 2,
    "/api/institution/attendance/calendar": 2,
    "/api/feedback/rounds": 3,
    "/feedback/": 2,
    "/reports/mentoring/": 2,
    # Who calls is told all that they may do; a register offline brings its learners along.
    "/api/v1/auth/me": 2,
    "/institution/attendance/offline/me/": 2,
    # Attendance is summed up from all that was marked in the batch.
    "/api/institution/cohorts": 2,
    "/api/institution/cohorts/{cohort_id}/register": 5,
    "/institution/attendance/cohorts/{batch_id}": 2,
    "/institution/attendance/sessions/{session_id}": 3,
    # So is progress, by the same marks again.
    "/api/batches/{batch_id}/students": 3,
    "/api/batches/{batch_id}/completion": 3,
    "/api/enrollments": 2,
    "/batches/{batch_id}/completion/": 3,
    "/batches/{batch_id}/students/": 2,
    "/reports/progress/": 3,
    # Who is ready is found among all of the batch, and only counted.
    "/batches/{batch_id}/completion/issue/": 10,
    # The sessions of sixty days are asked for their marks.
    "/institution/attendance/not-taken": 4,
    "/institution/attendance/not-taken?q=00": 4,
}


def test_what_is_read_is_in_proportion_to_what_is_shown(places: Places) -> None:
    """Every page and reading call, as four people: neither history nor other institutions are gone through."""
    found = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            # As it plans for tables that are too large to be gone through.
            for way in ("seqscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
        for person in people(places):
            if person.where == "the large one":
                for path, address in addresses(person):
                    rows, most = cost_of(person, address)
                    if rows > most * MORE.get(path, 1):
                        found[f"{path} as {person.role}"] = f"{rows} of {most}"
        transaction.set_rollback(True)
    assert found == {}


def cost_of(person: Person, address: str) -> tuple[int, int]:
    """The rows that are read for an answer, and how many it may read for what it shows."""
    client = Client(headers=person.bearer if address.startswith("/api/") else person.browser)
    with transaction.atomic():
        before = rows_read()
        response: Any = client.get(address)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        rows = rows_read() - before
        transaction.set_rollback(True)
    if response.status_code != 200:
        return 0, 0
    if response["Content-Type"].startswith("application/json"):
        answer = json.loads(content)
        shown, listed = things_in(answer), answer.get("total", 0) if isinstance(answer, dict) else 0
    else:
        listing = response.context and response.context.get("listing")
        shown, listed = sum(map(content.count, THINGS)), listing.total if listing else 0
    return rows, ALWAYS + FOR_EACH * shown + FOR_A_ROW * listed


# What begins a thing on a page or in a file.
THINGS = (b"<tr", b"<li", b"<option", b"<article", b"\n20", b"\r\n", b"/Page ")


def things_in(value: Any) -> int:
    """How many objects an answer holds."""
    if isinstance(value, dict):
        return 1 + sum(map(things_in, value.values()))
    return sum(map(things_in, value)) if isinstance(value, list) else 0
