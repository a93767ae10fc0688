"""Batches that meet as one: their seats change at one moment, and the registers of both are counted anew."""

import threading
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import OperationalError, transaction

from muster.attendance.checks import INVARIANTS
from muster.attendance.models import BatchTally
from muster.attendance.queries import sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.batches.rules import archive_batch, share_meeting
from muster.core.checks import run_checks
from muster.core.ownership import as_owner
from muster.enrollments.models import SeatPeriod
from muster.timetable.models import ClassSession
from tests.make import Campus, slot
from tests.races.rush import rush, somebody_waits
from tests.races.test_archiving import written_otherwise

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = date(2019, 1, 8)
LATER = FIRST + timedelta(days=7)
HOLD = "AND is_shared ORDER BY id FOR NO KEY UPDATE"


@pytest.fixture
def campus():
    return Campus.found()


class SharedClass:
    """Two batches that meet as one on two days, somebody marked on each, and two learners more in either."""

    def __init__(self, campus):
        self.campus = campus
        self.batches = [campus.batch(capacity=9, start_date=FIRST, end_date=date(2028, 12, 29)) for _each in range(2)]
        seats = [[campus.enroll(batch, enrollment_date=FIRST) for _each in range(3)] for batch in self.batches]
        meeting = share_meeting(by=campus.admin, name="Both", batches=self.batches, slots=[slot(2, "20:00", "21:00")])
        self.sessions = [
            ClassSession.objects.create(institution=campus.institution, meeting=meeting, date=day, is_edited=True)
            for day in (FIRST, LATER)
        ]
        for session in self.sessions:
            fresh = sessions_in_full(campus.admin).get(pk=session.pk)
            mark_learners(by=campus.admin, session=fresh, marks=[MarkInput(seats[0][0].pk, "PRESENT")])
        self.seats = [[SeatPeriod.objects.get(enrollment=seat).pk for seat in row[1:]] for row in seats]

    def are_right(self):
        with as_owner():
            return all(one.holds for one in run_checks(INVARIANTS))


def move(seat, **days):
    """Give the seat other days, as no rule does: without its batch."""
    with as_owner():
        SeatPeriod.objects.filter(pk=seat).update(**days)


def change_in_turn(room):
    """One learner of each batch loses the first day and one the second, in either batch in another order. Both batches
    have their first change, or wait for it, before the other one is made."""
    started, over = threading.Event(), threading.Event()

    def one():
        with transaction.atomic():
            move(room.seats[0][0], until_date=FIRST)
            started.set()
            while not over.wait(0.02) and not somebody_waits():
                pass
            move(room.seats[0][1], from_date=LATER)

    def other():
        started.wait(30)
        try:
            with transaction.atomic():
                move(room.seats[1][0], from_date=LATER)
                over.set()
                move(room.seats[1][1], until_date=FIRST)
        finally:
            over.set()

    return rush([one, other])


def met_a_deadlock(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, OperationalError)]


def test_seats_of_batches_that_meet_as_one_change_at_once_without_a_deadlock(campus):
    room = SharedClass(campus)
    assert change_in_turn(room) == [None, None]
    assert set(BatchTally.objects.values_list("session__date", "unmarked")) == {(FIRST, 3), (LATER, 3)}
    assert room.are_right()


def test_control_without_the_meeting_they_lock_each_other_out(campus):
    room = SharedClass(campus)
    with written_otherwise("attendance", "unmarked.sql", HOLD, "AND is_shared"):
        assert len(met_a_deadlock(change_in_turn(room))) == 1


def test_both_batches_archived_at_once_leave_the_registers_counted(campus):
    room = SharedClass(campus)
    outcomes = rush([partial(archive_batch, by=campus.admin, batch=batch) for batch in room.batches])
    assert [batch.is_archived for batch in outcomes] == [True, True]
    assert set(BatchTally.objects.values_list("unmarked", flat=True)) == {5}
    assert room.are_right()
