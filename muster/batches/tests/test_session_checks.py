"""`muster check` on sessions: what does not follow from the week is found and made anew."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection

from muster.batches import checks as batches
from muster.batches.rules import SessionInput, add_session, cancel_session, change_session, share_meeting
from muster.core.checks import run_checks
from muster.core.ownership import without_triggers
from muster.timetable import checks as timetable
from muster.timetable.models import Booking
from tests.make import Campus, slot

pytestmark = pytest.mark.usefixtures("owner")
MONDAY = date(2030, 1, 7)
DAY = timedelta(days=1)


@pytest.fixture
def campus():
    campus = Campus.found()
    campus.institution.session_horizon_days = 7300
    campus.institution.save()
    return campus


@pytest.fixture
def batch(campus):
    """Sessions of every kind: plain, moved, re-staffed, cancelled and extra, alone and shared."""
    room = campus.room(campus.branch(time_zone="Asia/Tokyo"))
    dates = {"start_date": MONDAY, "end_date": MONDAY + DAY * 40}
    batch = campus.batch(
        code="ONE",
        lead=campus.instructor(),
        branch=room.branch,
        slots=[slot(1, "08:00", "10:00", room=room), slot(3, "08:00", "10:00")],
        **dates,
    )
    first, second, third, *_rest = batch.sessions
    change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY})
    change_session(by=campus.admin, session=second, changes={"instructor": campus.instructor()})
    cancel_session(by=campus.admin, session=third)
    add_session(by=campus.admin, batch=batch, fields=SessionInput(MONDAY + DAY * 3, time(23), time(23, 30), room=room))
    add_session(by=campus.admin, batch=batch, fields=SessionInput(MONDAY))
    other = campus.batch(lead=campus.instructor(), **dates)
    meeting = share_meeting(by=campus.admin, name="Both", batches=[batch, other], slots=[slot(5, "08:00", "10:00")])
    change_session(by=campus.admin, session=meeting.sessions.all()[0], changes={"start_time": time(9)})
    return batch


def broken(*, repair=False):
    return {
        str(finding.fact): [one.words for one in finding.left]
        for finding in run_checks([*batches.INVARIANTS, *timetable.INVARIANTS], repair=repair)
        if finding.left
    }


def test_sessions_of_every_kind_hold(batch):
    assert broken() == {}


def test_bookings_of_sessions_are_found_and_booked_anew(batch):
    Booking.objects.filter(session__is_edited=True, instructor__isnull=False).delete()
    assert broken() != {}
    assert broken(repair=True) == {}


def test_missing_and_stray_sessions_are_found_and_made_anew(batch):
    with without_triggers(), connection.cursor() as cursor:
        plain = batch.sessions.filter(is_edited=False)
        cursor.execute("DELETE FROM timetable_booking WHERE session_id = %s", [plain[0].pk])
        cursor.execute("DELETE FROM timetable_classsession WHERE id = %s", [plain[0].pk])
        cursor.execute("UPDATE timetable_classsession SET start_time = '07:00' WHERE id = %s", [plain[1].pk])
    found = broken()
    assert list(found) == [
        "Bookings match sessions and their instructors",
        "Upcoming sessions match weekly schedules, dates and holidays",
    ]
    assert len(found["Upcoming sessions match weekly schedules, dates and holidays"]) == 2
    assert broken(repair=True) == {}


def test_meetings_that_do_not_follow_their_batches_are_found_and_brought_in_step(batch):
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE timetable_meeting SET end_date = end_date + 7 WHERE id = %s", [batch.pk])
        cursor.execute("DELETE FROM timetable_meetingperson WHERE meeting_id = %s", [batch.pk])
    found = broken()
    assert len(found.pop("Session schedules match their batches and instructors")) == 2
    assert found != {}
    assert broken(repair=True) == {}
