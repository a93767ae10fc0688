"""What people see of a week follows its sessions: moved, cancelled, extra, re-staffed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from muster.batches.meetings import sessions_ahead
from muster.batches.models import Batch
from muster.batches.occurrences import occurrences_of
from muster.batches.rules import SessionInput, add_session, cancel_session, change_session, share_meeting
from muster.batches.workload import booked_meetings, with_load
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
MONDAY = date(2030, 1, 7)
DAY = timedelta(days=1)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def farid(campus):
    return campus.instructor("Farid Osman")


@pytest.fixture
def batch(campus, farid):
    slots = [slot(1, "08:00", "10:00"), slot(3, "08:00", "10:00")]
    return campus.batch(code="PY-1", start_date=MONDAY, end_date=MONDAY + DAY * 13, lead=farid, slots=slots)


def seen(campus, first=MONDAY, last=MONDAY + DAY * 13):
    met = occurrences_of(campus.admin, Batch.objects.all(), first, last)
    return [f"{one.starts_at:%d %H:%M} {one.teacher_names}" for one in met]


def test_plain_weeks_are_seen_to_their_end(campus, batch):
    assert seen(campus) == [
        "07 08:00 Farid Osman",
        "09 08:00 Farid Osman",
        "14 08:00 Farid Osman",
        "16 08:00 Farid Osman",
    ]


def test_weeks_show_what_was_done_to_their_sessions(campus, batch, farid):
    first, second, third, _fourth = batch.sessions
    change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY, "start_time": time(9)})
    change_session(by=campus.admin, session=second, changes={"instructor": campus.instructor("Zanele Dube")})
    cancel_session(by=campus.admin, session=third)
    add_session(by=campus.admin, batch=batch, fields=SessionInput(MONDAY + DAY * 4, time(12), time(13)))
    add_session(by=campus.admin, batch=batch, fields=SessionInput(MONDAY))
    expected = ["08 09:00 Farid Osman", "09 08:00 Zanele Dube", "11 12:00 Farid Osman", "16 08:00 Farid Osman"]
    assert seen(campus) == expected
    assert seen(campus, MONDAY, MONDAY) == []
    assert seen(campus, MONDAY + DAY, MONDAY + DAY) == expected[:1]

    ahead = [one for one in sessions_ahead(batch, datetime(2030, 1, 7, 6, tzinfo=UTC)) if not one.is_cancelled]
    assert [
        f"{one.moments[0]:%d %H:%M} {one.instructor.full_name if one.instructor else ''}".strip()
        for one in ahead
        if one.moments
    ] == [
        "08 09:00",
        "09 08:00 Zanele Dube",
        "11 12:00",
        "16 08:00",
    ]

    booked = booked_meetings(campus.admin, farid.pk, MONDAY, MONDAY + DAY * 13)
    assert [(one.on_date.day, one.code, one.batch_id) for one in booked] == [
        (day, "PY-1", batch.pk) for day in (8, 11, 16)
    ]


def test_next_meeting_may_be_an_extra_session(campus, farid):
    batch = campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 6, lead=farid)
    add_session(by=campus.admin, batch=batch, fields=SessionInput(MONDAY + DAY * 4, time(12), time(13)))
    row = with_load(campus.admin, type(farid).objects.filter(pk=farid.pk)).get()
    assert (row.next_meeting["name"], row.next_meeting["seen"]) == (batch.name, True)


def test_shared_session_is_one_meeting_of_several_batches(campus, farid):
    one, two = (campus.batch(code=code, start_date=MONDAY, end_date=MONDAY + DAY * 6) for code in ("AA", "BB"))
    share_meeting(by=campus.admin, name="Both", batches=[one, two], slots=[slot(1, "08:00", "10:00", instructor=farid)])
    [met] = occurrences_of(campus.admin, Batch.objects.all(), MONDAY, MONDAY + DAY * 6)
    assert [batch.code for batch in met.batches] == ["AA", "BB"]
    assert met.has(farid.pk)


def test_past_days_show_their_sessions_and_not_the_week_of_today(campus):
    batch = campus.batch(
        start_date=date(2020, 1, 6), end_date=date(2020, 1, 12), status="Active", slots=[slot(1, "08:00", "10:00")]
    )
    batch.slots.update(weekday=2, start_time=time(7))
    assert seen(campus, date(2020, 1, 6), date(2020, 1, 12)) == ["06 08:00 "]
