"""Enrollments whose access is over, and trials that soon will be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, ExpressionWrapper, F, Func, Q, QuerySet, TextField, Value

from muster.core.database import atomic
from muster.core.history import recorded
from muster.enrollments import notices
from muster.enrollments.models import Enrollment
from muster.enrollments.rules.changing import lock_enrollment, today_of, write_enrollment
from muster.institutions.access import Actor

# So many days before a trial ends the student is told.
TOLD_BEFORE = 3
# What day it is for an enrollment: by the clock of its batch, or else of the institution.
ITS_TODAY = Func(
    Func(F("institution"), F("batch__branch"), function="muster_zone", output_field=TextField()),
    function="muster_today",
    output_field=DateField(),
)


def _running(by: Actor) -> QuerySet[Enrollment]:
    """Those that hold a seat in nothing archived or deleted, with `its_today`."""
    rows = Enrollment.objects.current().filter(institution=by.institution, batch__deleted_at__isnull=True)
    return rows.annotate(its_today=ITS_TODAY)


def expire_enrollments(*, by: Actor, today: date | None = None) -> int:
    """End every enrollment whose last day of access is over, which frees its seat. Returns how many.

    Each is a transaction of its own, by the clock of its batch. Archived batches are left as they are: their students'
    access goes by the day alone. Whose trial ends is told.
    """
    due = _running(by).filter(access_expiry_date__lt=today or F("its_today"))
    return sum(_expire(by, enrollment, today) for enrollment in due.order_by("batch_id", "pk"))


@atomic
def _expire(by: Actor, enrollment: Enrollment, today: date | None) -> int:
    enrollment = lock_enrollment(enrollment)
    last = enrollment.access_expiry_date
    if not enrollment.holds_a_seat or last is None or last >= (today or today_of(enrollment, by)):
        return 0
    enrollment.status = Enrollment.Status.EXPIRED
    write_enrollment(enrollment, by, "expire_enrollment")
    if enrollment.enrollment_type == Enrollment.Type.TRIAL:
        notices.tell_trial_over(by, enrollment)
    return 1


def tell_of_ending_trials(*, by: Actor, today: date | None = None) -> int:
    """Tell the students whose trial ends in a few days, once for each last day. Returns how many.

    Locks nothing: whoever writes down first that a student is told tells them.
    """
    there: Any = Value(today, output_field=DateField()) if today else F("its_today")
    soon = ExpressionWrapper(there + timedelta(days=TOLD_BEFORE), output_field=DateField())
    rows = _running(by).filter(enrollment_type=Enrollment.Type.TRIAL, access_expiry_date__gte=there)
    rows = rows.annotate(soon=soon).filter(access_expiry_date__lte=F("soon"))
    due = rows.filter(Q(end_told_on__isnull=True) | ~Q(end_told_on=F("access_expiry_date")))
    return sum(_tell(by, enrollment) for enrollment in due.select_related("student", "batch", "course").order_by("pk"))


@atomic
def _tell(by: Actor, enrollment: Enrollment) -> int:
    last = enrollment.access_expiry_date
    untold = Enrollment.objects.filter(Q(end_told_on__isnull=True) | ~Q(end_told_on=last), pk=enrollment.pk)
    with recorded(by, "tell_of_ending_trials"):
        told = untold.filter(enrollment_type=Enrollment.Type.TRIAL, access_expiry_date=last).update(end_told_on=last)
    if told:
        notices.tell_trial_ends(by, enrollment)
    return told
