"""Payments as they are recorded: added, confirmed, failed, refunded. Muster moves no money."""

from __future__ import annotations

from contextlib import AbstractContextManager

from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.history import recorded
from muster.enrollments.errors import PaymentMoveRefused, PaymentOfFormerSeat, TransactionTaken
from muster.enrollments.models import Enrollment, Payment
from muster.enrollments.rules.enrolling import PaymentInput, problems_of_payment
from muster.institutions.access import Actor

# What may follow; the database refuses every other step.
STEPS = {
    Payment.Status.PENDING: (Payment.Status.COMPLETED, Payment.Status.FAILED),
    Payment.Status.COMPLETED: (Payment.Status.REFUNDED,),
}
# What the database adds when a payment is completed or refunded.
RECEIPT = ("receipt_number", "completed_at", "refunded_at")


def steps_of(payment: Payment) -> tuple[Payment.Status, ...]:
    """What the payment can become."""
    return STEPS.get(Payment.Status(payment.status), ())


@atomic
def add_payment(*, by: Actor, enrollment: Enrollment, payment: PaymentInput) -> Payment:
    """Record a payment for an enrollment. Locks nothing: the database holds the batch against being archived.

    Raises Invalid naming the fields, TransactionTaken, PaymentOfFormerSeat, BatchArchived.
    """
    if found := problems_of_payment(payment):
        raise Invalid.fields([FieldError(one.field.removeprefix("paymentDetails."), one.message) for one in found])
    with recorded(by, "add_payment"), _refusals(enrollment, payment.transaction_id):
        made = Payment.objects.create(institution=by.institution, enrollment=enrollment, **vars(payment))
    made.refresh_from_db(fields=RECEIPT)
    return made


@atomic
def move_payment(*, by: Actor, payment: Payment, status: str, transaction_id: str | None = None) -> Payment:
    """Confirm, fail or refund a payment: a pending one is completed or fails, a completed one is refunded.

    Repeating changes nothing. Locks the payment. Raises Missing, Invalid, PaymentMoveRefused, TransactionTaken,
    BatchArchived.
    """
    rows = Payment.objects.select_for_update(of=("self",), no_key=True).select_related("enrollment")
    now = rows.filter(pk=payment.pk).first()
    if now is None:
        raise Missing
    if status not in Payment.Status.values:
        raise PaymentMoveRefused(now, steps_of(now))
    number = now.transaction_id if transaction_id is None else transaction_id
    if (status, number) == (now.status, now.transaction_id):
        return now
    if status != now.status and status not in steps_of(now):
        raise PaymentMoveRefused(now, steps_of(now))
    now.status, now.transaction_id = status, number
    with recorded(by, "move_payment"), _refusals(now.enrollment, number):
        now.save(update_fields=["status", "transaction_id", "updated_at"])
    now.refresh_from_db(fields=RECEIPT)
    return now


def _refusals(enrollment: Enrollment, transaction_id: str) -> AbstractContextManager[None]:
    def archived() -> BatchArchived:
        return BatchArchived(Batch.objects.get(enrollments=enrollment))

    def transferred() -> PaymentOfFormerSeat:
        seat = Enrollment.objects.select_related("transferred_to__batch", "returned_to__batch").get(pk=enrollment.pk)
        return PaymentOfFormerSeat(seat)

    return refused_as(
        payment_is_for_the_seat_now=transferred,
        one_payment_for_each_transaction=lambda: TransactionTaken(transaction_id, field="transaction_id"),
        archived_batch_does_not_change=archived,
    )
