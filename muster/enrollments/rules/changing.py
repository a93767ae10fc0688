"""Holding, resuming, cancelling and correcting enrollments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict, FieldError, Invalid, Missing, Stale
from muster.core.history import recorded
from muster.enrollments.errors import (
    AlreadyEnrolled,
    AlreadyWaiting,
    BatchFull,
    EnrollmentEnded,
    HadTrial,
    NotOpenForEnrollment,
)
from muster.enrollments.models import Enrollment, Payment, WaitlistEntry
from muster.enrollments.opening import last_day_to_enroll, seats_for_the_line, seats_left_of, why_not_cancelled
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import open_siblings
from muster.enrollments.rules.enrolling import (
    access_until,
    batch_full,
    must_be_active,
    must_have_had_no_trial,
    trial_period,
)
from muster.enrollments.rules.filling import fill_seats
from muster.enrollments.rules.moving import trial_of
from muster.institutions.access import Actor

CHANGEABLE = ("enrollment_type", "source", "enrollment_date", "access_expiry_date", "organisation")


def lock_enrollment(enrollment: Enrollment, version: int | None = None) -> Enrollment:
    """The enrollment as it now stands, its batch locked before it. Raises Missing, BatchArchived, Stale."""
    if enrollment.batch_id is not None:
        locked_batch(Batch(pk=enrollment.batch_id))
    now = (
        Enrollment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("student", "batch__institution", "batch__branch", "course")
        .filter(pk=enrollment.pk)
        .first()
    )
    if now is None:
        raise Missing
    if version is not None and version != now.version:
        raise Stale
    return now


def write_enrollment(enrollment: Enrollment, by: Actor, use_case: str, *, reason: str = "") -> Enrollment:
    """Store the enrollment; a seat that it frees goes to the waitlist. Its batch is locked."""
    enrollment.version += 1
    with (
        recorded(by, use_case, reason=reason),
        refused_as(
            one_trial_of_a_course=lambda: HadTrial(enrollment.student),
            one_current_enrollment=lambda: AlreadyEnrolled(enrollment.student),
            seats_held_never_exceed_capacity=lambda: batch_full(enrollment.batch, by),
            archived_batch_does_not_change=lambda: BatchArchived(enrollment.batch or Batch()),
            nobody_waits_beside_a_seat=lambda: AlreadyWaiting(enrollment.student, enrollment.batch or Batch()),
        ),
    ):
        enrollment.save()
    if not enrollment.holds_a_seat:
        fill_seats(enrollment.batch_id)
    return enrollment


def is_for_oneself(by: Actor, enrollment: Enrollment) -> bool:
    """Whether a student acts on their own enrollment, without managing it."""
    own = by.user is not None and enrollment.student_id == by.user.pk
    return own and not enrollments.allows(by, "change", enrollment)


@atomic
def cancel_enrollment(*, by: Actor, enrollment: Enrollment, reason: str = "") -> Enrollment:
    """End the enrollment and free its seat; it stays as history. Cancelling twice changes nothing.

    Students cancel their own as long as the institution lets them; who manages it is not bound. Locks the batch, then
    the enrollment. Raises BatchArchived, CancelClosed, and Conflict for one that is completed or expired.
    """
    enrollment = lock_enrollment(enrollment)
    if enrollment.status == Enrollment.Status.CANCELLED:
        return enrollment
    if not enrollment.holds_a_seat:
        raise Conflict(
            _("This enrollment is %(status)s, so it can't be cancelled.")
            % {"status": enrollment.get_status_display().lower()},
            code="enrollment_over",
        )
    refusal = why_not_cancelled(enrollment, by.institution, today_of(enrollment, by))
    if refusal is not None and is_for_oneself(by, enrollment):
        raise refusal
    enrollment.status = Enrollment.Status.CANCELLED
    enrollment.cancelled_at, enrollment.cancel_reason = timezone.now(), reason[:300]
    return write_enrollment(enrollment, by, "cancel_enrollment", reason=reason)


@atomic
def hold_enrollment(*, by: Actor, enrollment: Enrollment, reason: str = "") -> Enrollment:
    """Put the enrollment on hold: it keeps its seat and leaves the register. Locks the batch, then the enrollment."""
    enrollment = lock_enrollment(enrollment)
    if enrollment.status == Enrollment.Status.ON_HOLD:
        return enrollment
    if enrollment.status != Enrollment.Status.ACTIVE:
        raise Conflict(_("Only active enrollments can be put on hold."), code="not_active", field="status")
    enrollment.status = Enrollment.Status.ON_HOLD
    return write_enrollment(enrollment, by, "hold_enrollment", reason=reason)


@atomic
def resume_enrollment(*, by: Actor, enrollment: Enrollment, reason: str = "") -> Enrollment:
    """Bring an enrollment back from hold, where its seat was kept, or one that was completed early or cancelled, if a
    seat is free: the same one, with its dates, its trial and what was paid for it.

    Students come back by themselves to what they left, where they could enroll themselves. Locks the batch, then the
    enrollment. Raises BatchArchived, Conflict for one that has expired or was transferred, and where its seat is gone
    NotOpenForEnrollment, EnrollmentEnded, BatchFull, AlreadyEnrolled.
    """
    enrollment = lock_enrollment(enrollment)
    if enrollment.status == Enrollment.Status.ACTIVE:
        return enrollment
    if is_for_oneself(by, enrollment):
        _must_come_back_oneself(by, enrollment)
    if enrollment.transferred_to is not None and enrollment.transferred_to.holds_a_seat:
        words = _("This seat was left by a transfer. Undo the transfer instead.")
        raise Conflict(words, code="already_transferred", field="status")
    if enrollment.status == Enrollment.Status.EXPIRED:
        words = _("Only enrollments that are on hold, were completed or were cancelled can be resumed.")
        raise Conflict(words, code="not_on_hold", field="status")
    _take_status(enrollment, Enrollment.Status.ACTIVE, by)
    return write_enrollment(enrollment, by, "resume_enrollment", reason=reason)


@atomic
def complete_enrollment(*, by: Actor, enrollment: Enrollment, reason: str = "") -> Enrollment:
    """Complete one student's enrollment before its batch is over: the seat frees, access stays until its last day.

    Completing twice changes nothing. Locks the batch, then the enrollment. Raises BatchArchived, and Conflict for one
    that is cancelled or expired.
    """
    enrollment = lock_enrollment(enrollment)
    if enrollment.status == Enrollment.Status.COMPLETED:
        return enrollment
    if not enrollment.holds_a_seat:
        raise Conflict(
            _("This enrollment is %(status)s, so it can't be completed.")
            % {"status": enrollment.get_status_display().lower()},
            code="enrollment_over",
            field="status",
        )
    enrollment.status, enrollment.completed_at = Enrollment.Status.COMPLETED, timezone.now()
    return write_enrollment(enrollment, by, "complete_enrollment", reason=reason)


@atomic
def change_enrollment(
    *, by: Actor, enrollment: Enrollment, changes: Mapping[str, Any], version: int | None = None
) -> Enrollment:
    """Correct type, source, dates or status.

    A status that takes a seat again needs a free one and an open batch. Locks the batch, then the enrollment. Raises
    Stale, BatchArchived, NotOpenForEnrollment, BatchFull, AlreadyEnrolled, HadTrial, Invalid naming the fields.
    """
    enrollment = lock_enrollment(enrollment, version)
    kind_before = enrollment.enrollment_type
    for name in CHANGEABLE:
        if name in changes:
            setattr(enrollment, name, changes[name])
    status = changes.get("status", enrollment.status)
    found: list[FieldError] = []
    if enrollment.enrollment_type not in Enrollment.Type.values:
        known = ", ".join(Enrollment.Type.values)
        found.append(FieldError("enrollment_type", _("Choose one of these types: %(known)s.") % {"known": known}))
    if status not in Enrollment.Status.values:
        known = ", ".join(Enrollment.Status.values)
        found.append(FieldError("status", _("Choose one of these statuses: %(known)s.") % {"known": known}))
    if enrollment.enrollment_date is None:
        found.append(FieldError("enrollment_date", _("Enter an enrollment date.")))
    elif enrollment.enrollment_date > today_of(enrollment, by):
        found.append(FieldError("enrollment_date", _("The enrollment date can't be in the future.")))
    elif enrollment.access_expiry_date and enrollment.access_expiry_date < enrollment.enrollment_date:
        found.append(FieldError("access_expiry_date", _("Access can't end before the enrollment starts.")))
    if found:
        raise Invalid.fields(found)
    if enrollment.enrollment_type != kind_before:
        _take_kind(enrollment, kind_before, by, keeps_end="access_expiry_date" in changes)
    if enrollment.enrollment_type == Enrollment.Type.TRIAL and enrollment.access_expiry_date is None:
        raise Invalid(_("A trial needs a last day of access."), field="access_expiry_date")
    if changes.get("organisation") is not None:
        must_be_active(changes["organisation"])
    _take_status(enrollment, status, by)
    return write_enrollment(enrollment, by, "change_enrollment", reason=str(changes.get("reason", "")))


def must_be_open_to_oneself(by: Actor, enrollment: Enrollment) -> None:
    """Raise EnrollmentEnded or Invalid where a student could not enroll by themself any more."""
    batch, course = enrollment.batch, enrollment.course
    last = last_day_to_enroll(batch, by.institution) if batch else None
    if batch is not None and last is not None and today_of(enrollment, by) > last:
        raise EnrollmentEnded(batch, last)
    if batch is None and course is not None and not (course.is_active and course.individual_study):
        raise Invalid(_("This course isn't currently offered. Ask your institution to enroll you."), field="courseId")


def _must_come_back_oneself(by: Actor, enrollment: Enrollment) -> None:
    batch, last = enrollment.batch, enrollment.access_expiry_date
    if enrollment.status != Enrollment.Status.CANCELLED or enrollment.organisation_id is not None:
        raise Conflict(_("Only your institution can resume this enrollment."), code="not_yours", field="status")
    if last is not None and last < today_of(enrollment, by):
        raise Conflict(_("Your access has ended. Ask your institution to enroll you."), code="access_ended")
    must_be_open_to_oneself(by, enrollment)
    if batch is not None and batch.takes_enrollments and seats_left_of(batch, by) == 0:
        raise BatchFull(batch, open_siblings(batch, by))


def today_of(enrollment: Enrollment, by: Actor) -> date:
    """What day it is where the batch meets, or else at the institution."""
    return enrollment.batch.today() if enrollment.batch else by.today()


def _take_kind(enrollment: Enrollment, before: str, by: Actor, *, keeps_end: bool) -> None:
    """Give access as long as a trial, or as a full enrollment, where it becomes one. Raises HadTrial."""
    batch, course, ends = enrollment.batch, enrollment.course, enrollment.access_expiry_date
    if enrollment.enrollment_type == Enrollment.Type.TRIAL:
        began = trial_of(enrollment)
        if began is None:
            must_have_had_no_trial(enrollment.student, enrollment.course_id)
            began = enrollment.trial_began_on = trial_period(by, batch, course, today_of(enrollment, by)).first
        ends = trial_period(by, batch, course, began).last
    elif before == Enrollment.Type.TRIAL:
        ends = access_until(by, batch, course, enrollment.enrollment_date)
    if not keeps_end:
        enrollment.access_expiry_date = ends


def _take_status(enrollment: Enrollment, status: str, by: Actor) -> None:
    batch = enrollment.batch
    if status in Enrollment.SEATED and not enrollment.holds_a_seat and batch is not None:
        if not batch.takes_enrollments:
            raise NotOpenForEnrollment(batch)
        is_awaited = WaitlistEntry.objects.waiting().filter(batch=batch).exclude(student=enrollment.student_id).exists()
        if is_awaited and seats_for_the_line(batch, by.institution, batch.today()) != 0:
            raise BatchFull(batch, open_siblings(batch, by), is_awaited=True)
    if status in Enrollment.SEATED and not enrollment.holds_a_seat:
        # Wherever they moved from it, they have it again.
        _bring_payments_back(by, enrollment)
        enrollment.transferred_to = enrollment.returned_to = None
        enrollment.cancel_reason = ""
    if status != enrollment.status:
        now = timezone.now()
        enrollment.completed_at = now if status == Enrollment.Status.COMPLETED else None
        enrollment.cancelled_at = now if status == Enrollment.Status.CANCELLED else None
        enrollment.status = status


def _bring_payments_back(by: Actor, enrollment: Enrollment) -> None:
    """What was paid comes back from the seat to which it moved along, step by step, where nobody has that any more.
    What was paid in archived batches stays there."""
    seats = [enrollment]
    while (following := seats[-1].transferred_to) is not None:
        seats.append(following)
    if seats[-1].holds_a_seat or any(seat.frozen for seat in seats):
        return
    with recorded(by, "change_enrollment"):
        for before, seat in reversed(list(pairwise(seats))):
            Payment.objects.filter(enrollment=seat).update(enrollment=before, updated_at=timezone.now())
