"""Transfers that are undone: people come back to the seat that they left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict
from muster.core.history import recorded
from muster.enrollments import notices
from muster.enrollments.errors import (
    AlreadyEnrolled,
    AlreadyWaiting,
    NotAStudent,
)
from muster.enrollments.models import Enrollment, Payment
from muster.enrollments.permissions import enrollments as enrollments_access
from muster.enrollments.rules.enrolling import access_until, batch_full
from muster.enrollments.rules.filling import fill_seats
from muster.enrollments.rules.moving import type_in_batch
from muster.enrollments.rules.transfer_seats import (
    REFUSED,
    RETURNED,
    SeatLine,
    TransferOutcome,
    lock_seats,
    must_be_open,
    refusal_of,
)
from muster.institutions.access import Actor

# What comes along when a transfer is undone.

CORRECTED = ("enrollment_type", "access_expiry_date", "organisation", "source")


@atomic
def return_students(*, by: Actor, enrollments: Sequence[Enrollment]) -> list[TransferOutcome]:
    """Take transfers back: everybody has the seat again that they left, all of them or nobody. `enrollments` are those
    that were left.

    A seat that somebody has taken since, or that the waitlist got, stays theirs: that is refused. What was corrected
    since, a trial that became a full enrollment among it, stays so. The seats in the other batch, which the actor has
    to manage too, go to its waitlist. Locks all batches by id, then the enrollments by id. Raises TransferRefused,
    BatchArchived, NotOpenForEnrollment.
    """
    news = {one.pk: one for one in Enrollment.objects.filter(transferred_from__in=[one.pk for one in enrollments])}
    seats, batches = lock_seats(enrollments, *(Batch(pk=one.batch_id) for one in news.values() if one.batch_id))
    rows = Enrollment.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    now_held = {one.pk: one for one in rows.filter(pk__in=news).select_related("batch")}
    outcomes = [TransferOutcome(seat, enrollment=now_held.get(seat.transferred_to_id)) for seat in seats]
    left = sorted({one.seat.batch_id for one in outcomes if one.seat.batch_id})
    lines = {pk: SeatLine(by, batches[pk], batches[pk].today()) for pk in left}
    for pk in left:
        must_be_open(batches[pk], field="enrollment_ids")
    reached = set(enrollments_access.rows(by, "change", among=rows.filter(pk__in=news)).values_list("pk", flat=True))
    elsewhere = _seats_beside(outcomes)
    for one in outcomes:
        if one.enrollment is not None and one.enrollment.pk not in reached:
            one.refuse(_out_of_reach(one))
        else:
            _must_return(one, lines.get(one.seat.batch_id), elsewhere)
    if refused := [one for one in outcomes if one.outcome == REFUSED]:
        raise refusal_of(outcomes, refused)
    old, new = [one.seat for one in outcomes], [one.enrollment for one in outcomes if one.enrollment]
    with (
        recorded(by, "return_students"),
        refused_as(
            one_current_enrollment=lambda: AlreadyEnrolled(old[0].student),
            seats_held_never_exceed_capacity=lambda: batch_full(batches[left[0]] if left else None, by),
        ),
    ):
        _give_back(by, old, new)
    for batch_id in sorted({one.batch_id for one in new if one.batch_id}):
        fill_seats(batch_id)
    for one in outcomes:
        one.outcome = RETURNED
    notices.tell_returned(by, [(one.seat.student, one.seat.batch) for one in outcomes])
    return outcomes


def _give_back(by: Actor, old: Sequence[Enrollment], new: Sequence[Enrollment]) -> None:
    moment = timezone.now()
    back = Enrollment.objects.filter(transferred_to=OuterRef("enrollment"), pk__in=[one.pk for one in old])
    Payment.objects.filter(enrollment__in=new).update(enrollment=Subquery(back.values("pk")[:1]), updated_at=moment)
    for seat, held in zip(old, new, strict=True):
        if seat.enrollment_type == Enrollment.Type.TRIAL and seat.course_id != held.course_id:
            # The other course was not tried.
            held.trial_began_on = None
        _keep_corrections(by, seat, held)
        held.returned_to = seat
        seat.status, held.status = held.status, Enrollment.Status.CANCELLED
        held.cancelled_at, held.cancel_reason = moment, _("The transfer was undone.")
        seat.cancelled_at, seat.cancel_reason, seat.transferred_to = None, "", None
        seat.version, held.version, seat.updated_at, held.updated_at = (
            seat.version + 1,
            held.version + 1,
            moment,
            moment,
        )
    ends = ("status", "cancelled_at", "cancel_reason", "version", "updated_at")
    Enrollment.objects.bulk_update(new, [*ends, "returned_to", "trial_began_on"])
    Enrollment.objects.bulk_update(old, [*ends, "transferred_to", *CORRECTED])


def _keep_corrections(by: Actor, seat: Enrollment, held: Enrollment) -> None:
    """Give the seat what was corrected of the one held meanwhile, and where that changed the type, access by it."""
    before = seat.enrollment_type
    if held.enrollment_type != type_in_batch(seat):
        alone = seat.batch_id is None and held.enrollment_type == Enrollment.Type.BATCH
        seat.enrollment_type = Enrollment.Type.INDIVIDUAL if alone else held.enrollment_type
        if held.enrollment_type == Enrollment.Type.TRIAL:
            seat.access_expiry_date = held.access_expiry_date
        elif before == Enrollment.Type.TRIAL:
            seat.access_expiry_date = access_until(by, seat.batch, seat.course, seat.enrollment_date)
    seat.organisation_id, seat.source = held.organisation_id, held.source


def _seats_beside(outcomes: Sequence[TransferOutcome]) -> set[tuple[Any, Any]]:
    """The people with the courses and batches in which they have a further seat by now."""
    held = [one.enrollment.pk for one in outcomes if one.enrollment]
    rows = Enrollment.objects.current().filter(student__in=[one.seat.student_id for one in outcomes])
    found = rows.exclude(pk__in=held).values_list("student", "course", "batch")
    return {(student, place) for student, *places in found for place in places if place}


def _out_of_reach(one: TransferOutcome) -> Conflict:
    batch = one.enrollment.batch if one.enrollment else None
    words = _("%(name)s is in %(batch)s now, which you don't manage. Ask an administrator to undo the transfer.")
    said = words % {"name": one.seat.student.full_name, "batch": batch.code if batch else ""}
    return Conflict(said, code="not_managed", field="enrollment_ids")


def _must_return(one: TransferOutcome, line: SeatLine | None, elsewhere: set[tuple[Any, Any]]) -> None:
    """Refuse whoever has no seat to leave, or none to come back to."""
    seat, held = one.seat, one.enrollment
    if held is None or not held.holds_a_seat:
        place = held.batch.code if held is not None and held.batch else ""
        words = _("%(name)s no longer has the seat in %(batch)s, so the transfer can't be undone.")
        gone = _("%(name)s has no transfer to undo.")
        said = (words if held else gone) % {"name": seat.student.full_name, "batch": place}
        one.refuse(Conflict(said, code="transfer_over", field="enrollment_ids"))
    elif not seat.is_student:
        one.refuse(NotAStudent(seat.student))
    elif elsewhere & {(seat.student_id, seat.course_id), (seat.student_id, seat.batch_id)}:
        one.refuse(AlreadyEnrolled(seat.student))
    elif line is not None and any(place.student_id == seat.student_id for place in line.places.values()):
        one.refuse(AlreadyWaiting(seat.student, seat.batch))
    elif line is not None and not line.has_seat():
        words = _("%(batch)s has no seat left for %(name)s, so the transfer can't be undone.")
        said = words % {"batch": seat.batch.code, "name": seat.student.full_name}
        one.refuse(Conflict(said, code="batch_full", field="enrollment_ids"))
