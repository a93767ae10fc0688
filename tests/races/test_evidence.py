"""Evidence and corrections at one moment: with the lock of a register, with marks, and with each other."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from muster.attendance.models import AbsenceNotice, AttendanceRecord, CorrectionRequest, Evidence
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import (
    MOST_FILES,
    MarkInput,
    Upload,
    add_evidence,
    announce_absence,
    decide_correction,
    lock_register,
    mark_learners,
)
from muster.core.files import keep
from muster.timetable.models import ClassSession
from muster.timetable.rules import unlock
from tests.files import PDF
from tests.make import Campus
from tests.races.rush import in_the_middle, refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = Upload(PDF, "note.pdf")
TRIGGER = "pgtrigger_evidence_stays_with_its_register"


class Room:
    """A batch with a session today, and one learner marked absent, another present."""

    def __init__(self, campus):
        self.admin = campus.admin
        # Not of the module: a run can begin on the day before.
        self.today = today = campus.admin.today()
        self.batch = campus.batch(start_date=today - timedelta(days=9), end_date=today + timedelta(days=9))
        self.enrollments = [campus.enroll(self.batch) for _each in range(2)]
        self.session = ClassSession.objects.create(
            institution=campus.institution, meeting_id=self.batch.pk, date=today, is_edited=True
        )
        self.record = self.mark(0, "ABSENT")
        self.mark(1, "PRESENT")

    def mark(self, number, status):
        session = sessions_in_full(self.admin).get(pk=self.session.pk)
        mark_learners(by=self.admin, session=session, marks=[MarkInput(self.enrollments[number].pk, status)])
        return AttendanceRecord.objects.get(session=session, enrollment=self.enrollments[number])

    def marks(self):
        return list(
            AttendanceRecord.objects.filter(session=self.session)
            .order_by("enrollment_id")
            .values_list("status", flat=True)
        )

    def upload(self):
        record = AttendanceRecord.objects.select_related("enrollment", "session").get(pk=self.record.pk)
        return add_evidence(by=self.admin, to=record, uploads=[NOTE])

    def write(self):
        """A row as no rule writes it: without a lock."""
        return Evidence.objects.create(
            institution=self.batch.institution,
            record=self.record,
            file=keep("evidence", PDF),
            file_name="note.pdf",
            file_size=len(PDF),
            file_digest="0" * 64,
            media_type="application/pdf",
        )

    def lock(self):
        lock_register(by=self.admin, session=sessions_in_full(self.admin).get(pk=self.session.pk))

    def set_lock(self):
        ClassSession.objects.filter(pk=self.session.pk).update(is_locked=True, locked_at=timezone.now())

    def is_locked(self):
        return ClassSession.objects.get(pk=self.session.pk).is_locked

    def asked(self):
        self.lock()
        return self.upload().corrections[0]


@pytest.fixture
def campus():
    return Campus.found()


def test_evidence_that_comes_with_the_lock_is_in_before_it_or_asks_for_a_correction(campus):
    for _each in range(6):
        room = Room(campus)
        outcomes = rush([room.upload, room.lock, room.upload])
        assert len(won(outcomes)) == 3, outcomes
        for added in (outcomes[0], outcomes[2]):
            (row,) = added.evidence
            assert (row.record_id is None) == (added.notice is not None)
        late = [added for added in (outcomes[0], outcomes[2]) if added.notice is not None]
        assert CorrectionRequest.objects.filter(session=room.session).count() == min(len(late), 1)
        assert room.is_locked()


def test_without_the_lock_of_the_rule_no_evidence_slips_in_after_the_lock(campus):
    room = Room(campus)
    outcomes = in_the_middle(room.set_lock, room.write)
    assert isinstance(outcomes[1], IntegrityError), outcomes
    assert not Evidence.objects.exists()


def test_control_without_the_trigger_evidence_slips_in(campus):
    room = Room(campus)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", [f"{TRIGGER}%"])
        triggers = [name for (name,) in cursor.fetchall()]
    assert len(triggers) == 1
    with without("attendance_evidence", triggers=triggers):
        assert isinstance(in_the_middle(room.set_lock, room.write)[1], Evidence)
        assert room.is_locked()
        assert Evidence.objects.count() == 1


def test_nobody_marks_a_register_that_a_correction_opens(campus):
    for _each in range(4):
        room = Room(campus)
        asked = room.asked()
        decide = partial(decide_correction, by=room.admin, request=asked, approve=True, reason="Seen")
        outcomes = rush([partial(room.mark, 1, "ABSENT"), decide, partial(room.mark, 1, "LATE")])
        assert [error.code for error in refused(outcomes)] == ["register_locked"] * 2, outcomes
        assert room.marks() == ["EXCUSED", "PRESENT"]
        assert room.is_locked()


def test_control_opened_in_a_transaction_of_its_own_a_mark_slips_in(campus):
    room = Room(campus)
    room.asked()
    unlock(room.session, "Opened by hand")
    rush([partial(room.mark, 1, "ABSENT")])
    room.set_lock()
    assert room.marks() == ["ABSENT", "ABSENT"]


def test_of_two_decisions_at_once_one_stands(campus):
    room = Room(campus)
    asked = room.asked()
    outcomes = rush(
        [
            partial(decide_correction, by=room.admin, request=asked, approve=turn % 2 == 0, reason="x")
            for turn in range(6)
        ]
    )
    assert len(won(outcomes)) == 1
    assert {error.code for error in refused(outcomes)} == {"already_decided"}
    approved = CorrectionRequest.objects.get().status == "approved"
    assert room.marks() == ["EXCUSED" if approved else "ABSENT", "PRESENT"]


def test_without_the_lock_of_the_rule_a_decision_still_stands(campus):
    room = Room(campus)
    asked = room.asked()

    def decide(status):
        CorrectionRequest.objects.filter(pk=asked.pk).update(
            status=status, decided_at=timezone.now(), decision_reason="x"
        )

    outcomes = rush([partial(decide, status) for status in ("approved", "rejected", "approved")])
    assert len(won(outcomes)) == 1
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 2


def test_ten_announcements_of_one_absence_are_one(campus):
    room = Room(campus)
    student = room.enrollments[0].student
    announce = partial(announce_absence, by=room.admin, student=student, reason="Flu", first_date=room.today)
    outcomes = rush([announce] * 10)
    assert len(won(outcomes)) == 1
    assert {error.code for error in refused(outcomes)} == {"already_announced"}

    def write():
        AbsenceNotice.objects.create(
            institution=room.batch.institution, student=student, first_date=room.today, last_date=room.today, reason="x"
        )

    assert won(rush([write] * 4)) == []


def test_files_sent_at_once_are_no_more_than_fit(campus):
    room = Room(campus)
    outcomes = rush([room.upload] * (MOST_FILES + 4))
    assert len(won(outcomes)) == MOST_FILES
    assert {error.code for error in refused(outcomes)} == {"too_many_files"}
    assert Evidence.objects.count() == MOST_FILES
