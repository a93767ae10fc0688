"""One register, many hands: marks at one moment, and a lock that comes at that moment."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from muster.attendance.models import AttendanceRecord, BatchTally, MarkEntry
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, lock_register, mark_learners, mark_register
from muster.core.ownership import as_owner
from muster.timetable.models import ClassSession
from tests.make import Campus
from tests.races.rush import in_the_middle, refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2019, 1, 8)
LEARNERS = 6


@pytest.fixture
def campus():
    return Campus.found()


class Room:
    """A batch with a session, and everything to mark it."""

    def __init__(self, campus):
        self.admin = campus.admin
        self.batch = campus.batch(capacity=40, start_date=DAY, end_date=date(2028, 12, 29))
        self.enrollments = [campus.enroll(self.batch, enrollment_date=DAY) for _each in range(LEARNERS)]
        self.session = ClassSession.objects.create(
            institution=campus.institution, meeting_id=self.batch.pk, date=DAY, is_edited=True
        )

    def fresh(self):
        return sessions_in_full(self.admin).get(pk=self.session.pk)

    def mark(self, status="PRESENT"):
        """Mark everybody by the rule."""
        plans = [MarkInput(enrollment.pk, status) for enrollment in self.enrollments]
        return mark_register(by=self.admin, session=self.fresh(), marks=plans)

    def mark_one(self, number, status, said_at):
        plan = MarkInput(self.enrollments[number].pk, status, said_at=said_at)
        return mark_learners(by=self.admin, session=self.fresh(), marks=[plan])

    def write(self):
        """Write everybody's record as no rule does: without a lock."""
        AttendanceRecord.objects.bulk_create(
            AttendanceRecord(
                institution=self.batch.institution,
                enrollment=enrollment,
                session=self.session,
                record_date=DAY,
                status="PRESENT",
                marked_at=timezone.now(),
            )
            for enrollment in self.enrollments
        )

    def lock(self):
        """Lock the register by the rule."""
        lock_register(by=self.admin, session=self.fresh())

    def set_lock(self):
        """Lock the session as no rule does."""
        ClassSession.objects.filter(pk=self.session.pk).update(is_locked=True, locked_at=timezone.now())

    def records(self):
        return AttendanceRecord.objects.filter(session=self.session)


def test_twenty_markings_at_once_leave_one_record_for_each_learner(campus):
    room = Room(campus)
    outcomes = rush([partial(room.mark, "ABSENT" if turn % 2 else "PRESENT") for turn in range(20)])
    assert len(won(outcomes)) == 20, outcomes
    statuses = list(room.records().values_list("status", flat=True))
    assert len(statuses) == LEARNERS
    assert len(set(statuses)) == 1
    tally = BatchTally.objects.get()
    assert (tally.present, tally.absent) == ((LEARNERS, 0) if statuses[0] == "PRESENT" else (0, LEARNERS))


def test_one_queue_that_comes_twenty_times_at_once_is_logged_once(campus):
    room = Room(campus)
    said = timezone.now()
    outcomes = rush([partial(room.mark_one, 0, "LATE", said) for _each in range(20)])
    assert len(won(outcomes)) == 20, outcomes
    assert room.records().count() == 1
    assert MarkEntry.objects.count() == 1


def test_without_the_lock_the_database_still_keeps_one_record(campus):
    room = Room(campus)
    outcomes = rush([room.write for _each in range(8)])
    assert len(won(outcomes)) == 1
    assert {type(outcome) for outcome in outcomes} == {type(None), IntegrityError}
    assert room.records().count() == LEARNERS


def test_control_without_the_unique_index_every_learner_has_several(campus):
    room = Room(campus)
    name = "one_record_for_each_learner_of_a_session"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {name}")
    try:
        assert len(won(rush([room.write for _each in range(4)]))) == 4
        assert room.records().count() == 4 * LEARNERS
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE attendance_attendancerecord CASCADE")
            cursor.execute(definition)


def test_locking_while_marking_leaves_a_whole_marking_or_a_refusal(campus):
    for _each in range(8):
        room = Room(campus)
        outcomes = rush([room.mark, room.lock, room.mark])
        assert all(error.code == "register_locked" for error in refused(outcomes)), outcomes
        assert len(won(outcomes)) + len(refused(outcomes)) == 3, outcomes
        assert room.records().count() == (LEARNERS if won([outcomes[0], outcomes[2]]) else 0)
        assert room.fresh().is_locked


def test_without_the_lock_of_the_rule_no_mark_slips_in_after_the_lock(campus):
    room = Room(campus)
    outcomes = in_the_middle(room.set_lock, room.write)
    assert isinstance(outcomes[1], IntegrityError), outcomes
    assert not room.records().exists()


def test_control_without_the_trigger_a_mark_slips_in(campus):
    room = Room(campus)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'attendance_attendancerecord'::regclass"
            " AND tgname LIKE 'pgtrigger_%marks_are_kept%'"
        )
        triggers = [name for (name,) in cursor.fetchall()]
    assert len(triggers) == 2
    with without("attendance_attendancerecord", triggers=triggers):
        assert in_the_middle(room.set_lock, room.write) == [None, None]
        assert room.records().count() == LEARNERS
        assert room.fresh().is_locked
