"""The one formula of attendance: (PRESENT + LATE) / (PRESENT + LATE + ABSENT).

EXCUSED, cancelled sessions and what is not marked do not count. In percent, to one decimal; None where nothing counts.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, NullIf, Round

from muster.attendance.models import AttendanceRecord, Mark
from muster.enrollments.models import Enrollment
from muster.timetable.models import ClassSession

CAME = (Mark.PRESENT, Mark.LATE)
COUNTED = (*CAME, Mark.ABSENT)
# The sums of a batch's tallies that `percent_of` takes.
TALLY_SUMS = {mark.value.lower(): Sum(mark.value.lower()) for mark in COUNTED}
# Of records, or from rows that lead to records by this path.
IS_COUNTED = Q(session__isnull=True) | ~Q(session__status=ClassSession.Status.CANCELLED)

# The same in SQL, of the row `enrollment` of a query.
PERCENT = """(
    SELECT round(100.0 * count(*) FILTER (WHERE counted.status IN ('PRESENT', 'LATE'))
        / nullif(count(*) FILTER (WHERE counted.status IN ('PRESENT', 'LATE', 'ABSENT')), 0), 1)::float8
    FROM attendance_attendancerecord AS counted
    LEFT JOIN timetable_classsession AS class ON class.id = counted.session_id
    WHERE counted.enrollment_id = enrollment.id AND class.status IS DISTINCT FROM 'cancelled'
)"""


def percent_of(*, present: int, late: int, absent: int) -> float | None:
    """The percentage that these numbers make, as the database rounds it."""
    counted = present + late + absent
    if not counted:
        return None
    exact = Decimal(100) * (present + late) / counted
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def _number_of(*marks: Mark) -> Any:
    return Cast(Count("pk", filter=Q(status__in=marks)), DecimalField(max_digits=12, decimal_places=0))


def percentage() -> Any:
    """The percentage, as an aggregate over records of which those that do not count are left out."""
    hundred, nothing = Value(Decimal(100)), Value(Decimal(0), output_field=DecimalField())
    return Round(hundred * _number_of(*CAME) / NullIf(_number_of(*COUNTED), nothing), 1)


def with_attendance(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with `attendance_percent`, a Decimal or None, in the same statement."""
    counted = (
        AttendanceRecord.objects.filter(IS_COUNTED, enrollment=OuterRef("pk"))
        .order_by()
        .values(of=F("enrollment"))
        .annotate(percent=percentage())
    )
    return rows.annotate(attendance_percent=Subquery(counted.values("percent")))
