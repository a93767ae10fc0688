"""Access that ends: students are told beforehand, and the enrollment is over when it did."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from muster.core.clocks import today_in
from muster.core.database import atomic
from muster.enrollments.models import Enrollment
from muster.enrollments.notices import tell_access_ends, tell_trial_over
from muster.enrollments.rules.changing import lock_enrollment, write_enrollment
from muster.institutions.access import Actor
from muster.institutions.models import local_today

# What day it is where the batch meets; study without a batch goes by the clock of the institution.
LOCAL_TODAY = local_today("batch__", institution="institution")


def announce_ends_of_access(*, by: Actor, today: date | None = None) -> int:
    """Tell students whose access ends within as many days as the institution says; each last day is told of once, and
    another one anew. Returns how many were told.

    By the clock of the batch, unless a day is given. Each is a transaction of its own. Archived and deleted batches are
    left out, and so is whoever was cancelled or has expired.
    """
    days = by.institution.access_warning_days
    if not days:
        return 0
    there: Any = today or F("local_today")
    due = (
        Enrollment.objects.filter(
            Q(batch__isnull=True) | Q(batch__deleted_at__isnull=True, batch__archived_at__isnull=True),
            institution=by.institution,
            status__in=(*Enrollment.SEATED, Enrollment.Status.COMPLETED),
        )
        .exclude(access_end_announced=F("access_expiry_date"))
        .annotate(local_today=LOCAL_TODAY)
        .filter(access_expiry_date__range=(there, there + timedelta(days=days)))
    )
    rows = due.select_related("student", "batch", "course").order_by("batch_id", "pk")
    return sum(_announce(by, enrollment) for enrollment in rows)


@atomic
def _announce(by: Actor, enrollment: Enrollment) -> int:
    """Tell one student, unless somebody did or changed the day at this moment."""
    last = enrollment.access_expiry_date
    untold = Enrollment.objects.filter(pk=enrollment.pk, access_expiry_date=last).exclude(access_end_announced=last)
    if not untold.update(access_end_announced=last):
        return 0
    tell_access_ends(by, enrollment)
    return 1


def expire_enrollments(*, by: Actor, today: date | None = None) -> int:
    """End every enrollment whose last day of access is over, which frees its seat. Returns how many.

    By the clock of the batch, unless a day is given. Each is a transaction of its own. Archived batches are left as
    they are: their students' access goes by the day alone.
    """
    due = Enrollment.objects.annotate(local_today=LOCAL_TODAY).filter(
        institution=by.institution,
        status__in=Enrollment.SEATED,
        frozen=False,
        access_expiry_date__lt=today or F("local_today"),
        batch__deleted_at__isnull=True,
    )
    return sum(_expire(by, enrollment, today) for enrollment in due.order_by("batch_id", "pk"))


@atomic
def _expire(by: Actor, enrollment: Enrollment, today: date | None) -> int:
    enrollment = lock_enrollment(enrollment)
    zone = enrollment.batch.zone if enrollment.batch else by.zone
    last = enrollment.access_expiry_date
    if not enrollment.holds_a_seat or last is None or last >= (today or today_in(zone)):
        return 0
    enrollment.status = Enrollment.Status.EXPIRED
    write_enrollment(enrollment, by, "expire_enrollment")
    if enrollment.enrollment_type == Enrollment.Type.TRIAL:
        tell_trial_over(by, enrollment)
    return 1
