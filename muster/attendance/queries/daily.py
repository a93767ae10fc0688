"""Daily records: how learners attended a date, without a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from muster.accounts.models import BY_FAMILY_NAME
from muster.attendance.models import AttendanceRecord, CountedMark
from muster.attendance.permissions import records
from muster.attendance.queries.register import LINE, NO_LAST, NO_PERCENT, ROW, MarkedRows, RegisterRow
from muster.batches.models import Batch
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation


@dataclass(frozen=True)
class Day(MarkedRows):
    """The daily records of one batch on one date, with those who have none yet."""

    batch: Batch
    day: date


# Learners whose seat covers the day, whoever has a record of it, and those asked for: an older register may know
# learners of days that no seat covers.
RECORD = "record.session_id IS NULL AND record.record_date = %(day)s"
DAY = f"""
WITH seated AS (
    SELECT enrollment_id, from_date AS since, FALSE AS is_marked FROM enrollments_seatperiod
    WHERE batch_id = %(batch)s AND from_date <= %(day)s AND (until_date IS NULL OR until_date >= %(day)s)
    UNION ALL
    SELECT record.enrollment_id, record.record_date, TRUE FROM attendance_attendancerecord AS record
    JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
    WHERE enrollment.batch_id = %(batch)s AND {RECORD} AND record.status IS NOT NULL
    UNION ALL
    SELECT id, enrollment_date, FALSE FROM enrollments_enrollment WHERE batch_id = %(batch)s AND id = ANY(%(also)s)
), {LINE}
{ROW.format(last=NO_LAST, percent=NO_PERCENT, day="%(day)s::date", session="NULL", record=RECORD)}
ORDER BY {BY_FAMILY_NAME}, enrollment.id
"""  # noqa: S608 - constants


def is_within(batch: Batch, day: date) -> bool:
    """Whether the day lies within the batch's dates; outside them a daily record does not count."""
    return (batch.start_date is None or day >= batch.start_date) and (batch.end_date is None or day <= batch.end_date)


def day_of(batch: Batch, day: date, *, also: Sequence[UUID] = ()) -> Day:
    """The daily records of a batch on a date, in one statement, by name; the enrollments in `also` with them."""
    with connection.cursor() as cursor:
        cursor.execute(DAY, {"batch": batch.pk, "day": day, "also": list(also)})
        return Day([RegisterRow._make(row) for row in cursor.fetchall()], batch, day)


class UncountedReason(models.TextChoices):
    """Why a daily record does not count towards attendance."""

    BESIDE_SESSION = "session", _("marked in a session that day")
    OUTSIDE_DATES = "dates", _("outside the batch's dates")
    WITHOUT_SEAT = "seat", _("not enrolled that day")


def _left_out() -> Case:
    """Why the record does not count, as one of `UncountedReason`; empty where it does."""
    beside = CountedMark.objects.filter(
        session__isnull=False,
        student=OuterRef("enrollment__student"),
        batch=OuterRef("enrollment__batch"),
        record_date=OuterRef("record_date"),
    )
    dates = Q(record_date__lt=F("enrollment__batch__start_date")) | Q(record_date__gt=F("enrollment__batch__end_date"))
    return Case(
        When(Exists(CountedMark.objects.filter(pk=OuterRef("pk"))), then=Value("")),
        When(Exists(beside), then=Value(UncountedReason.BESIDE_SESSION.value)),
        When(dates, then=Value(UncountedReason.OUTSIDE_DATES.value)),
        default=Value(UncountedReason.WITHOUT_SEAT.value),
    )


def cleared_daily_records(actor: Actor) -> QuerySet[AttendanceRecord]:
    """The daily records that the actor could see before their marks were cleared."""
    return records.rows(actor).filter(session__isnull=True, status__isnull=True)


def daily_records(actor: Actor) -> QuerySet[AttendanceRecord]:
    """The daily records that the actor may see, in full, the newest date first."""
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("enrollment__student"))
    return (
        records.rows(actor)
        .filter(session__isnull=True, status__isnull=False)
        .select_related("enrollment__student", "enrollment__batch", "marked_by")
        .annotate(
            student_number=Subquery(number.values("student_number")[:1]),
            learner=F("enrollment__student__full_name"),
            left_out=_left_out(),
        )
        .order_by("-record_date", "enrollment__batch__code", "enrollment__student__full_name__plain", "pk")
    )
