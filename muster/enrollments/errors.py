"""Refusals around enrollments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.core.errors import Conflict, Invalid

if TYPE_CHECKING:
    from muster.accounts.models import User
    from muster.batches.models import Batch


class BatchFull(Conflict):
    """No seat is left for this person; says which sibling batches have some."""

    def __init__(self, batch: Batch, siblings: Sequence[Batch] = ()) -> None:
        message = _("Batch has reached maximum capacity: %(batch)s is full (%(held)d of %(capacity)d).") % {
            "batch": batch.code,
            "held": batch.seats_held,
            "capacity": batch.capacity or 0,
        }
        if siblings:
            seats = ", ".join(
                ngettext("%(code)s has %(count)d seat", "%(code)s has %(count)d seats", sibling.available_spots or 0)
                % {"code": sibling.code, "count": sibling.available_spots or 0}
                for sibling in siblings
            )
            message += " " + _("Seats are available in: %(seats)s.") % {"seats": seats}
        super().__init__(
            message,
            code="batch_full",
            field="batchId",
            facts={
                "batch": str(batch.pk),
                "siblings": [
                    {"_id": str(sibling.pk), "batch_code": sibling.code, "available_spots": sibling.available_spots}
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

    def __init__(self, batch: Batch) -> None:
        super().__init__(
            _("%(batch)s is %(status)s, so it does not accept enrollments.")
            % {"batch": batch.code, "status": batch.get_status_display().lower()},
            code="batch_not_open",
            field="batchId",
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


class TransactionTaken(Invalid):
    """Another payment has this transaction's number."""

    def __init__(self, transaction_id: str) -> None:
        super().__init__(
            _("Another payment already uses transaction %(id)s. Check the transaction ID.") % {"id": transaction_id},
            code="transaction_taken",
            field="paymentDetails.transaction_id",
        )
