"""Transfers: people leave a seat in one batch for one in another, one or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.rules.locks import MOST_REASON
from muster.batches.warnings import PlanWarning
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict, Invalid
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.courses.models import Course
from muster.enrollments import notices
from muster.enrollments.errors import (
    AlreadyEnrolled,
    HadTrial,
    NotAStudent,
)
from muster.enrollments.models import Enrollment, TransferRequest
from muster.enrollments.queries import clashes_of_many
from muster.enrollments.rules.enrolling import batch_full, warn_of_last_day
from muster.enrollments.rules.filling import fill_seats
from muster.enrollments.rules.moving import move_seats
from muster.enrollments.rules.transfer_seats import (
    REFUSED,
    TRANSFERRED,
    WAITLISTED,
    SeatLine,
    TransferOutcome,
    lock_seats,
    must_be_open,
    refusal_of,
)
from muster.institutions.access import Actor

# What comes along when a transfer is undone.


@dataclass
class Transfers:
    """What came of all who were to be transferred, in the order in which they were named."""

    batch: Batch
    outcomes: list[TransferOutcome]
    warnings: list[PlanWarning] = field(default_factory=list)

    def that(self, outcome: str) -> list[TransferOutcome]:
        """Those of whom this came."""
        return [one for one in self.outcomes if one.outcome == outcome]


@atomic
def transfer_students(
    *,
    by: Actor,
    enrollments: Sequence[Enrollment],
    to: Batch,
    reason: str = "",
    course: Course | None = None,
    join_waitlist: bool = False,
    partial: bool = False,
    accept_clash: bool = True,
) -> Transfers:
    """Move people to another batch of their course: all of them or, where `partial`, those who can be.

    An administrator who names the target's `course` moves them to another course. Nobody overtakes the target's
    waitlist: seats that are free for the line stay its own, and the seats kept back, which are there for transfers, are
    the staff's to give. Whoever gets no seat joins the waitlist with `join_waitlist`. A clash with another batch of the
    student is a warning, and without `accept_clash` a refusal. The seats that they leave go to the waitlists there.
    Type, source, payer, payments and hold go along; marks stay where they were made.

    Locks all batches by id, then the enrollments by id; its statements do not grow with the students, but for those of
    the waitlists that move on. Raises TransferRefused, BatchArchived, NotOpenForEnrollment, Missing, Invalid.
    """
    reason = clean_lines(reason)
    _must_be_short(reason)
    seats, batches = lock_seats(enrollments, to)
    to = batches[to.pk]
    today = to.today()
    must_be_open(to)
    _must_be_of_course(by, seats, to, course)
    warnings = warn_of_last_day(to, by, today, "to_batch")
    outcomes = [TransferOutcome(seat) for seat in seats]
    for one in outcomes:
        _must_move(one, to)
    warnings += _look_at_clashes(outcomes, to, refuse=not accept_clash)
    line = SeatLine(by, to, today)
    for one in outcomes:
        if not one.outcome:
            line.seat_or_wait(one, join_waitlist=join_waitlist)
    refused = [one for one in outcomes if one.outcome == REFUSED]
    if refused and (not partial or len(refused) == len(outcomes)):
        # For programs that stay for it: all of them, with nothing done.
        raise refusal_of(outcomes, refused)
    warnings += line.warnings

    moving = [one for one in outcomes if one.outcome == TRANSFERRED]
    with (
        recorded(by, "transfer_students", reason=reason),
        refused_as(
            one_current_enrollment=lambda: AlreadyEnrolled(moving[0].seat.student),
            one_trial_of_a_course=lambda: HadTrial(moving[0].seat.student),
            seats_held_never_exceed_capacity=lambda: batch_full(to, by),
        ),
    ):
        line.leave(moving)
        opened = move_seats(by, [one.seat for one in moving], to, reason=reason) if moving else []
        for one, enrollment in zip(moving, opened, strict=True):
            one.enrollment = enrollment
        line.link(moving)
        line.join([one for one in outcomes if one.outcome == WAITLISTED and one.place is None])
        _answer_requests(by, moving, reason)
    notices.tell_transferred(by, to, [(one.seat.student, one.seat.batch) for one in moving], reason)
    for batch_id in sorted({one.seat.batch_id for one in moving if one.seat.batch_id}):
        fill_seats(batch_id)
    return Transfers(to, outcomes, warnings)


def _must_be_short(reason: str) -> None:
    if len(reason) > MOST_REASON:
        words = _("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}
        raise Invalid(words, field="reason")


def _must_be_of_course(by: Actor, seats: Iterable[Enrollment], to: Batch, course: Course | None) -> None:
    """Raise Invalid where the target teaches another course than somebody's, unless an administrator names it."""
    if course is not None and course.pk != to.course_id:
        words = _("%(batch)s teaches another course. Leave this blank, or name the course of %(batch)s.")
        raise Invalid(words % {"batch": to.code}, field="to_course")
    if course is not None and not by.is_admin:
        raise Invalid(_("Only an administrator can move students to another course."), field="to_course")
    if course is None and any(seat.course_id != to.course_id for seat in seats):
        words = _(
            "%(batch)s belongs to another course. Choose a batch of the same course. An administrator can move "
            "students to another course by naming it."
        )
        raise Invalid(words % {"batch": to.code}, field="to_batch")


def _must_move(one: TransferOutcome, to: Batch) -> None:
    """Refuse whoever has no seat to leave, or has one in the target."""
    seat, names = one.seat, {"name": one.seat.student.full_name, "batch": to.code}
    if seat.transferred_to is not None and seat.transferred_to.batch is not None:
        words = _("%(name)s has already been transferred to %(batch)s.")
        names["batch"] = seat.transferred_to.batch.code
        one.refuse(Conflict(words % names, code="already_transferred", field="enrollment_ids"))
    elif not seat.holds_a_seat:
        words = _("The enrollment of %(name)s is %(status)s, so it can't be transferred.")
        names["status"] = seat.get_status_display().lower()
        one.refuse(Conflict(words % names, code="enrollment_over", field="enrollment_ids"))
    elif seat.batch_id == to.pk:
        words = _("%(name)s is in %(batch)s already. Choose another batch.")
        one.refuse(Conflict(words % names, code="same_batch", field="to_batch"))
    elif not seat.is_student:
        one.refuse(NotAStudent(seat.student))
    elif seat.is_elsewhere:
        one.refuse(AlreadyEnrolled(seat.student))


def _look_at_clashes(outcomes: Sequence[TransferOutcome], to: Batch, *, refuse: bool) -> list[PlanWarning]:
    moving = [one for one in outcomes if not one.outcome]
    clashes = clashes_of_many([one.seat for one in moving], [to.pk])
    found = []
    for one in moving:
        theirs = clashes.get((one.seat.student_id, to.pk), [])
        if not theirs:
            continue
        words = _("%(name)s: %(batch)s %(clashes)s.")
        names = {"name": one.seat.student.full_name, "batch": to.code, "clashes": "; ".join(map(str, theirs))}
        if refuse:
            one.refuse(Conflict(words % names, code="own_clash", field="accept_clash"))
        else:
            found.append(PlanWarning("to_batch", "own_clash", words % names))
    return found


def _answer_requests(by: Actor, moving: Sequence[TransferOutcome], note: str) -> None:
    """Whoever asked for a transfer has one now."""
    rows = TransferRequest.objects.filter(
        enrollment__in=[one.seat.pk for one in moving], status=TransferRequest.Status.PENDING
    )
    now = timezone.now()
    decided = {"decided_by": by.user, "decided_at": now, "decision_note": note, "updated_at": now}
    rows.update(status=TransferRequest.Status.APPROVED, **decided)
