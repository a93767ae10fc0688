"""Enrolling many at once, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.core.errors import DomainError
from muster.courses.models import Course
from muster.enrollments.models import Enrollment, Organisation, WaitlistEntry
from muster.enrollments.rules.enrolling import enroll_student
from muster.enrollments.rules.waitlist import enroll_or_wait
from muster.institutions.access import Actor


@dataclass(frozen=True)
class SeatWish:
    """Who is to be enrolled where, and how, as `enroll_student` takes it."""

    student: User
    batch: Batch | None = None
    course: Course | None = None
    enrollment_type: str | None = None
    enrollment_date: date | None = None
    organisation: Organisation | None = None
    source: str = ""

    @property
    def course_id(self) -> Any:
        """What is enrolled into: wishes of one course can stand in each other's way, others cannot."""
        if self.batch is not None:
            return self.batch.course_id or self.batch.pk
        return self.course.pk if self.course else None


@dataclass
class SeatOutcome:
    """What came of a wish: an enrollment, a place in line, or a refusal."""

    wish: SeatWish
    enrollment: Enrollment | None = None
    place: WaitlistEntry | None = None
    refusal: DomainError | None = None


def enroll_many(
    *, by: Actor, wishes: Sequence[SeatWish], join_waitlist: bool = False, dry_run: bool = False
) -> list[SeatOutcome]:
    """Give each of the students a seat, or with `join_waitlist` a place in line where none is left; in the same order.

    Each is a transaction of its own, with the locks and the refusals of `enroll_student`; one that is refused keeps no
    other from a seat. Batch by batch, and within one as they are named. A `dry_run` tries all of it and takes it back,
    course by course, so that batches are held shortly; what it answers is stored nowhere.
    """
    outcomes = [SeatOutcome(wish) for wish in wishes]
    groups: dict[Any, list[SeatOutcome]] = {}
    # Batches are held in the order of their ids, where a caller has one transaction around all.
    for outcome in sorted(outcomes, key=lambda one: one.wish.batch.pk if one.wish.batch else UUID(int=0)):
        groups.setdefault(outcome.wish.course_id if dry_run else None, []).append(outcome)
    for group in groups.values():
        with _taken_back() if dry_run else nullcontext():
            for outcome in group:
                _enroll(by, outcome, join_waitlist=join_waitlist)
    return outcomes


@contextmanager
def _taken_back() -> Iterator[None]:
    """Everything within is undone at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _enroll(by: Actor, outcome: SeatOutcome, *, join_waitlist: bool) -> None:
    wish = outcome.wish
    how: dict[str, Any] = {
        "course": wish.course,
        "enrollment_type": wish.enrollment_type,
        "enrollment_date": wish.enrollment_date,
        "organisation": wish.organisation,
        "source": wish.source,
    }
    try:
        if join_waitlist and wish.batch is not None:
            made = enroll_or_wait(by=by, student=wish.student, batch=wish.batch, **how)
        else:
            made = enroll_student(by=by, student=wish.student, batch=wish.batch, **how)
    except DomainError as refusal:
        outcome.refusal = refusal
        return
    if isinstance(made, WaitlistEntry):
        outcome.place = made
    else:
        outcome.enrollment = made
