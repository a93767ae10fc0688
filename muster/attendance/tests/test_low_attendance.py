"""Attendance that falls below the minimum is told once for each fall."""

from datetime import timedelta

import pytest
from django.utils import timezone

from muster.attendance.models import LowAttendance
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.attendance.rules.low_attendance import warn_of_low_attendance
from muster.batches.rules import archive_batch, unarchive_batch
from muster.institutions.access import Actor
from muster.notifications.models import Notification
from muster.notifications.rules import choose
from muster.timetable.models import ClassSession
from tests.make import Campus

pytestmark = pytest.mark.django_db


class Class:
    """A batch that began a month ago, and a student who is marked in one session of a day after the other."""

    def __init__(self):
        self.campus = Campus.found()
        self.lead = self.campus.instructor()
        today = timezone.localdate()
        first = today - timedelta(days=30)
        self.batch = self.campus.batch(lead=self.lead, start_date=first, end_date=today + timedelta(days=30))
        self.seat = self.campus.enroll(self.batch, enrollment_date=first)
        self.system = Actor.system(self.campus.institution)
        self.days = iter([today - timedelta(days=number) for number in range(6, -1, -1)])

    def mark(self, *marks):
        for mark in marks:
            session = ClassSession.objects.create(
                institution=self.campus.institution, meeting_id=self.batch.pk, date=next(self.days), is_edited=True
            )
            self.mark_in(session, mark)
        return self.told()

    def mark_in(self, session, mark):
        full = sessions_in_full(self.campus.admin).get(pk=session.pk)
        mark_learners(by=self.campus.admin, session=full, marks=[MarkInput(self.seat.pk, mark)])

    def let_minimum(self, percent):
        self.campus.let(minimum_attendance_percent=percent)

    def told(self):
        """What came of asking: how many students, and all titles so far."""
        number = warn_of_low_attendance(by=self.system)
        titles = Notification.objects.filter(kind="low_attendance").values_list("user", "title")
        return number, {
            "student": [title for user, title in titles if user == self.seat.student_id],
            "lead": [title for user, title in titles if user == self.lead.pk],
        }


@pytest.fixture
def room():
    return Class()


def test_a_fall_is_told_once_to_the_student_and_to_who_teaches(room):
    number, titles = room.mark("PRESENT", "ABSENT", "LATE", "ABSENT")
    code = room.batch.code
    assert number == 1
    assert titles == {
        "student": [f"Your attendance in {code} is below 75%"],
        "lead": [f"A student in {code} is below 75% attendance"],
    }
    text = Notification.objects.get(user=room.lead, kind="low_attendance").text
    assert text == f"{room.seat.student.full_name} 50%."
    assert room.told() == (0, titles)
    # Still below: nothing new.
    assert room.mark("ABSENT") == (0, titles)


def test_whoever_recovers_is_told_anew_when_they_fall_again(room):
    assert room.mark("ABSENT", "PRESENT", "PRESENT")[0] == 1
    room.let_minimum(60)
    assert room.told()[0] == 0
    assert not LowAttendance.objects.exists()
    number, titles = room.mark("ABSENT")
    assert (number, len(titles["student"])) == (1, 2)


def test_nobody_is_told_before_a_few_marks_count(room):
    assert room.mark("ABSENT", "ABSENT", "EXCUSED")[0] == 0
    assert room.mark("ABSENT")[0] == 1


def test_whoever_does_not_want_to_know_is_not_told(room):
    choose(by=room.campus.actor(room.lead), choices={"low_attendance": (False, False)})
    _number, titles = room.mark("ABSENT", "ABSENT", "ABSENT")
    assert (len(titles["student"]), titles["lead"]) == (1, [])


def test_an_archived_batch_is_left_alone(room):
    room.let_minimum(0)
    assert room.mark("ABSENT", "ABSENT", "ABSENT")[0] == 0
    room.let_minimum(75)
    archive_batch(by=room.campus.admin, batch=room.batch)
    assert room.told()[0] == 0
    unarchive_batch(by=room.campus.admin, batch=room.batch)
    assert room.told()[0] == 1
