"""What `muster check` finds around registers, and what it heals."""

import pytest

from muster.attendance.models import AttendanceRecord, BatchTally
from muster.attendance.proof import PROOFS
from muster.attendance.tests.test_marking import Class
from muster.batches.models import ClassSession
from muster.core.proof import look
from tests.make import House
from tests.test_check import sql, unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    room = Class(House.found())
    room.mark(room.row(0, "ABSENT"))
    return room


def broken(**options):
    """The facts that do not hold."""
    return [str(finding.fact) for finding in look(PROOFS, **options) if not finding.holds]


def test_a_register_that_was_taken_contradicts_nothing(room):
    assert broken() == []
    assert broken(owner=room.house.institution.pk) == []


def test_a_wrong_tally_is_found_and_counted_anew(room):
    for change in (lambda: BatchTally.objects.update(present=9), lambda: BatchTally.objects.all().delete()):
        change()
        assert broken() == ["The tally of a register equals its marks"]
        assert broken(repair=True) == []
        tally = BatchTally.objects.get()
        assert (tally.present, tally.absent) == (2, 1)


def test_marks_past_the_log_and_in_the_wrong_place_are_found(room):
    with unguarded("attendance_attendancerecord"):
        sql(
            "UPDATE attendance_attendancerecord SET record_date = '2030-01-09', status = 'EXCUSED', minutes_late = NULL"
        )
    assert broken(repair=True) == [
        "A record is of its session's date, and of a learner of its batch",
        "The mark that stands is in the log",
    ]


def test_a_session_with_marks_that_was_not_held_is_found(room):
    ClassSession.objects.update(status="scheduled")
    assert broken() == ["A session with marks was held"]
    assert AttendanceRecord.objects.count() == 3
