"""A person stands once in a register, and a percentage is of the person: whatever enrollments they had in the batch."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.attendance.models import AttendanceRecord, BatchTally
from muster.attendance.queries import marked_and_expected, register_of, sessions_in_full, with_attendance
from muster.attendance.register_files import batch_sheet
from muster.attendance.rules import MarkInput
from muster.attendance.rules.daily import mark_day
from muster.attendance.tests.test_marking import DAY, START, Class, session_of
from muster.batches.rules import share_meeting
from muster.core.ownership import as_owner
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.enrollments.rules import cancel_enrollment
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return Class(Campus.found(), 2)


def percent(enrollment):
    found = with_attendance(Enrollment.objects.filter(pk=enrollment.pk)).get().attendance_percent
    return None if found is None else float(found)


def come_back(room, number=0):
    """The learner leaves, and comes back on the day of the session."""
    left = room.enrollments[number]
    cancel_enrollment(by=room.campus.admin, enrollment=left)
    with as_owner():
        SeatPeriod.objects.filter(enrollment=left).update(until_date=DAY - timedelta(days=1))
    return room.enroll(student=left.student, on=DAY)


def test_whoever_leaves_and_comes_back_on_one_day_has_one_line_and_one_mark(room):
    room.mark(room.row(0, "ABSENT"))
    again = come_back(room)
    admin = room.campus.admin
    session = sessions_in_full(admin).get(pk=room.session.pk)
    register = register_of(admin, session, percents=True)
    assert [(row.student_id, row.status, row.percent) for row in register.rows] == [
        (room.enrollments[0].student_id, "ABSENT", 0.0),
        (room.enrollments[1].student_id, "PRESENT", 100.0),
    ]
    # Marked by either enrollment, it is the same line.
    reply = room.patch({"enrolment_id": str(again.pk), "status": "LATE"})
    assert (reply.status, reply.data["summary"]["total"]) == (200, 2)
    assert set(AttendanceRecord.objects.values_list("status", flat=True)) == {"LATE", "PRESENT"}
    assert percent(again) == percent(room.enrollments[0]) == 100.0
    assert room.mark(room.row(0, "ABSENT"), {"enrolment_id": str(again.pk), "status": "LATE"}).status == 400
    with pytest.raises(IntegrityError, match="mark in this session already"), transaction.atomic():
        AttendanceRecord.objects.create(
            institution=room.batch.institution,
            enrollment=again,
            session=room.session,
            record_date=DAY,
            status="PRESENT",
            marked_at=timezone.now(),
        )
    [first, _second] = batch_sheet(admin, room.batch, START, DAY).learners()
    assert (first.name, first.marks) == ("Learner 00", "L")


def test_whoever_sits_in_two_batches_that_meet_as_one_stands_once(room):
    campus, admin = room.campus, room.campus.admin
    other = Class(campus, 1)
    other.enroll(student=room.enrollments[0].student)
    meeting = share_meeting(by=admin, name="Both", batches=[room.batch, other.batch], slots=[slot(2, "08:00", "09:00")])
    room.session = session_of(room.batch, meeting=meeting)
    assert room.mark().data["total"] == 3
    assert marked_and_expected([room.session.pk]) == {room.session.pk: (3, 3, True)}
    assert sum(BatchTally.objects.filter(session=room.session).values_list("present", flat=True)) == 3


def test_a_daily_record_counts_only_where_there_is_no_session_mark_and_within_dates_and_seat(room):
    admin, seat = room.campus.admin, room.enrollments[0]
    batch = room.batch

    def daily(day, status):
        mark_day(by=admin, batch=batch, day=day, marks=[MarkInput(seat.pk, status)])

    daily(DAY + timedelta(days=1), "PRESENT")
    assert percent(seat) == 100.0
    daily(START - timedelta(days=30), "ABSENT")
    assert percent(seat) == 100.0
    room.mark(room.row(0, "ABSENT"))
    assert percent(seat) == 50.0
    daily(DAY, "PRESENT")
    assert percent(seat) == 50.0
    with as_owner():
        SeatPeriod.objects.filter(enrollment=seat).update(until_date=DAY)
    assert percent(seat) == 0.0
    said = {row["date"]: row["left_out"] for row in room.api.get("/institution/attendance/daily").data}
    assert said == {"2019-01-09": "seat", "2019-01-08": "session", "2018-12-08": "dates"}
    cohort = room.api.get(f"/institution/cohorts/{batch.pk}").data
    assert cohort["attendance_rate"] == 50.0


def test_two_of_three_is_never_rounded_up_to_a_limit(room):
    seat = room.enrollments[0]
    for days, status in enumerate(["PRESENT", "PRESENT", "ABSENT"]):
        mark_day(
            by=room.campus.admin, batch=room.batch, day=DAY + timedelta(days=days), marks=[MarkInput(seat.pk, status)]
        )
    assert percent(seat) == 66.6
