"""Daily records: how learners attended a date, without a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery

from muster.attendance.models import AttendanceRecord
from muster.attendance.permissions import records
from muster.attendance.queries.register import NO_LAST, NO_PERCENT, ROW, MarkedRows, RegisterRow
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
WITH known AS (
    SELECT enrollment_id FROM enrollments_seatperiod
    WHERE batch_id = %(batch)s AND from_date <= %(day)s AND (until_date IS NULL OR until_date >= %(day)s)
    UNION
    SELECT record.enrollment_id FROM attendance_attendancerecord AS record
    JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
    WHERE enrollment.batch_id = %(batch)s AND {RECORD} AND record.status IS NOT NULL
    UNION
    SELECT id FROM enrollments_enrollment WHERE batch_id = %(batch)s AND id = ANY(%(also)s)
)
{ROW.format(last=NO_LAST, percent=NO_PERCENT, record=RECORD)}
WHERE enrollment.id IN (SELECT enrollment_id FROM known)
ORDER BY person.full_name, enrollment.id
"""  # noqa: S608 - constants


def day_of(batch: Batch, day: date, *, also: Sequence[UUID] = ()) -> Day:
    """The daily records of a batch on a date, in one statement, by name; the enrollments in `also` with them."""
    with connection.cursor() as cursor:
        cursor.execute(DAY, {"batch": batch.pk, "day": day, "also": list(also)})
        return Day([RegisterRow._make(row) for row in cursor.fetchall()], batch, day)


def daily_records(actor: Actor) -> QuerySet[AttendanceRecord]:
    """The daily records that the actor may see, in full, the newest date first."""
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("enrollment__student"))
    return (
        records.rows(actor)
        .filter(session__isnull=True, status__isnull=False)
        .select_related("enrollment__student", "enrollment__batch", "marked_by")
        .annotate(
            student_number=Subquery(number.values("student_number")[:1]), learner=F("enrollment__student__full_name")
        )
        .order_by("-record_date", "enrollment__batch__code", "learner", "pk")
    )
