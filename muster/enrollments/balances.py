"""What is owed, paid and open: of an enrollment, of a student, of a batch. The one reckoning, in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from muster.enrollments.models import Enrollment, Payment

# Whoever studies free of charge, or has left, owes nothing.
FREE = (Enrollment.Type.SCHOLARSHIP, Enrollment.Type.TRIAL)
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Balance:
    """Sums of one currency: owed is the price of the course, paid what is confirmed and not refunded, open what of the
    price is not paid, pending what is announced and not confirmed."""

    currency: str
    owed: Decimal = NOTHING
    paid: Decimal = NOTHING
    open: Decimal = NOTHING
    pending: Decimal = NOTHING

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            self.currency,
            self.owed + other.owed,
            self.paid + other.paid,
            self.open + other.open,
            self.pending + other.pending,
        )


def balances_of(enrollment: Enrollment) -> list[Balance]:
    """The balance of an enrollment that comes with its course and payments, by currency; nothing where no price is
    known and nothing was paid."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: NOTHING))
    for payment in enrollment.payments.all():
        sums[payment.currency][payment.status] += payment.amount
    course = enrollment.course
    owes = enrollment.enrollment_type not in FREE and enrollment.status != Enrollment.Status.CANCELLED
    price = course.price if course is not None and owes else None
    if course is not None and price:
        sums[course.currency]
    found = []
    for currency, of in sorted(sums.items()):
        owed = price if price and course is not None and currency == course.currency else NOTHING
        paid = of[Payment.Status.COMPLETED]
        found.append(Balance(currency, owed, paid, max(owed - paid, NOTHING), of[Payment.Status.PENDING]))
    return found


def total_of(enrollments: Iterable[Enrollment]) -> list[Balance]:
    """The balances of many enrollments together, by currency."""
    totals: dict[str, Balance] = {}
    for enrollment in enrollments:
        for one in balances_of(enrollment):
            totals[one.currency] = totals[one.currency] + one if one.currency in totals else one
    return [totals[currency] for currency in sorted(totals)]
