"""The registers of the demonstration: taken as they would be, with one here and there that nobody took."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import time, timedelta

from muster.attendance.models import Mark
from muster.attendance.permissions import registers
from muster.attendance.queries import Register, register_of, sessions_in_full
from muster.attendance.rules import MarkInput, lock_register, mark_learners
from muster.attendance.rules.daily import mark_day
from muster.batches.models import Batch
from muster.institutions.access import Actor
from muster.timetable.clock import moment

TAKEN_FOR = timedelta(weeks=9)
LOCKED_AFTER = timedelta(weeks=2)
NOTES = {
    Mark.ABSENT: ("No word from them", "Called 08:40, taxi strike on the N2", "At a funeral"),
    Mark.EXCUSED: ("Clinic until noon", "Driving test", "Works the early shift"),
}


def take_registers(by: Actor, batches: Sequence[Batch]) -> None:
    """Take the registers of the last weeks, as whoever leads each batch; old ones are locked."""
    now = by.now()
    for place, batch in enumerate(batches):
        teacher = _teacher(by, batch)
        chance = random.Random(batch.code)  # noqa: S311  (the same demonstration every time)
        # How often each learner of the batch is missing; two in ten are in trouble.
        habits = [chance.choice((0.02, 0.03, 0.05, 0.05, 0.08, 0.04, 0.03, 0.06, 0.3, 0.2)) for _each in range(60)]
        sessions = list(
            sessions_in_full(teacher, batch.sessions.taking_place())
            .filter(date__gte=by.today() - TAKEN_FOR, date__lte=by.today())
            .order_by("date", "start_time", "pk")
        )
        over = [session for session in sessions if session.is_over(now)]
        signs = bool(over) and registers.allows(teacher, "sign", over[0])
        for number, session in enumerate(over):
            # The last but one of every third batch was forgotten.
            if place % 3 == 1 and number == len(over) - 2:
                continue
            register = register_of(teacher, session, last=False)
            if not register.rows:
                continue
            mark_learners(
                by=teacher,
                session=session,
                marks=list(_marks(register, by, habits, chance)),
                device="Chrome on Android",
            )
            if session.date < by.today() - LOCKED_AFTER:
                lock_register(by=teacher, session=session, sign=signs)


def keep_old_register(by: Actor, batch: Batch) -> None:
    """The first week of a batch as its paper register had it: daily records."""
    chance = random.Random(f"paper {batch.code}")  # noqa: S311
    learners = list(batch.enrollments.order_by("student__full_name__plain", "pk"))
    assert batch.start_date is not None  # noqa: S101  (a batch of a course is dated)
    for days in range(5):
        marks = [
            MarkInput(enrollment.pk, chance.choices(list(Mark), (88, 6, 4, 2))[0], None, "") for enrollment in learners
        ]
        mark_day(by=by, batch=batch, day=batch.start_date + timedelta(days=days), marks=marks)


def _teacher(by: Actor, batch: Batch) -> Actor:
    lead = batch.instructor_assignments.leads().select_related("instructor").first()
    return (lead and Actor.of(lead.instructor, by.institution)) or by


def _marks(register: Register, by: Actor, habits: Sequence[float], chance: random.Random) -> Iterator[MarkInput]:
    session = register.session
    begins = moment(session.date, session.start_time or time(9), session.meeting.zone)
    for place, row in enumerate(register.rows):
        said = begins + timedelta(minutes=3, seconds=2 * place)
        drawn = chance.random()
        absent = habits[place % len(habits)]
        if drawn < absent:
            mark = Mark.EXCUSED if chance.random() < 0.25 else Mark.ABSENT
        elif drawn < absent + 0.06:
            mark = Mark.LATE
        else:
            mark = Mark.PRESENT
        minutes = chance.randrange(4, 30) if mark == Mark.LATE else None
        note = chance.choice(NOTES[mark]) if mark in NOTES and chance.random() < 0.3 else ""
        yield MarkInput(row.enrollment_id, mark, minutes, note, said)
