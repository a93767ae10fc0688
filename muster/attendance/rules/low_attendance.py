"""Attendance that falls below what the institution asks for: the student and those who teach are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from muster.attendance.models import HAS_MARKS, AttendanceRecord, BatchTally, LowAttendance
from muster.attendance.notices import tell_low_attendance, tell_students_below
from muster.attendance.queries.percent import percent_of, with_mark_counts
from muster.batches.models import Batch
from muster.core.database import atomic
from muster.courses.queries import minimum_attendance_or
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor

# Before so many marks count, one day away would be a fall.
LEAST_MARKS = 3
# Only marks change a percentage: batches in which nobody was marked for so long are left out.
MARKED_WITHIN = timedelta(days=7)

# Who writes the row tells; others at the same moment don't.
CLAIM = """
INSERT INTO attendance_lowattendance (enrollment_id, institution_id)
SELECT id, institution_id FROM enrollments_enrollment WHERE id = ANY(%s) ORDER BY batch_id
ON CONFLICT (enrollment_id) DO NOTHING
RETURNING enrollment_id
"""


@atomic
def warn_of_low_attendance(*, by: Actor) -> int:
    """Tell students whose attendance fell below the minimum, and those who teach them; answers how many.

    Once for each fall, however often and on however many workers it runs: who is back at the minimum is told anew when
    they fall again. It looks at batches that run and in which somebody was marked lately, and at nobody before a few
    marks count. One notice for each student, and one for each batch to those who teach there. The database holds those
    batches in share mode.
    """
    known = set(LowAttendance.objects.filter(institution=by.institution).values_list("pk", flat=True))
    percents, back = dict[UUID, float](), list[UUID]()
    counted: Any = with_mark_counts(_marked_lately(by)).annotate(own=F("course__minimum_attendance_percent"))
    for pk, numbers, own in counted.values_list("pk", "mark_numbers", "own"):
        minimum = minimum_attendance_or(own, by.institution)
        came, absent = (numbers["present"] + numbers["late"], numbers["absent"]) if numbers else (0, 0)
        percent = percent_of(present=came, late=0, absent=absent)
        if percent is not None and percent < minimum and came + absent >= LEAST_MARKS:
            percents[pk] = percent
        elif pk in known:
            back.append(pk)
    if back:
        LowAttendance.objects.filter(pk__in=back).delete()
    fallen = _claim(percents.keys() - known)
    below: dict[Batch, list[Enrollment]] = defaultdict(list)
    told = Enrollment.objects.filter(pk__in=fallen).select_related(
        "student", "course", "batch__course", "batch__institution", "batch__branch"
    )
    for enrollment in told.order_by("student__full_name__plain", "pk"):
        tell_low_attendance(by, enrollment, percents[enrollment.pk])
        if enrollment.batch is not None:
            below[enrollment.batch].append(enrollment)
    for batch, students in below.items():
        tell_students_below(by, batch, [(one.student, percents[one.pk]) for one in students])
    return len(fallen)


def _marked_lately(by: Actor) -> QuerySet[Enrollment]:
    since = by.now().date() - MARKED_WITHIN
    sessions = BatchTally.objects.filter(HAS_MARKS, institution=by.institution, session__date__gte=since)
    days = AttendanceRecord.objects.filter(institution=by.institution, session=None, record_date__gte=since)
    marked = Q(pk__in=sessions.values("batch")) | Q(pk__in=days.values("enrollment__batch"))
    running = Batch.objects.booking().filter(marked, institution=by.institution)
    return Enrollment.objects.filter(batch__in=running.order_by().values("pk"), status=Enrollment.Status.ACTIVE)


def _claim(enrollments: Collection[UUID]) -> list[UUID]:
    if not enrollments:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [list(enrollments)])
        return [pk for (pk,) in cursor.fetchall()]
