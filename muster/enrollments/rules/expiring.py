"""Enrollments whose access is over."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from muster.core.database import atomic
from muster.enrollments.models import Enrollment
from muster.enrollments.rules.changing import lock_enrollment, write_enrollment
from muster.institutions.access import Actor


def expire_enrollments(*, by: Actor, today: date | None = None) -> int:
    """End every enrollment whose last day of access is over, which frees its seat. Returns how many.

    Each is a transaction of its own, by the clock of its batch. Archived batches are left as they are: their students'
    access goes by the day alone.
    """
    due = Enrollment.objects.filter(
        institution=by.institution,
        status__in=Enrollment.SEATED,
        frozen=False,
        access_expiry_date__lt=today or by.today(),
        batch__deleted_at__isnull=True,
    )
    return sum(_expire(by, enrollment, today) for enrollment in due.order_by("batch_id", "pk"))


@atomic
def _expire(by: Actor, enrollment: Enrollment, today: date | None) -> int:
    enrollment = lock_enrollment(enrollment)
    zone = enrollment.batch.zone if enrollment.batch else by.zone
    last = enrollment.access_expiry_date
    if not enrollment.holds_a_seat or last is None or last >= (today or timezone.localdate(timezone=zone)):
        return 0
    enrollment.status = Enrollment.Status.EXPIRED
    write_enrollment(enrollment, by, "expire_enrollment")
    return 1
