"""One hour, many dated sessions: of those that come at one moment, one is booked."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from muster.batches.models import Batch
from muster.batches.rules import (
    SessionInput,
    add_session,
    cancel_session,
    change_batch,
    change_session,
    restore_session,
)
from muster.institutions.models import Holiday
from muster.institutions.resources import HOLIDAYS
from muster.timetable.models import Booking, ClassSession
from tests.make import Campus, slot
from tests.races.rush import in_the_middle, refused, rush, without, won
from tests.races.test_bookings import booked_twice

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2030, 1, 7)
DAY = timedelta(days=1)


@pytest.fixture
def campus():
    campus = Campus.found()
    campus.institution.session_horizon_days = 7300
    campus.institution.save()
    return campus


@pytest.fixture
def sessions(campus):
    """The first sessions of six batches of one instructor, each in an hour of its own."""
    farid, course = campus.instructor(), campus.course()
    batches = [
        campus.batch(
            course=course,
            lead=farid,
            start_date=MONDAY,
            end_date=MONDAY + DAY * 6,
            slots=[slot(1, f"{hour:02}:00", f"{hour + 1:02}:00")],
        )
        for hour in range(8, 14)
    ]
    return [batch.sessions.get() for batch in batches]


TUESDAY = {"date": MONDAY + DAY, "start_time": time(9), "end_time": time(10)}


def test_six_sessions_moved_into_one_hour_get_it_once(campus, sessions):
    outcomes = rush([partial(change_session, by=campus.admin, session=one, changes=TUESDAY) for one in sessions])
    assert len(won(outcomes)) == 1
    assert [error.code for error in refused(outcomes)] == ["schedule_conflict"] * 5
    assert all("Tuesday 09:00 to 10:00, on 8 January 2030" in error.message for error in refused(outcomes))
    assert ClassSession.objects.filter(date=MONDAY + DAY).count() == 1
    assert booked_twice() == 0


def by_raw_sql(session):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE timetable_classsession SET date = %s, start_time = '09:00', end_time = '10:00', is_edited = TRUE "
            "WHERE id = %s",
            [MONDAY + DAY, session.pk],
        )


def test_without_the_locks_the_database_still_refuses(campus, sessions):
    outcomes = rush([partial(by_raw_sql, session) for session in sessions])
    assert len(won(outcomes)) == 1
    assert booked_twice() == 0


def test_control_without_the_constraint_the_hour_is_booked_many_times(campus, sessions):
    with without("timetable_booking", constraints=["instructor_is_in_one_place_at_a_time"]):
        assert len(won(rush([partial(by_raw_sql, session) for session in sessions]))) == 6
        assert booked_twice() > 0


def test_session_moved_and_cancelled_at_one_moment_is_one_of_both(campus, sessions):
    session = sessions[0]
    rush(
        [
            partial(change_session, by=campus.admin, session=session, changes=TUESDAY),
            partial(cancel_session, by=campus.admin, session=session),
            partial(change_session, by=campus.admin, session=session, changes={"notes": "Bring a laptop."}),
        ]
    )
    session.refresh_from_db()
    assert (session.status, session.notes) == ("cancelled", "Bring a laptop.")
    assert not Booking.objects.filter(session=session).exists()


def test_session_moves_while_its_week_changes(campus, sessions):
    """Whichever comes first, the moved session stands where it was moved and the week means the rest."""
    session = sessions[0]
    batch = Batch.objects.get(meetings=session.meeting_id)
    outcomes = rush(
        [
            partial(change_session, by=campus.admin, session=session, changes=TUESDAY),
            partial(change_batch, by=campus.admin, batch=batch, changes={"slots": [slot(1, "14:00", "15:00")]}),
            partial(restore_session, by=campus.admin, session=session),
        ]
    )
    assert not any(isinstance(outcome, IntegrityError) for outcome in outcomes)
    session.refresh_from_db()
    assert (session.date, session.start_time) == (MONDAY + DAY, time(9))
    assert batch.sessions.count() == 1
    assert list(Booking.objects.filter(meeting=batch.pk).values_list("session", flat=True)) == [session.pk]


def test_extra_sessions_of_one_room_at_one_hour_get_it_once(campus):
    room = campus.room()
    batches = [campus.batch() for _each in range(6)]
    plan = SessionInput(MONDAY, time(9), time(10), room=room)
    outcomes = rush([partial(add_session, by=campus.admin, batch=batch, fields=plan) for batch in batches])
    assert len(won(outcomes)) == 1
    assert Booking.objects.filter(room=room).count() == 1


def test_sessions_are_made_once_whoever_makes_them(campus):
    batch = campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 27, slots=[slot(1, "08:00", "10:00")])
    ClassSession.objects.all().delete()

    def make():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM muster_make_sessions(ARRAY[%s]::uuid[])", [batch.pk])
            return cursor.fetchone()

    outcomes = rush([make for _each in range(8)])
    assert sum(added for added, _changed, _removed in outcomes) == 4
    assert ClassSession.objects.count() == 4


def holiday_and_lesson(campus):
    """A Monday that is a holiday in one city, and the lead's lesson in another one on that day."""
    branch, lead = campus.branch(), campus.instructor()
    batch = campus.batch(
        branch=branch, lead=lead, start_date=MONDAY, end_date=MONDAY, slots=[slot(1, "08:00", "10:00")]
    )
    holiday = Holiday.objects.create(
        institution=campus.institution, name="Closed", branch=branch, start_date=MONDAY, end_date=MONDAY
    )
    other = campus.batch(lead=lead, branch=campus.branch())
    plan = SessionInput(MONDAY, time(9), time(11))
    return batch, [
        partial(add_session, by=campus.admin, batch=other, fields=plan),
        partial(HOLIDAYS.remove, by=campus.admin, row=holiday),
    ]


def test_lesson_on_a_holiday_elsewhere_and_the_end_of_the_holiday_are_never_both(campus):
    for _turn in range(4):
        batch, both = holiday_and_lesson(campus)
        outcomes = rush(both)
        assert len(won(outcomes)) == 1
        assert [error.code for error in refused(outcomes)] == ["schedule_conflict"]
        assert batch.sessions.count() == (0 if won(outcomes)[0] is not None else 1)
    assert booked_twice() == 0


def test_control_without_the_constraint_both_are(campus):
    with without("timetable_booking", constraints=["instructor_is_in_one_place_at_a_time"]):
        assert len(won(in_the_middle(*holiday_and_lesson(campus)[1]))) == 2
        assert booked_twice() > 0
