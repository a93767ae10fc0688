"""Refusals around enrollments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.core.errors import Conflict, Invalid

if TYPE_CHECKING:
    from muster.accounts.models import User
    from muster.batches.models import Batch
    from muster.enrollments.models import Enrollment, Payment


def seats_left(batch: Any) -> int | None:
    """The seats left for whoever asked, of a batch of `with_seats_for`; None where there is no limit."""
    left: int | None = batch.seats_left
    return left


def seats_in(batch: Batch) -> str:
    """Such a batch and its seats, in words."""
    left = seats_left(batch)
    if left is None:
        return _("%(code)s has no seat limit") % {"code": batch.code}
    return ngettext("%(code)s has %(count)d seat", "%(code)s has %(count)d seats", left) % {
        "code": batch.code,
        "count": left,
    }


class BatchFull(Conflict):
    """No seat is left for this person; says which sibling batches would take them (with `seats_left`), and how many
    seats are kept back, or that others wait for them (`is_awaited`), where the batch is not full otherwise."""

    def __init__(self, batch: Batch, siblings: Sequence[Batch] = (), *, is_awaited: bool = False) -> None:
        numbers = {"batch": batch.code, "held": batch.seats_held, "capacity": batch.capacity or 0}
        if is_awaited:
            words = _("Batch has reached maximum capacity: the next seat in %(batch)s goes to its waitlist.")
            message = words % numbers
        elif batch.is_full:
            message = _("Batch has reached maximum capacity: %(batch)s is full (%(held)d of %(capacity)d).") % numbers
        else:
            kept = ngettext(
                "Batch has reached maximum capacity: %(held)d of %(capacity)d seats in %(batch)s are taken and "
                "%(kept)d is kept back for transfers and repeats. Ask your institution for it.",
                "Batch has reached maximum capacity: %(held)d of %(capacity)d seats in %(batch)s are taken and "
                "%(kept)d are kept back for transfers and repeats. Ask your institution for one.",
                batch.available_spots or 0,
            )
            message = kept % {**numbers, "kept": batch.available_spots or 0}
        self.siblings = siblings
        if siblings:
            message += " " + _("Seats are available in: %(seats)s.") % {"seats": ", ".join(map(seats_in, siblings))}
        super().__init__(
            message,
            code="batch_full",
            field="batchId",
            facts={
                "batch": str(batch.pk),
                "siblings": [
                    {"_id": str(sibling.pk), "batch_code": sibling.code, "available_spots": seats_left(sibling)}
                    for sibling in siblings
                ],
            },
        )


class AlreadyEnrolled(Conflict):
    """The student has a current enrollment in this course or batch."""

    def __init__(self, student: User) -> None:
        super().__init__(
            _("%(name)s is already enrolled in this course. Cancel or transfer that enrollment instead.")
            % {"name": student.full_name},
            code="already_enrolled",
            field="studentId",
        )


class AlreadyWaiting(Conflict):
    """The student is on the batch's waitlist."""

    def __init__(self, student: User, batch: Batch) -> None:
        super().__init__(
            _("%(name)s is already on the waitlist of %(batch)s. Remove them from it first.")
            % {"name": student.full_name, "batch": batch.code},
            code="already_waiting",
            field="studentId",
        )


class WaitlistFull(Conflict):
    """As many wait as the batch lets wait."""

    def __init__(self, batch: Batch, siblings: Sequence[Batch] = ()) -> None:
        if batch.waitlist_capacity:
            message = _("The waitlist of %(batch)s is full (%(most)d).")
        else:
            message = _("%(batch)s has no waitlist.")
        message %= {"batch": batch.code, "most": batch.waitlist_capacity or 0}
        if siblings:
            message += " " + _("Seats are available in: %(seats)s.") % {"seats": ", ".join(map(seats_in, siblings))}
        super().__init__(message, code="waitlist_full", field="batchId")


class SeatIsFree(Conflict):
    """There is nothing to wait for."""

    def __init__(self, batch: Batch) -> None:
        words = _("%(batch)s has a seat, and the waitlist is empty. Enroll instead.")
        super().__init__(words % {"batch": batch.code}, code="seat_is_free", field="batchId")


class NotWaiting(Conflict):
    """The place in line is over."""

    sentence = gettext_lazy("This place on the waitlist is over: %(status)s. Join the waitlist again.")
    default_code = "not_waiting"


class OfferOver(Conflict):
    """There is no offer, or none any more."""

    sentence = gettext_lazy("This offer is over. If you still want a seat, join the waitlist again.")
    default_code = "offer_over"


class NotAStudent(Invalid):
    """Somebody without a student's role is to be enrolled."""

    def __init__(self, person: User) -> None:
        super().__init__(
            _("%(name)s is not an active student here. Give them the student role first.") % {"name": person.full_name},
            code="not_a_student",
            field="studentId",
        )


class NotOpenForEnrollment(Conflict):
    """The batch is over, cancelled or deleted."""

    def __init__(self, batch: Batch, field: str = "batchId") -> None:
        super().__init__(
            _("%(batch)s is %(status)s, so it does not accept enrollments.")
            % {"batch": batch.code, "status": batch.get_status_display().lower()},
            code="batch_not_open",
            field=field,
        )


class EnrollmentEnded(Conflict):
    """Students no longer take seats in the batch themselves."""

    def __init__(self, batch: Batch, last: date) -> None:
        super().__init__(
            _("%(batch)s took enrollments until %(day)s. Choose another batch, or ask your institution.")
            % {"batch": batch.code, "day": date_format(last, "D j M Y")},
            code="enrollment_ended",
            field="batchId",
        )


class MeetsAtOnce(Conflict):
    """The batch meets while the student is in another one of theirs, and nobody has said that this is known."""

    def __init__(self, batch: Batch, clashes: Sequence[object]) -> None:
        self.clashes = clashes
        super().__init__(
            _("%(batch)s %(clashes)s. Select the box to enroll anyway.")
            % {"batch": batch.code, "clashes": "; ".join(map(str, clashes))},
            code="own_clash",
            field="accept_clash",
        )


class StillEnrolled(Conflict):
    """A batch with current enrollments is to be deleted."""

    def __init__(self, batch: Batch, count: int) -> None:
        super().__init__(
            ngettext(
                "%(batch)s still has %(count)d current enrollment. "
                "Cancel it together with the batch (enrollments=cancel), or transfer the student first.",
                "%(batch)s still has %(count)d current enrollments. "
                "Cancel them together with the batch (enrollments=cancel), or transfer the students first.",
                count,
            )
            % {"batch": batch.code, "count": count},
            code="still_enrolled",
            facts={"current_enrollments": count},
        )


class CapacityBelowSeats(Conflict):
    """The capacity would fall below the seats that are held."""

    def __init__(self, batch: Batch, wanted: int) -> None:
        super().__init__(
            _("%(batch)s has %(held)d seats taken, so its capacity cannot be %(wanted)d. Free up seats first.")
            % {"batch": batch.code, "held": batch.seats_held, "wanted": wanted},
            code="capacity_below_seats",
            field="capacity",
        )


class CancelClosed(Conflict):
    """Students do not cancel this enrollment themselves, or not any more."""

    default_code = "cancel_closed"

    def __init__(self, place: str, last: date | None, contact: str = "") -> None:
        if last is None:
            message = _("Only your institution cancels enrollments. Ask them to cancel yours in %(place)s.")
        else:
            message = _("You could leave %(place)s yourself until %(day)s. Ask your institution to cancel for you.")
        message %= {"place": place, "day": date_format(last, "D j M Y") if last else ""}
        super().__init__(
            " ".join(filter(None, (message, contact))), facts={"until": last.isoformat() if last else None}
        )


class HadTrial(Conflict):
    """The student has had a trial of this course."""

    def __init__(self, student: User) -> None:
        words = _("%(name)s has already had a trial of this course. Choose a full enrollment instead.")
        super().__init__(words % {"name": student.full_name}, code="had_trial", field="enrollment_type")


class NoTrial(Conflict):
    """There is no trial that could become a full enrollment, or none any more."""

    default_code = "no_trial"
    sentence = gettext_lazy("This isn't a trial that's still going on. Enroll again instead.")


class TransactionTaken(Invalid):
    """Another payment has this transaction's number."""

    def __init__(self, transaction_id: str, field: str = "paymentDetails.transaction_id") -> None:
        super().__init__(
            _("Another payment already uses transaction %(id)s. Check the transaction ID.") % {"id": transaction_id},
            code="transaction_taken",
            field=field,
        )


class NoReceipt(Conflict):
    """A payment that was never completed has no receipt."""

    default_code = "no_receipt"
    sentence = gettext_lazy("This payment isn't confirmed, so it has no receipt yet. Confirm it first.")


class PaymentMoveRefused(Conflict):
    """A payment cannot become what it is asked to."""

    def __init__(self, payment: Payment, steps: Sequence[Payment.Status]) -> None:
        is_now = payment.get_status_display().lower()
        if steps:
            names = " or ".join(step.value for step in steps)
            message = _("This payment is %(now)s. It can only become %(steps)s.") % {"now": is_now, "steps": names}
        else:
            message = _("This payment is %(now)s, which is final. Record another payment instead.") % {"now": is_now}
        super().__init__(message, code="payment_move", field="payment_status")


class ApplicationDecided(Conflict):
    """Somebody else has decided the application."""

    default_code = "already_decided"
    sentence = gettext_lazy("This application has already been decided. Reload the page to see the decision.")


class TooManyApplications(Conflict):
    """More applications for the batch wait than anybody would read."""

    default_code = "too_many_applications"
    sentence = gettext_lazy("This batch has too many applications waiting. Choose another batch, or try again later.")


class PaymentOfFormerSeat(Conflict):
    """A payment is to be recorded for a seat that was transferred, or whose transfer was undone."""

    def __init__(self, enrollment: Enrollment) -> None:
        moved, now = enrollment.transferred_to, enrollment.transferred_to or enrollment.returned_to
        place = str(now.batch.code if now.batch else now.course) if now is not None else ""
        if moved is not None:
            words = _("This enrollment was transferred to %(batch)s. Record the payment there.")
        else:
            words = _("The transfer was undone, so this student is in %(batch)s again. Record the payment there.")
        facts = {"enrollment": str(now.pk) if now is not None else ""}
        super().__init__(words % {"batch": place}, code="transferred", facts=facts)


# --- transfers --------------------------------------------------------------------------------------------------------
class TransferRefused(Conflict):
    """Some of those who were to be transferred cannot be, and so nobody was. `refused` are who and why, all of them."""

    def __init__(self, refused: Sequence[RefusedTransfer], asked: int, facts: Any) -> None:
        self.refused = refused
        first = refused[0]
        if asked == 1:
            message = first.message
        else:
            words = ngettext(
                "%(count)d of %(all)d students can't be transferred, so no one was. %(why)s",
                "%(count)d of %(all)d students can't be transferred, so no one was. %(why)s",
                len(refused),
            )
            named = [one.said for one in refused[:MOST_NAMED]]
            if len(refused) > MOST_NAMED:
                named.append(_("And %(count)d more.") % {"count": len(refused) - MOST_NAMED})
            message = words % {"count": len(refused), "all": asked, "why": " ".join(named)}
        alike = len({one.code for one in refused}) == 1
        super().__init__(
            message,
            code=first.code if alike else "transfer_refused",
            field=first.field if alike else "enrollment_ids",
            facts=facts,
        )


# So many of those who are refused are named in a sentence.
MOST_NAMED = 5


@dataclass(frozen=True)
class RefusedTransfer:
    """Why one student was not transferred; `field` is what of the request would have to change."""

    student: str
    code: str
    message: str
    field: str = "enrollment_ids"

    @property
    def said(self) -> str:
        return self.message if self.student in self.message else f"{self.student}: {self.message}"


class TransferDecided(Conflict):
    """Somebody else has decided the request for a transfer, or the student withdrew it."""

    default_code = "already_decided"
    sentence = gettext_lazy("This request has already been answered. Reload the page to see the answer.")


class AlreadyAskedForTransfer(Conflict):
    """The student has asked before, and waits for the answer."""

    default_code = "already_asked"
    sentence = gettext_lazy("You've already asked to leave this batch. Withdraw that request before you ask again.")
