"""Attendance in percent: one formula, in Python and in the database."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from muster.attendance.models import AttendanceRecord
from muster.attendance.queries import percent_of, register_of, sessions_in_full, with_attendance
from muster.attendance.tests.test_marking import DAY, Class, session_of
from muster.enrollments.models import Enrollment
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db


def test_python_and_the_database_agree():
    room = Class(Campus.found(), 1)
    enrollment = room.enrollments[0]
    asked = with_attendance(Enrollment.objects.filter(pk=enrollment.pk))
    assert asked.get().attendance_percent is None
    for present, late, absent in product(range(3), range(2), range(4)):
        statuses = ["PRESENT"] * present + ["LATE"] * late + ["ABSENT"] * absent + ["EXCUSED", None]
        for number, status in enumerate([*statuses, *[None] * 9]):
            AttendanceRecord.objects.update_or_create(
                enrollment=enrollment,
                record_date=DAY + timedelta(days=number),
                session=None,
                defaults={
                    "status": status,
                    "institution_id": enrollment.institution_id,
                    "marked_at": timezone.now(),
                },
            )
        expected = percent_of(present=present, late=late, absent=absent)
        found = asked.get().attendance_percent
        assert (found if found is None else float(found)) == expected, statuses
        register = register_of(
            room.campus.admin, sessions_in_full(room.campus.admin).get(pk=room.session.pk), percents=True
        )
        assert register.rows[0].percent == expected


def test_cancelled_sessions_do_not_count():
    room = Class(Campus.found(), 2)
    room.mark(room.row(0, "ABSENT"))
    second = session_of(room.batch, DAY + timedelta(days=1))
    room.api.post("/institution/attendance/mark", {"session_id": str(second.pk), "records": []})
    students = room.api.get(f"/batches/{room.batch.pk}/students").data
    assert [one["attendance_percent"] for one in students] == [50.0, 100.0]
    ClassSession.objects.filter(pk=room.session.pk).update(status="cancelled")
    students = room.api.get(f"/batches/{room.batch.pk}/students").data
    assert [one["attendance_percent"] for one in students] == [100.0, 100.0]


def test_who_was_never_marked_has_no_percentage():
    room = Class(Campus.found(), 1)
    assert Api(room.campus.token()).get(f"/batches/{room.batch.pk}/students").data[0]["attendance_percent"] is None
