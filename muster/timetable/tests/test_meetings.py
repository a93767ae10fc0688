"""Meetings by themselves, whoever owns them: their weeks, people, sessions and bookings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from muster.accounts.models import User
from muster.core.ownership import as_owner
from muster.institutions.models import Holiday
from muster.timetable.jobs import extend_all_sessions
from muster.timetable.models import Booking, ClassSession, Meeting, MeetingPerson, ScheduleSlot, Teaching
from muster.timetable.queries import taught_by, teachers_of
from muster.timetable.rules import extend_sessions
from tests.make import Campus, as_if_begun

pytestmark = pytest.mark.django_db
MONDAY = date(2030, 1, 7)
WEEK = timedelta(days=7)
NOON = datetime(2030, 1, 7, 12, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def campus() -> Campus:
    return Campus.found(time_zone="Europe/Berlin")


def meeting_of(campus: Campus, **fields: Any) -> Meeting:
    dates = {"start_date": MONDAY, "end_date": MONDAY + 2 * WEEK}
    meeting = Meeting.objects.create(institution=campus.institution, name="Choir", code="Choir", **{**dates, **fields})
    meeting.refresh_from_db()
    return meeting


def meets_on(meeting: Meeting, weekday: int, start: int, end: int, **fields: Any) -> ScheduleSlot:
    return ScheduleSlot.objects.create(
        institution_id=meeting.institution_id, meeting=meeting, weekday=weekday, start_time=time(start),
        end_time=time(end), **fields,
    )  # fmt: skip


def comes(meeting: Meeting, person: User, role: str = "lead", *, first: date | None = None, last: date | None = None,
          **fields: Any) -> MeetingPerson:  # fmt: skip
    days = (first, last and last + timedelta(days=1))
    with as_owner():
        return MeetingPerson.objects.create(
            institution_id=meeting.institution_id, meeting=meeting, instructor=person, role=role, days=days, **fields
        )


def booked(person: User) -> list[tuple[int, str]]:
    rows = Booking.objects.filter(instructor=person).order_by("period").values_list("on_date", "period")
    return [(day.day, f"{period.lower:%H:%M}") for day, period in rows]


def follow(meeting, **state):
    """What triggers of a meeting's owner do when that one changes."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL muster.derives = 'yes'")
        Meeting.objects.filter(pk=meeting.pk).update(**state)
        cursor.execute("SET LOCAL muster.derives = ''")


def test_meeting_books_its_people_on_their_days(campus: Campus):
    meeting, ann, bea = meeting_of(campus), campus.instructor(), campus.instructor()
    comes(meeting, ann, last=MONDAY + WEEK)
    meets_on(meeting, 1, 9, 10)
    assert booked(ann) == [(7, "08:00"), (14, "08:00")]
    comes(meeting, bea, "assistant", first=MONDAY + WEEK)
    assert booked(bea) == [(14, "08:00"), (21, "08:00")]
    follow(meeting, books=False)
    assert booked(ann) == booked(bea) == []
    assert not meeting.sessions.exists()


def test_zone_of_a_meeting_follows_its_branch(campus: Campus):
    ann, branch = campus.instructor(), campus.branch()
    meeting = meeting_of(campus, branch=branch, end_date=MONDAY)
    comes(meeting, ann)
    meets_on(meeting, 1, 9, 10)
    assert booked(ann) == [(7, "08:00")]
    branch.time_zone = "Asia/Tokyo"
    branch.save()
    meeting.refresh_from_db()
    assert (meeting.zone.key, booked(ann)) == ("Asia/Tokyo", [(7, "00:00")])
    campus.institution.time_zone = "America/New_York"
    campus.institution.save()
    assert booked(ann) == [(7, "00:00")]
    meeting.branch = None
    meeting.save()
    assert booked(ann) == [(7, "14:00")]


def test_faculty_of_a_subject_teaches_its_sessions_instead_of_everybody_else(campus: Campus):
    subject = campus.course().subjects.create(institution=campus.institution, code="MA", title="Maths")
    meeting = meeting_of(campus, end_date=MONDAY + timedelta(days=3))
    lead, faculty, assistant = campus.instructor(), campus.instructor(), campus.instructor()
    comes(meeting, lead)
    comes(meeting, assistant, "assistant")
    comes(meeting, faculty, "faculty", subject=subject)
    meets_on(meeting, 1, 9, 10, subject=subject)
    meets_on(meeting, 2, 9, 10)
    meets_on(meeting, 3, 9, 10, subject=subject, instructor=lead)
    assert (booked(lead), booked(faculty)) == ([(8, "08:00"), (9, "08:00")], [(7, "08:00")])
    assert booked(assistant) == [(8, "08:00")]
    monday, tuesday, wednesday = meeting.sessions.all()
    for session, expected in ((monday, {faculty}), (tuesday, {lead, assistant}), (wednesday, {lead})):
        ids = {person.pk for person in expected}
        # What the rows say, and what a session that is not stored would say, are the same.
        assert teachers_of(session) == set(session.teaching.values_list("instructor_id", flat=True)) == ids
    assert list(ClassSession.objects.filter(taught_by(lead.pk))) == [tuesday, wednesday]
    assert Teaching.objects.get(session=wednesday).role == Teaching.NAMED


def test_meeting_without_an_end_is_planned_as_far_as_the_institution_looks_ahead(campus: Campus):
    campus.institution.session_horizon_days = 14
    campus.institution.save()
    meeting, ann = meeting_of(campus, start_date=None, end_date=None), campus.instructor()
    comes(meeting, ann)
    slot = ScheduleSlot.objects.create(
        institution=campus.institution, meeting=meeting, weekday=campus.admin.today().isoweekday(),
        start_time=time(23, 58), end_time=time(23, 59),
    )  # fmt: skip
    assert slot.sessions.count() == len(booked(ann)) == 3
    slot.sessions.last().delete()
    assert extend_sessions(by=campus.admin).added == 1
    assert extend_sessions(by=campus.admin).added == 0
    slot.sessions.all().delete()
    extend_all_sessions(0)
    assert len(booked(ann)) == 3


def test_what_is_archived_stays_as_it_is_and_books_nobody(campus: Campus):
    meeting, ann = meeting_of(campus), campus.instructor()
    comes(meeting, ann)
    slot = meets_on(meeting, 1, 9, 10)
    follow(meeting, books=False, is_archived=True)
    Holiday.objects.create(institution=campus.institution, name="Closed", start_date=MONDAY, end_date=MONDAY)
    assert (meeting.sessions.count(), booked(ann)) == (3, [])
    for change in (
        lambda: meets_on(meeting, 2, 9, 10),
        lambda: ScheduleSlot.objects.filter(pk=slot.pk).delete(),
        lambda: meeting.sessions.update(notes="Hello"),
        lambda: meeting.sessions.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="An archived meeting does not change"), transaction.atomic():
            change()
    follow(meeting, books=True, is_archived=False)
    assert booked(ann) == [(14, "08:00"), (21, "08:00")]


def test_slots_of_one_statement_may_swap_their_hours(campus: Campus):
    meeting, ann = meeting_of(campus, end_date=MONDAY), campus.instructor()
    comes(meeting, ann)
    one, two = meets_on(meeting, 1, 9, 10), meets_on(meeting, 1, 10, 11)
    one.start_time, one.end_time, two.start_time, two.end_time = time(10), time(11), time(9), time(10)
    ScheduleSlot.objects.bulk_update([one, two], ["start_time", "end_time"])
    assert {session.slot_id: session.start_time for session in meeting.sessions.all()} == {
        one.pk: time(10),
        two.pk: time(9),
    }
    assert booked(ann) == [(7, "08:00"), (7, "09:00")]


def test_marking_books_nothing_anew(campus: Campus):
    meeting = meeting_of(campus)
    comes(meeting, campus.instructor())
    meets_on(meeting, 1, 9, 10)
    before = list(Booking.objects.order_by("pk").values())
    with as_if_begun():
        meeting.sessions.update(status="held", notes="Chapter 1")
        meeting.sessions.update(is_locked=True, locked_at="2030-01-30T12:00Z")
    assert list(Booking.objects.order_by("pk").values()) == before


def test_session_keeps_its_booking_when_the_clocks_skip_its_time(campus: Campus):
    # The clocks go from 02:00 to 03:00 on 31 March 2030.
    sunday = date(2030, 3, 31)
    meeting, ann = meeting_of(campus, start_date=sunday, end_date=sunday), campus.instructor()
    comes(meeting, ann)
    ScheduleSlot.objects.create(
        institution=campus.institution, meeting=meeting, weekday=7, start_time=time(2, 30), end_time=time(3)
    )
    [session] = meeting.sessions.all()
    booking = session.bookings.get()
    assert (booking.period.upper - booking.period.lower, booked(ann)) == (timedelta(minutes=30), [(31, "01:30")])
    starts, ends = session.moments
    assert (f"{starts:%H:%M}", f"{ends:%H:%M}") == ("03:30", "04:00")
    assert (starts, ends) == (booking.period.lower, booking.period.upper)


@pytest.mark.parametrize(
    ("change", "follows"),
    [
        ({}, True),
        ({"is_edited": True}, False),
        ({"is_locked": True, "locked_at": NOON}, False),
        ({"status": "held"}, False),
        ({"status": "cancelled"}, False),
        # At noon itself it has begun.
        ({"start_time": time(12)}, False),
    ],
)
def test_a_session_follows_its_week_until_it_is_edited_locked_held_or_begun(campus, change, follows):
    slot = meets_on(meeting_of(campus), 1, 13, 15)
    session = slot.sessions.get(date=MONDAY)
    with as_if_begun():
        ClassSession.objects.filter(pk=session.pk).update(**change)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT muster_follows_its_week(session, 'Europe/Berlin', %s)"
            " FROM timetable_classsession AS session WHERE id = %s",
            [NOON, session.pk],
        )
        assert cursor.fetchone() == (follows,)
