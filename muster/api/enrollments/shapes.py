"""Enrollments as the API speaks of them."""

from __future__ import annotations

from typing_extensions import TypedDict

from muster.api.kit import Amount, Moment, Stamped, day_stamp, key, stamp, timestamp
from muster.assessment.queries import progress_in
from muster.enrollments.balances import Balance
from muster.enrollments.models import Enrollment, Payment


class EnrollmentOut(Stamped):
    """An enrollment with the ids of its student, course and batch; `batch` is null for individual study."""

    student: str
    course: str | None
    batch: str | None
    enrollment_type: str
    enrollment_source: str
    status: str
    enrollment_date: Moment
    access_expiry_date: Moment | None
    trial_began_on: Moment | None
    progress: int
    completed_at: Moment | None
    cancelled_at: Moment | None
    cancel_reason: str
    organisation: str | None
    version: int


class PaymentOut(Stamped):
    """A recorded payment."""

    amount: Amount
    currency: str
    payment_method: str
    payment_status: str
    transaction_id: str
    payer: str
    organisation: str | None
    enrollment: str
    receipt: str
    completed_at: Moment | None
    refunded_at: Moment | None


class PaymentRowOut(PaymentOut):
    """A payment as lists show it."""

    student: str
    student_name: str
    course_title: str | None
    batch_code: str | None
    archived: bool
    organisation_name: str | None


class BalanceOut(TypedDict):
    """What is owed, paid, open and pending, in one currency."""

    currency: str
    owed: Amount
    paid: Amount
    open: Amount
    pending: Amount


class PaidEnrollmentOut(EnrollmentOut):
    """An enrollment with its payments, for those who may see them."""

    payments: list[PaymentOut]
    balance: list[BalanceOut]


class EnrollmentRowOut(EnrollmentOut):
    """An enrollment as lists show it."""

    student_name: str
    course_title: str | None
    batch_code: str | None
    archived: bool


def enrollment_json(enrollment: Enrollment) -> EnrollmentOut:
    """An enrollment with the ids of its student, course and batch."""
    return {
        **stamp(enrollment),
        "student": key(enrollment.student_id),
        "course": key(enrollment.course_id),
        "batch": key(enrollment.batch_id),
        "enrollment_type": enrollment.enrollment_type,
        "enrollment_source": enrollment.source,
        "status": enrollment.status,
        "enrollment_date": day_stamp(enrollment.enrollment_date),
        "access_expiry_date": day_stamp(enrollment.access_expiry_date),
        "trial_began_on": day_stamp(enrollment.trial_began_on),
        "progress": progress_in(enrollment).percent,
        "completed_at": timestamp(enrollment.completed_at),
        "cancelled_at": timestamp(enrollment.cancelled_at),
        "cancel_reason": enrollment.cancel_reason,
        "organisation": key(enrollment.organisation_id),
        "version": enrollment.version,
    }


def payment_json(payment: Payment) -> PaymentOut:
    """A recorded payment."""
    return {
        **stamp(payment),
        "amount": payment.amount,
        "currency": payment.currency,
        "payment_method": payment.method,
        "payment_status": payment.status,
        "transaction_id": payment.transaction_id,
        "payer": payment.payer,
        "organisation": key(payment.organisation_id),
        "enrollment": key(payment.enrollment_id),
        "receipt": payment.receipt,
        "completed_at": timestamp(payment.completed_at),
        "refunded_at": timestamp(payment.refunded_at),
    }


def balance_json(balance: Balance) -> BalanceOut:
    """What is owed, paid, open and pending."""
    return {
        "currency": balance.currency,
        "owed": balance.owed,
        "paid": balance.paid,
        "open": balance.open,
        "pending": balance.pending,
    }


def enrollment_row(enrollment: Enrollment) -> EnrollmentRowOut:
    """An enrollment with the names of what it is about."""
    return {
        **enrollment_json(enrollment),
        "student_name": enrollment.student.full_name,
        "course_title": enrollment.course.title if enrollment.course else None,
        "batch_code": enrollment.batch.code if enrollment.batch else None,
        "archived": enrollment.frozen,
    }


def payment_row(payment: Payment) -> PaymentRowOut:
    """A payment with the names of who paid for what."""
    enrollment = payment.enrollment
    return {
        **payment_json(payment),
        "student": key(enrollment.student_id),
        "student_name": enrollment.student.full_name,
        "course_title": enrollment.course.title if enrollment.course else None,
        "batch_code": enrollment.batch.code if enrollment.batch else None,
        "archived": enrollment.frozen,
        "organisation_name": payment.organisation.name if payment.organisation else None,
    }
