"""One payment, several hands: it is confirmed or fails, and refunded once."""

from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError

from muster.core.models import AuditEntry
from muster.enrollments.models import Payment
from muster.enrollments.rules import move_payment
from tests.make import Campus
from tests.races.rush import refused, rush, without, won

pytestmark = pytest.mark.django_db(transaction=True)
MOVES = next(one for one in Payment._meta.triggers if one.name == "payment_moves_step_by_step").get_pgid(Payment)


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def paid(campus):
    """What makes a payment of one enrollment with a status."""
    enrollment = campus.enroll(campus.batch())

    def payment(status):
        return Payment.objects.create(
            institution=campus.institution, enrollment=enrollment, amount=Decimal(100), currency="ZAR", status=status
        )

    return payment


def moves(payment):
    """How often the history has it change its status."""
    changes = AuditEntry.objects.filter(row_id=payment.pk, before__isnull=False, after__status__isnull=False)
    return [entry.after["status"] for entry in changes.order_by("at")]


def test_confirmed_and_failed_at_once_it_becomes_one_of_both(campus, paid):
    payment = paid("pending")
    outcomes = rush(
        [partial(move_payment, by=campus.admin, payment=payment, status=to) for to in ("completed", "failed") * 3]
    )
    payment.refresh_from_db()
    # Whoever says the same again is told that it is so; the others are refused.
    assert {outcome.status for outcome in won(outcomes)} == {payment.status}
    assert (len(won(outcomes)), {error.code for error in refused(outcomes)}) == (3, {"payment_move"})
    assert moves(payment) == [payment.status]


def test_six_refunds_at_once_are_one(campus, paid):
    payment = paid("completed")
    outcomes = rush([partial(move_payment, by=campus.admin, payment=payment, status="refunded") for _each in range(6)])
    assert len(won(outcomes)) == 6
    assert moves(payment) == ["refunded"]


def write(payment, status):
    """Set the status as no rule does: by what was read before, without a lock."""
    payment.status = status
    payment.save(update_fields=["status"])
    return payment


def test_without_the_lock_the_database_still_takes_one_step(paid):
    payment = paid("pending")
    copies = [Payment.objects.get(pk=payment.pk) for _each in range(6)]
    outcomes = rush([partial(write, copy, to) for copy, to in zip(copies, ("completed", "failed") * 3, strict=True)])
    payment.refresh_from_db()
    assert {type(outcome) for outcome in outcomes} == {Payment, IntegrityError}
    assert {outcome.status for outcome in won(outcomes)} == {payment.status}


def test_control_without_the_trigger_both_win(paid):
    payment = paid("pending")
    copies = [Payment.objects.get(pk=payment.pk) for _each in range(6)]
    # A completed payment that fails afterwards would keep its receipt, which the other rule refuses.
    with without("enrollments_payment", triggers=[MOVES], constraints=["completed_payment_has_a_receipt"]):
        outcomes = rush(
            [partial(write, copy, to) for copy, to in zip(copies, ("completed", "failed") * 3, strict=True)]
        )
        assert len(won(outcomes)) == 6
