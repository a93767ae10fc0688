"""Daily records: how learners attended a date, without a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery

from muster.attendance.models import AttendanceRecord
from muster.attendance.permissions import records
from muster.attendance.queries.register import MarkCounts, RegisterRow
from muster.batches.models import Batch
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation


@dataclass(frozen=True)
class Day:
    """The daily records of one batch on one date, with those who have none yet."""

    batch: Batch
    day: date
    rows: list[RegisterRow]

    @property
    def summary(self) -> MarkCounts:
        return MarkCounts.of(row.status for row in self.rows)

    def with_rows(self, changed: dict[UUID, RegisterRow]) -> Day:
        """The day after these rows have changed."""
        return replace(self, rows=[changed.get(row.enrollment_id, row) for row in self.rows])


# Learners whose seat covers the day, whoever has a record of it, and those asked for: an older register may know
# learners of days that no seat covers.
DAY = """
WITH known AS (
    SELECT enrollment_id FROM enrollments_seatperiod
    WHERE batch_id = %(batch)s AND from_date <= %(day)s AND (until_date IS NULL OR until_date >= %(day)s)
    UNION
    SELECT record.enrollment_id FROM attendance_attendancerecord AS record
    JOIN enrollments_enrollment AS enrollment ON enrollment.id = record.enrollment_id
    WHERE enrollment.batch_id = %(batch)s AND record.session_id IS NULL AND record.record_date = %(day)s
    AND record.status IS NOT NULL
    UNION
    SELECT id FROM enrollments_enrollment WHERE batch_id = %(batch)s AND id = ANY(%(also)s)
)
SELECT enrollment.id, person.id, person.full_name, person.email, coalesce(affiliation.student_number, ''),
       batch.id, batch.code, batch.name, batch.archived_at IS NOT NULL,
       record.id, record.status, record.minutes_late, coalesce(record.notes, ''), record.marked_at, record.said_at,
       record.marked_by_id, marker.full_name, '', NULL::float8
FROM known
JOIN enrollments_enrollment AS enrollment ON enrollment.id = known.enrollment_id
JOIN accounts_user AS person ON person.id = enrollment.student_id
JOIN batches_batch AS batch ON batch.id = enrollment.batch_id
LEFT JOIN institutions_affiliation AS affiliation
    ON affiliation.user_id = person.id AND affiliation.institution_id = enrollment.institution_id
LEFT JOIN attendance_attendancerecord AS record
    ON record.enrollment_id = enrollment.id AND record.session_id IS NULL AND record.record_date = %(day)s
LEFT JOIN accounts_user AS marker ON marker.id = record.marked_by_id
ORDER BY person.full_name, enrollment.id
"""


def day_of(batch: Batch, day: date, *, also: Sequence[UUID] = ()) -> Day:
    """The daily records of a batch on a date, in one statement, by name; the enrollments in `also` with them."""
    with connection.cursor() as cursor:
        cursor.execute(DAY, {"batch": batch.pk, "day": day, "also": list(also)})
        return Day(batch, day, [RegisterRow._make(row) for row in cursor.fetchall()])


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
