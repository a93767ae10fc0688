"""What `muster check` finds around registers, and what it heals."""

import pytest
from django.core.files.storage import default_storage

from muster.attendance.checks import INVARIANTS
from muster.attendance.models import AttendanceRecord, BatchTally, Evidence
from muster.attendance.rules import Upload, add_evidence, remove_evidence
from muster.attendance.tests.test_marking import Class
from muster.core.checks import run_checks
from muster.timetable.models import ClassSession
from tests.files import PDF
from tests.make import Campus
from tests.test_check import sql, unguarded

pytestmark = pytest.mark.usefixtures("owner")


@pytest.fixture
def room():
    room = Class(Campus.found())
    room.mark(room.row(0, "ABSENT"))
    return room


def broken(**options):
    """The facts that do not hold."""
    return [str(finding.fact) for finding in run_checks(INVARIANTS, **options) if not finding.holds]


def test_a_register_that_was_taken_contradicts_nothing(room):
    assert broken() == []
    assert broken(owner=room.campus.institution.pk) == []


def test_a_wrong_tally_is_found_and_counted_anew(room):
    for change in (lambda: BatchTally.objects.update(present=9), lambda: BatchTally.objects.all().delete()):
        change()
        assert broken() == ["Every register's tally equals its marks"]
        assert broken(repair=True) == []
        tally = BatchTally.objects.get()
        assert (tally.present, tally.absent) == (2, 1)


def test_marks_past_the_log_and_in_the_wrong_place_are_found(room):
    with unguarded("attendance_attendancerecord"):
        sql(
            "UPDATE attendance_attendancerecord SET record_date = '2019-01-09', status = 'EXCUSED', minutes_late = NULL"
        )
    assert broken(repair=True) == [
        "Every attendance record matches its session's date and a student of its batch",
        "Every current mark is in the log",
    ]


def test_a_session_with_marks_that_was_not_held_is_found(room):
    ClassSession.objects.update(status="scheduled")
    assert broken() == ["Every session with marks was held"]
    assert AttendanceRecord.objects.count() == 3


def test_a_lost_file_is_found_and_left_to_people(room):
    here = room.campus.institution
    record = AttendanceRecord.objects.earliest("pk")
    uploads = [Upload(PDF, name) for name in ("kept.pdf", "lost.pdf", "cut.pdf", "removed.pdf")]
    _kept, lost, cut, removed = add_evidence(by=room.campus.admin, to=record, uploads=uploads).evidence
    remove_evidence(by=room.campus.admin, evidence=removed)
    assert broken() == []
    default_storage.delete(lost.file.name)
    with default_storage.open(cut.file.name, "wb") as file:
        file.write(PDF[:20])
    words = [
        f"The file for evidence {lost.pk} is missing: {lost.file.name}",
        f"The file for evidence {cut.pk} has changed since it was sent: {cut.file.name}",
    ]
    for owner in (None, here.pk):
        [found] = [one for one in run_checks(INVARIANTS, owner=owner, repair=True) if not one.holds]
        assert str(found.fact) == "Evidence keeps its file until it is removed"
        assert [one.words for one in found.left] == words
        assert list(found.repaired) == ["Lost files can only be restored from a backup. Files not repaired: 2."]
    assert broken(owner=Campus.found().institution.pk) == []
    assert Evidence.objects.kept().count() == 3
