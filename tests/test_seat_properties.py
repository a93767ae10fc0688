"""Seats, lines and offers against a simple model: whatever is done in whatever order, what is stored, what is counted
and what is refused agree, `muster check` holds, and no seat stays free while somebody waits who could have it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.test import TestCase
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.core.checks import run_checks
from muster.core.errors import DomainError
from muster.enrollments.checks import INVARIANTS
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.rules import (
    accept_offer,
    cancel_enrollment,
    change_capacity,
    change_enrollment,
    change_status,
    complete_enrollment,
    decline_offer,
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
from tests.seat_model import Chairs, Seats

STUDENTS = 5
# How many sequences of how many actions each are tried: more where there is time for it.
EXAMPLES, STEPS = int(os.environ.get("MUSTER_EXAMPLES", "6")), 30
AT = st.integers(0, 1)
ANYBODY = st.tuples(st.integers(0, STUDENTS - 1), AT)
# A person and a batch, mostly such to whom it can be done, if there are any.
Able = Callable[[Chairs, int], bool]


def whom(able: Able) -> st.SearchStrategy[tuple[int, int]]:
    def among(machine: Any) -> st.SearchStrategy[tuple[int, int]]:
        batches = machine.model.batches
        found = [(who, at) for who in range(STUDENTS) for at in (0, 1) if able(batches[at], who)]
        return st.one_of(st.sampled_from(found), st.sampled_from(found), ANYBODY) if found else ANYBODY

    return st.runner().flatmap(among)


WAITING = whom(lambda batch, who: batch.places.get(who) == "waiting")
OFFERED = whom(lambda batch, who: batch.places.get(who) == "offered")
IN_A_SEAT = whom(Chairs.has)
WITHOUT_A_SEAT = whom(lambda batch, who: who in batch.seats and not batch.has(who))
OUTSIDE = whom(lambda batch, who: not batch.has(who) and not batch.awaits(who))


def in_the_other(one: tuple[int, int]) -> tuple[int, int]:
    """The same person, and the other batch."""
    return one[0], 1 - one[1]


class SeatMachine(RuleBasedStateMachine):
    """Does the same to the product and to the model, and compares."""

    def __init__(self, mode: str, campus: Campus, people: list[User]) -> None:
        super().__init__()
        self.campus, self.people = campus, people
        self.example = transaction.atomic()
        self.example.__enter__()
        self.by = self.campus.admin
        self.institution = self.campus.institution
        self.campus.let(waitlist_mode=mode, seat_buffer_percent=0, enroll_until_days=None)
        self.model = Seats(mode, STUDENTS)
        begun = self.by.today() - timedelta(days=10)
        course = self.campus.course()
        self.batches = [
            self.campus.batch(
                course=course,
                capacity=batch.capacity,
                waitlist_capacity=batch.most_waiting,
                start_date=begun,
                end_date=begun + timedelta(days=100),
            )
            for batch in self.model.batches
        ]

    def teardown(self) -> None:
        try:
            assert [f"{one.fact}: {one.left}" for one in run_checks(INVARIANTS) if not one.holds] == []
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # --- both sides --------------------------------------------------------------------------------------------------
    def both(self, expected: bool, use_case: Callable[..., Any], by: Any = None, **to: Any) -> None:
        """Hold the use case to what the model said. Where there is nothing to do it to, it's as good as refused."""
        try:
            done = None not in to.values()
            if done:
                use_case(by=by or self.by, **to)
        except DomainError:
            done = False
        assert done == expected

    def seat(self, who: int, at: int) -> Enrollment | None:
        """The last enrollment of somebody in a batch."""
        return Enrollment.objects.filter(**self.among(who, at)).order_by("created_at", "pk").last()

    def place(self, who: int, at: int) -> WaitlistEntry | None:
        """The last place in line that somebody had for a batch."""
        return WaitlistEntry.objects.filter(**self.among(who, at)).order_by("created_at", "pk").last()

    def among(self, who: int, at: int) -> dict[str, Any]:
        return {"batch": self.batches[at], "student": self.people[who]}

    # --- seats -------------------------------------------------------------------------------------------------------
    @rule(one=OUTSIDE)
    def enroll(self, one: tuple[int, int]) -> None:
        self.both(self.model.enroll(*one), enroll_student, **self.among(*one))

    @rule(one=st.one_of(OUTSIDE, WAITING, OFFERED))
    def enroll_oneself(self, one: tuple[int, int]) -> None:
        student = self.campus.actor(self.people[one[0]])
        self.both(self.model.enroll(*one, by="self"), enroll_student, by=student, **self.among(*one))

    @rule(one=IN_A_SEAT)
    def cancel(self, one: tuple[int, int]) -> None:
        self.both(self.model.cancel(*one), cancel_enrollment, enrollment=self.seat(*one))

    @rule(one=IN_A_SEAT)
    def hold(self, one: tuple[int, int]) -> None:
        self.both(self.model.hold(*one), hold_enrollment, enrollment=self.seat(*one))

    @rule(one=st.one_of(IN_A_SEAT, WITHOUT_A_SEAT))
    def resume(self, one: tuple[int, int]) -> None:
        self.both(self.model.resume(*one), resume_enrollment, enrollment=self.seat(*one))

    @rule(one=IN_A_SEAT)
    def complete(self, one: tuple[int, int]) -> None:
        self.both(self.model.complete(*one), complete_enrollment, enrollment=self.seat(*one))

    @rule(one=WITHOUT_A_SEAT, status=st.sampled_from(["active", "on_hold", "completed", "cancelled"]))
    def correct(self, one: tuple[int, int], status: str) -> None:
        changes = {"status": status}
        self.both(self.model.correct(*one, status), change_enrollment, enrollment=self.seat(*one), changes=changes)

    @rule(one=IN_A_SEAT.map(in_the_other), or_wait=st.booleans())
    def transfer(self, one: tuple[int, int], or_wait: bool) -> None:
        seat = self.seat(*in_the_other(one))
        to = {"to": self.batches[one[1]], "join_waitlist": or_wait}
        self.both(self.model.transfer(*one, or_wait), transfer_students, enrollments=seat and [seat], **to)

    @rule(one=IN_A_SEAT.map(in_the_other))
    def bring_back(self, one: tuple[int, int]) -> None:
        seat = self.seat(*one)
        self.both(self.model.bring_back(*one), return_students, enrollments=seat and [seat])

    # --- lines -------------------------------------------------------------------------------------------------------
    @rule(one=st.one_of(OUTSIDE, IN_A_SEAT.map(in_the_other)))
    def join(self, one: tuple[int, int]) -> None:
        self.both(self.model.join(*one), join_waitlist, **self.among(*one))

    @rule(one=WAITING, priority=st.integers(0, 3))
    def prioritize(self, one: tuple[int, int], priority: int) -> None:
        self.both(self.model.prioritize(*one, priority), prioritize, place=self.place(*one), priority=priority)

    @rule(one=st.one_of(WAITING, OFFERED))
    def leave(self, one: tuple[int, int]) -> None:
        self.both(self.model.leave(*one), leave_waitlist, place=self.place(*one))

    @rule(one=OFFERED)
    def accept(self, one: tuple[int, int]) -> None:
        self.both(self.model.accept(*one), accept_offer, place=self.place(*one))

    @rule(one=OFFERED)
    def decline(self, one: tuple[int, int]) -> None:
        self.both(self.model.decline(*one), decline_offer, place=self.place(*one))

    # --- batches and the institution ---------------------------------------------------------------------------------
    @rule(at=AT, capacity=st.integers(0, 4))
    def resize(self, at: int, capacity: int) -> None:
        self.both(self.model.resize(at, capacity), change_capacity, batch=self.batches[at], capacity=capacity)

    @rule(at=AT)
    def release(self, at: int) -> None:
        self.both(self.model.release(at), release_spare_seats, batch=self.batches[at])

    @rule(at=AT)
    def keep_again(self, at: int) -> None:
        self.both(self.model.keep_again(at), keep_spare_seats, batch=self.batches[at])

    @rule(percent=st.sampled_from([0, 20, 50]))
    def keep_back(self, percent: int) -> None:
        self.campus.let(seat_buffer_percent=percent)
        self.model.buffer = percent

    @rule(is_open=st.booleans())
    def let_students_enroll(self, is_open: bool) -> None:
        self.campus.let(enroll_until_days=None if is_open else 0)
        self.model.is_open = is_open

    @rule(at=AT)
    def begin(self, at: int) -> None:
        self.both(self.model.begin(at), change_status, batch=self.batches[at], status="Active")

    @rule(at=AT, status=st.sampled_from(["Completed", "Cancelled"]))
    def end(self, at: int, status: str) -> None:
        self.both(self.model.end(at, status), change_status, batch=self.batches[at], status=status)

    @rule(at=AT)
    def reopen(self, at: int) -> None:
        self.both(self.model.reopen(at), reopen_batch, batch=self.batches[at], reason="Again")

    # --- time --------------------------------------------------------------------------------------------------------
    @rule()
    def days_pass(self) -> None:
        days = timedelta(days=3)
        WaitlistEntry.objects.filter(batch__in=self.batches, status="offered").update(
            offered_at=F("offered_at") - days, offer_expires_at=F("offer_expires_at") - days
        )
        self.model.days_pass()

    @rule()
    def a_minute_passes(self) -> None:
        lapse_offers(institution=self.institution)
        fill_all_seats(institution=self.institution)
        self.model.minute()
        assert self.model.is_settled

    # --- what must hold ----------------------------------------------------------------------------------------------
    @invariant()
    def both_agree(self) -> None:
        for batch, chairs in zip(self.batches, self.model.batches, strict=True):
            batch.refresh_from_db()
            assert (batch.status, batch.capacity) == (chairs.status, chairs.capacity)
            assert (batch.enrolled_students, batch.seats_offered) == (chairs.enrolled, chairs.offered)
            assert self.last_of(Enrollment, batch) == chairs.seats
            assert self.last_of(WaitlistEntry, batch) == chairs.places
            line = WaitlistEntry.objects.waiting().filter(batch=batch).values_list("student_id", flat=True)
            assert [self.people[who].pk for who in chairs.line] == list(line)

    def last_of(self, model: Any, batch: Batch) -> dict[int, str]:
        rows = model.objects.filter(batch=batch).order_by("created_at", "pk").values_list("student_id", "status")
        numbers = {person.pk: who for who, person in enumerate(self.people)}
        return {numbers[student]: status for student, status in rows}


class SeatsAgreeWithTheModel(TestCase):
    campus: Campus
    people: list[User]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.campus = Campus.found()
        cls.people = [cls.campus.student() for _each in range(STUDENTS)]

    def run_in(self, mode: str) -> None:
        run_state_machine_as_test(
            lambda: SeatMachine(mode, self.campus, self.people),
            settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None),
        )

    def test_where_seats_are_given_at_once(self) -> None:
        self.run_in("auto")

    def test_where_seats_are_offered(self) -> None:
        self.run_in("offer")
