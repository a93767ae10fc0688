"""Everything that moves seats, from sixteen threads at once, in random order: seats, lines and counters stay true."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from muster.batches.models import Batch
from muster.cli.check import invariants
from muster.core.checks import run_checks
from muster.core.errors import DomainError
from muster.enrollments.jobs import move_all_waitlists
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.opening import seats_for_the_line
from muster.enrollments.rules import (
    accept_offer,
    cancel_enrollment,
    change_capacity,
    change_enrollment,
    change_status,
    complete_enrollment,
    decline_offer,
    enroll_or_wait,
    enroll_student,
    fill_all_seats,
    hold_enrollment,
    join_waitlist,
    keep_spare_seats,
    lapse_offers,
    leave_waitlist,
    prioritize,
    release_spare_seats,
    reopen_batch,
    resume_enrollment,
    return_students,
    transfer_students,
)
from tests.make import Campus
from tests.races.rush import rush, without

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, ACTIONS, STUDENTS = 16, 6, 12
# How many seeds are tried each day; all fifty where there is time for them.
SEEDS = int(os.environ.get("MUSTER_SEEDS", "3"))


class Crowd:
    """Two batches of one course, with students who have seats, wait, or are about to come."""

    def __init__(self, mode: str, buffer: int = 0) -> None:
        self.campus = Campus.found().let(waitlist_mode=mode, seat_buffer_percent=buffer)
        self.by, self.institution = self.campus.admin, self.campus.institution
        self.students = [self.campus.student() for _each in range(STUDENTS)]
        course = self.campus.course()
        self.batches = [self.campus.batch(course=course, capacity=4) for _each in range(2)]
        for number, student in enumerate(self.students):
            enroll_or_wait(by=self.by, student=student, batch=self.batches[number % 2])
        for seat in Enrollment.objects.filter(batch__in=self.batches)[:4]:
            other = self.batches[seat.batch_id == self.batches[0].pk]
            join_waitlist(by=self.by, student=seat.student, batch=other)

    def seat(self, dice: random.Random) -> Any:
        return self.any_of(Enrollment.objects.filter(batch=dice.choice(self.batches)), dice)

    def place(self, dice: random.Random) -> Any:
        return self.any_of(WaitlistEntry.objects.filter(batch=dice.choice(self.batches)), dice)

    def any_of(self, rows: Any, dice: random.Random) -> Any:
        """One of the rows as they are stored at this moment, which the rule may find changed."""
        found = list(rows.select_related("student", "batch").order_by("pk"))
        if not found:
            raise DomainError("Nobody is there yet.")
        return dice.choice(found)

    def act(self, dice: random.Random) -> Any:
        """Do something, to somebody, somewhere."""
        by, batch, student = self.by, dice.choice(self.batches), dice.choice(self.students)
        newcomer = {"by": by, "student": student, "batch": batch}
        acts: list[Callable[[], Any]] = [
            lambda: enroll_student(**newcomer),
            lambda: enroll_student(**{**newcomer, "by": self.campus.actor(student)}),
            lambda: enroll_or_wait(**newcomer),
            lambda: join_waitlist(**newcomer),
            lambda: cancel_enrollment(by=by, enrollment=self.seat(dice)),
            lambda: cancel_enrollment(by=by, enrollment=self.seat(dice)),
            lambda: hold_enrollment(by=by, enrollment=self.seat(dice)),
            lambda: resume_enrollment(by=by, enrollment=self.seat(dice)),
            lambda: complete_enrollment(by=by, enrollment=self.seat(dice)),
            lambda: transfer_students(by=by, enrollments=[self.seat(dice)], to=batch),
            lambda: transfer_students(
                by=by, enrollments=[self.seat(dice), self.seat(dice)], to=batch, join_waitlist=True, partial=True
            ),
            lambda: return_students(by=by, enrollments=[self.seat(dice)]),
            lambda: release_spare_seats(by=by, batch=batch),
            lambda: keep_spare_seats(by=by, batch=batch),
            lambda: change_enrollment(by=by, enrollment=self.seat(dice), changes={"status": "active"}),
            lambda: leave_waitlist(by=by, place=self.place(dice)),
            lambda: prioritize(by=by, place=self.place(dice), priority=dice.randint(0, 9)),
            lambda: accept_offer(by=by, place=self.place(dice)),
            lambda: accept_offer(by=by, place=self.place(dice)),
            lambda: decline_offer(by=by, place=self.place(dice)),
            lambda: change_capacity(by=by, batch=batch, capacity=dice.randint(1, 6)),
            lambda: lapse_offers(institution=self.institution, now=timezone.now() + timedelta(days=3)),
            lambda: fill_all_seats(institution=self.institution),
        ]
        if dice.random() < 0.03:
            return self.end_and_reopen(batch)
        return dice.choice(acts)()

    def end_and_reopen(self, batch: Any) -> Any:
        change_status(by=self.by, batch=batch, status="Cancelled")
        return reopen_batch(by=self.by, batch=batch, reason="It takes place")

    def work(self, seed: str) -> list[Exception]:
        """What one thread does, one thing after the other; the answers that are no refusals."""
        dice, wrong = random.Random(seed), []
        for _each in range(ACTIONS):
            try:
                self.act(dice)
            except Exception as error:
                wrong += unforeseen(error)
        return wrong

    def faults(self, *, after_a_minute: bool = True) -> list[str]:
        """What is wrong in what is stored, after the job of each minute."""
        if after_a_minute:
            move_all_waitlists(0)
        found = [f"{one.fact}: {one.left}" for one in run_checks(invariants()) if not one.holds]
        for batch in self.batches:
            batch.refresh_from_db()
            seated = Enrollment.objects.holding_seats().filter(batch=batch).count()
            offered = WaitlistEntry.objects.filter(batch=batch, status="offered").count()
            if (batch.enrolled_students, batch.seats_offered) != (seated, offered):
                found.append(f"counted {(batch.enrolled_students, batch.seats_offered)}, there {(seated, offered)}")
            free = seats_for_the_line(batch, self.institution, batch.today())
            if free and WaitlistEntry.objects.waiting().filter(batch=batch).exists():
                found.append(f"{free} seats are free while somebody waits")
        return found


def unforeseen(error: Exception) -> list[Exception]:
    """What of an answer is no refusal in words."""
    if isinstance(error, ExceptionGroup):
        return [wrong for one in error.exceptions for wrong in unforeseen(one)]
    return [] if isinstance(error, DomainError) else [error]


@pytest.mark.parametrize("mode", ["auto", "offer"])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_sixteen_at_once_leave_nothing_to_mend(mode: str, seed: int) -> None:
    crowd = Crowd(mode, buffer=25 if seed % 2 else 0)
    outcomes = rush([partial(crowd.work, f"{seed} {mode} {thread}") for thread in range(THREADS)])
    assert outcomes == [[]] * THREADS
    assert crowd.faults() == []


def test_control_without_the_trigger_that_counts_the_counters_are_found_wrong() -> None:
    crowd = Crowd("auto")
    [counts] = [one.get_pgid(Enrollment) for one in Enrollment._meta.triggers if one.name == "seats_are_counted"]
    with without("enrollments_enrollment", triggers=[counts]):
        rush([partial(crowd.work, f"control {thread}") for thread in range(THREADS)])
        assert [fault for fault in crowd.faults() if fault.startswith("counted")] != []


def test_control_before_the_minute_is_over_a_seat_that_nobody_gave_is_found() -> None:
    crowd = Crowd("auto")
    Batch.objects.filter(pk=crowd.batches[0].pk).update(capacity=5)
    assert crowd.faults(after_a_minute=False) == ["1 seats are free while somebody waits"]
    assert crowd.faults() == []


def test_control_whoever_locks_in_another_order_and_does_not_repeat_is_found() -> None:
    crowd = Crowd("auto")
    first, second = crowd.batches

    # Each holds one before either asks for the other.
    locked = threading.Barrier(2)

    def lock(one: Batch, other: Batch) -> list[Exception]:
        try:
            with transaction.atomic():
                Batch.objects.select_for_update().get(pk=one.pk)
                locked.wait(30)
                Batch.objects.select_for_update().get(pk=other.pk)
        except Exception as error:
            return unforeseen(error)
        return []

    outcomes = rush([partial(lock, first, second), partial(lock, second, first)])
    assert [type(error) for outcome in outcomes for error in outcome] == [OperationalError]
