"""Sessions made from the week of a batch, kept in step with it by the database."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.db import IntegrityError, connection

from muster.batches.models import Batch
from muster.batches.rules import archive_batch, change_batch, move_status, share_meeting, unarchive_batch
from muster.institutions.models import Holiday
from muster.timetable.models import Booking, ClassSession
from tests.make import Campus, as_if_begun, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    """An institution that looks twenty years ahead, so that the batches of the tests have all their sessions."""
    campus = Campus.found()
    campus.institution.session_horizon_days = 7300
    campus.institution.save()
    return campus


def days_of(batch: Batch) -> list[date]:
    return list(batch.sessions.values_list("date", flat=True))


def one_week(campus: Campus, **fields: Any) -> Batch:
    """Two weeks of Mondays and Wednesdays in January 2030."""
    return campus.batch(
        start_date=date(2030, 1, 7),
        end_date=date(2030, 1, 20),
        slots=[slot(1, "08:00", "10:00"), slot(3, "13:00", "15:00")],
        **fields,
    )


def test_batch_has_a_session_on_each_day_of_its_week(campus: Campus):
    batch = one_week(campus, lead=campus.instructor())
    rows = batch.sessions.values_list("date", "start_time", "end_time", "status", "is_edited")
    assert list(rows) == [
        (date(2030, 1, 7), time(8), time(10), "scheduled", False),
        (date(2030, 1, 9), time(13), time(15), "scheduled", False),
        (date(2030, 1, 14), time(8), time(10), "scheduled", False),
        (date(2030, 1, 16), time(13), time(15), "scheduled", False),
    ]
    assert Booking.objects.filter(meeting=batch.pk).count() == 4


def test_making_again_changes_nothing(campus: Campus):
    batch = one_week(campus)
    before = list(batch.sessions.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM muster_make_sessions(ARRAY[%s]::uuid[])", [batch.pk])
        assert cursor.fetchone() == (0, 0, 0)
    assert list(batch.sessions.values()) == before


def test_batch_has_all_its_sessions_and_one_without_an_end_those_that_the_institution_looks_ahead(campus: Campus):
    campus.institution.session_horizon_days = 7
    campus.institution.save()
    assert len(days_of(one_week(campus))) == 4
    endless = campus.batch(
        kind=Batch.Kind.ACADEMIC, department=campus.department(), year=2026, start_date=None, end_date=None,
        slots=[slot(day, "23:58", "23:59") for day in range(1, 8)], lead=campus.instructor(),
    )  # fmt: skip
    assert endless.status == "Active"
    assert len(days_of(endless)) == Booking.objects.filter(meeting=endless.pk).count() == 8
    campus.institution.session_horizon_days = 10
    campus.institution.save()
    assert len(days_of(endless)) == 11


def test_holidays_have_no_sessions(campus: Campus):
    here, elsewhere = campus.branch(), campus.branch()
    batch = one_week(campus, branch=here)
    for branch, day in ((None, 7), (here, 9), (elsewhere, 14)):
        Holiday.objects.create(
            institution=campus.institution, name="Holiday", branch=branch,
            start_date=date(2030, 1, day), end_date=date(2030, 1, day),
        )  # fmt: skip
    assert days_of(batch) == [date(2030, 1, 14), date(2030, 1, 16)]
    batch.branch = elsewhere
    batch.save()
    assert days_of(batch) == [date(2030, 1, 9), date(2030, 1, 16)]
    Holiday.objects.all().delete()
    assert len(days_of(batch)) == 4


def test_edited_and_held_sessions_are_left_alone(campus: Campus):
    batch = one_week(campus)
    first, second, third, fourth = batch.sessions
    ClassSession.objects.filter(pk=first.pk).update(is_edited=True, start_time=time(9))
    with as_if_begun():
        ClassSession.objects.filter(pk=third.pk).update(status="held")
    batch.slots.update(start_time=time(16), end_time=time(17))
    rows = dict(batch.sessions.values_list("pk", "start_time"))
    assert rows == {first.pk: time(9), second.pk: time(16), third.pk: time(8), fourth.pk: time(16)}
    batch.slots.all().delete()
    assert set(batch.sessions) == {first, third}
    assert not ClassSession.objects.filter(slot__isnull=False).exists()


def test_edited_session_takes_the_booking_of_its_day(campus: Campus):
    lead, other, room = campus.instructor(), campus.instructor(), campus.room()
    batch = campus.batch(
        start_date=date(2030, 1, 7), end_date=date(2030, 1, 20), lead=lead, slots=[slot(1, "08:00", "10:00", room=room)]
    )
    session = batch.sessions[0]
    session.date, session.instructor, session.is_edited = date(2030, 1, 8), other, True
    session.save()

    def booked() -> set[tuple[Any, ...]]:
        rows = Booking.objects.values_list("session", "instructor", "room", "on_date")
        return {tuple(row) for row in rows}

    second = batch.sessions[1]
    second_week = {
        (second.pk, lead.pk, None, date(2030, 1, 14)),
        (second.pk, None, room.pk, date(2030, 1, 14)),
    }
    assert booked() == second_week | {
        (session.pk, other.pk, None, date(2030, 1, 8)),
        (session.pk, None, room.pk, date(2030, 1, 8)),
    }
    ClassSession.objects.filter(pk=session.pk).update(status="cancelled")
    assert booked() == second_week
    ClassSession.objects.filter(pk=session.pk).update(
        status="scheduled", is_edited=False, date=date(2030, 1, 7), instructor=None
    )
    assert booked() == second_week | {
        (session.pk, lead.pk, None, date(2030, 1, 7)),
        (session.pk, None, room.pk, date(2030, 1, 7)),
    }


def test_dated_session_and_a_slot_never_share_an_instructor(campus: Campus):
    lead = campus.instructor()
    one_week(campus, lead=lead)
    other = campus.batch(start_date=date(2030, 1, 7), end_date=date(2030, 1, 20), lead=lead)
    extra = {"institution": campus.institution, "meeting_id": other.pk, "date": date(2030, 1, 7), "is_edited": True}
    ClassSession.objects.create(**extra, start_time=time(10), end_time=time(11))
    with pytest.raises(IntegrityError, match="instructor_is_in_one_place_at_a_time"):
        ClassSession.objects.create(**extra, start_time=time(9), end_time=time(10))


def test_cancelled_batch_has_no_sessions_ahead(campus: Campus):
    batch = one_week(campus)
    edited = batch.sessions[1]
    ClassSession.objects.filter(pk=edited.pk).update(is_edited=True)
    move_status(by=campus.admin, batch=batch, status="Cancelled")
    assert list(batch.sessions.values_list("pk", "status")) == [(edited.pk, "cancelled")]


def test_archived_batch_keeps_its_sessions_as_they_are(campus: Campus):
    batch = one_week(campus)
    archive_batch(by=campus.admin, batch=batch)
    campus.institution.session_horizon_days = 7301
    campus.institution.save()
    Holiday.objects.create(
        institution=campus.institution, name="Holiday", start_date=date(2030, 1, 7), end_date=date(2030, 1, 7)
    )
    assert len(days_of(batch)) == 4
    with pytest.raises(IntegrityError, match="An archived meeting does not change"):
        batch.sessions.update(notes="Hello")


def test_unarchived_batch_catches_up(campus: Campus):
    batch = one_week(campus)
    archive_batch(by=campus.admin, batch=batch)
    Holiday.objects.create(
        institution=campus.institution, name="Holiday", start_date=date(2030, 1, 7), end_date=date(2030, 1, 7)
    )
    unarchive_batch(by=campus.admin, batch=batch)
    assert days_of(batch) == [date(2030, 1, 9), date(2030, 1, 14), date(2030, 1, 16)]


def test_shared_meeting_has_one_set_of_sessions(campus: Campus):
    first = campus.batch(start_date=date(2030, 1, 7), end_date=date(2030, 1, 13))
    second = campus.batch(start_date=date(2030, 1, 7), end_date=date(2030, 1, 20))
    meeting = share_meeting(by=campus.admin, name="Both", batches=[first, second], slots=[slot(1, "08:00", "10:00")])
    assert [session.date.day for session in meeting.sessions.all()] == [7, 14]
    assert days_of(first) == days_of(second) == [date(2030, 1, 7), date(2030, 1, 14)]


def test_locked_session_does_not_change(campus: Campus):
    batch = one_week(campus)
    session = batch.sessions[0]
    with as_if_begun():
        ClassSession.objects.filter(pk=session.pk).update(
            is_locked=True, locked_at="2030-01-07T12:00Z", locked_by=campus.admin.user
        )
    with pytest.raises(IntegrityError, match="A locked register does not change"):
        ClassSession.objects.filter(pk=session.pk).update(date=date(2030, 1, 8))


def test_locked_session_stays_when_its_slot_goes(campus: Campus):
    batch = one_week(campus)
    session = batch.sessions[0]
    with as_if_begun():
        ClassSession.objects.filter(pk=session.pk).update(is_locked=True, locked_at="2030-01-07T12:00Z")
    change_batch(by=campus.admin, batch=batch, changes={"slots": []})
    assert [row.slot_id for row in batch.sessions.filter(pk=session.pk)] == [None]
    assert batch.sessions.count() == 1


def test_class_keeps_its_clock_time_through_the_change_of_clocks():
    campus = Campus.found(time_zone="Europe/Berlin")
    campus.institution.session_horizon_days = 7300
    campus.institution.save()
    # The clocks go forward on 31 March 2030.
    batch = campus.batch(
        start_date=date(2030, 3, 25),
        end_date=date(2030, 4, 7),
        lead=campus.instructor(),
        slots=[slot(1, "08:00", "10:00")],
    )
    batch.sessions.update(is_edited=True)
    rows = Booking.objects.filter(meeting__batches=batch).order_by("on_date")
    assert [(row.on_date.isoformat(), row.period.lower.isoformat()) for row in rows] == [
        ("2030-03-25", "2030-03-25T07:00:00+00:00"),
        ("2030-04-01", "2030-04-01T06:00:00+00:00"),
    ]
    assert {row.start_time for row in batch.sessions} == {time(8)}
