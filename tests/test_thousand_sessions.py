"""Register and calendar ask the database as often for a thousand sessions as for a few, and seldom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from muster.accounts.models import User
from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch
from muster.batches.rules import share_meeting
from muster.enrollments.models import Enrollment
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser

pytestmark = pytest.mark.django_db
# What a page and a call of the API may cost, signing in included.
OF_A_PAGE, OF_A_CALL = 12, 6
MONDAY = date(2030, 1, 7)
CALENDAR = "institution/attendance/calendar"
SPANS = {"month": "2030-01-31", "week": "2030-01-13", "day": "2030-01-07"}


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


@pytest.fixture
def teacher(campus: Campus) -> User:
    return campus.instructor()


@pytest.fixture
def batch(campus: Campus, teacher: User) -> Batch:
    """A batch with a learner, and a meeting on Mondays that it shares."""
    batch = campus.batch(lead=teacher, capacity=40)
    campus.enroll(batch)
    share_meeting(by=campus.admin, name="Both", batches=[batch, campus.batch()], slots=[slot(1, "06:00", "07:00")])
    return batch


def met(batch: Batch, day: date, hour: int, number: int) -> ClassSession:
    """A session of the batch; every fifth one is cancelled."""
    return ClassSession(
        institution_id=batch.institution_id,
        meeting_id=batch.pk,
        date=day,
        start_time=time(hour),
        end_time=time(hour, 30),
        title=f"Session {number}",
        is_edited=True,
        **({"status": "cancelled", "cancel_reason": "Load shedding"} if number % 5 == 4 else {}),
    )


def mark(session: ClassSession) -> None:
    """Everybody of the session's batch is excused, as they may be before it begins."""
    AttendanceRecord.objects.bulk_create(
        AttendanceRecord(
            institution_id=session.institution_id,
            enrollment=enrollment,
            session=session,
            record_date=session.date,
            status="EXCUSED",
            marked_at=session.created_at,
        )
        for enrollment in Enrollment.objects.filter(batch__meetings=session.meeting_id)
    )


def grow(campus: Campus, batch: Batch) -> None:
    """Ten batches more with an instructor each, a thousand sessions all over the month, and a full class."""
    batches = [batch]
    for _each in range(10):
        batches.append(campus.batch(lead=campus.instructor()))
        campus.enroll(batches[-1])
    sessions = ClassSession.objects.bulk_create(
        # A batch and a day come together again after 11 * 28 sessions, at the next hour.
        met(batches[number % 11], MONDAY.replace(day=1 + number % 28), 8 + number // (11 * 28), number)
        for number in range(1000)
    )
    for session in [session for session in sessions if session.status != "cancelled"][:20]:
        mark(session)
    for _each in range(20):
        campus.enroll(batch)


def cost(call: Callable[[], Any]) -> int:
    """The statements of a call that succeeds."""
    with CaptureQueriesContext(connection) as statements:
        answer = call()
    assert (answer.status_code if isinstance(answer, HttpResponse) else answer.status) == 200
    return len(statements)


def costs(campus: Campus, person: User | None, batch: Batch, register: ClassSession) -> dict[str, int]:
    """The statements of each page and call that somebody opens."""
    browser, api = Browser(campus, person), Api(campus.token(person))
    pages = {
        "register": f"/institution/attendance/sessions/{register.pk}",
        "calendar of a batch": f"/{CALENDAR}?date={MONDAY}&cohort_id={batch.pk}",
        **{f"calendar, {view}": f"/{CALENDAR}?date={MONDAY}&view={view}" for view in ("month", "week", "day", "list")},
    }
    calls = {
        "register": f"/institution/class-sessions/{register.pk}",
        "calendar of a batch": f"/{CALENDAR}?from={MONDAY}&to=2030-01-31&cohort_id={batch.pk}",
        **{f"calendar, {span}": f"/{CALENDAR}?from={MONDAY}&to={last}" for span, last in SPANS.items()},
    }
    # The first of each signs in and says so; it is not counted.
    browser.get(pages["register"])
    api.get(calls["register"])
    return {
        **{f"page of {what}": cost(lambda path=path: browser.get(path)) for what, path in pages.items()},
        **{f"API of {what}": cost(lambda path=path: api.get(path)) for what, path in calls.items()},
    }


def test_a_thousand_sessions_cost_as_many_statements_as_a_few(campus, teacher, batch):
    few = ClassSession.objects.bulk_create(met(batch, MONDAY, 20 + number, number) for number in range(3))
    mark(few[0])
    people = {"admin": None, "instructor": teacher}
    before = {who: costs(campus, person, batch, few[0]) for who, person in people.items()}
    grow(campus, batch)
    shown = Api(campus.token()).get(f"/{CALENDAR}?from=2030-01-01&to=2030-01-31").data
    assert len(shown) > 1000
    assert {who: costs(campus, person, batch, few[0]) for who, person in people.items()} == before
    for found in before.values():
        assert {what: number for what, number in found.items() if number > budget(what)} == {}


def budget(what: str) -> int:
    return OF_A_PAGE if what.startswith("page") else OF_A_CALL
