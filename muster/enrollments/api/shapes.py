"""Enrollments as the API speaks of them."""

from __future__ import annotations

from typing import Any

from muster.core.api import day_stamp, key, stamp, timestamp
from muster.enrollments.models import Enrollment, Payment


def enrollment_json(enrollment: Enrollment) -> dict[str, Any]:
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
        "progress": enrollment.progress,
        "completed_at": timestamp(enrollment.completed_at),
        "cancelled_at": timestamp(enrollment.cancelled_at),
        "cancel_reason": enrollment.cancel_reason,
        "version": enrollment.version,
    }


def payment_json(payment: Payment) -> dict[str, Any]:
    """A recorded payment."""
    return {
        **stamp(payment),
        "amount": payment.amount,
        "currency": payment.currency,
        "payment_method": payment.method,
        "payment_status": payment.status,
        "transaction_id": payment.transaction_id,
    }
