"""The one formula of attendance: (PRESENT + LATE) / (PRESENT + LATE + ABSENT).

What counts is the view `attendance_countedmark`: EXCUSED, cancelled sessions and what is not marked do not, nor do
daily records beside a session mark or outside the batch's dates or the learner's seats. A percentage is of a person in
a batch, over all their seats in it. In percent, rounded down to one decimal; None where nothing counts.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, DecimalField, F, Func, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from muster.attendance.models import CountedMark, Mark
from muster.enrollments.models import Enrollment

CAME = (Mark.PRESENT, Mark.LATE)
COUNTED = (*CAME, Mark.ABSENT)
# The sums of a batch's tallies that `percent_of` takes.
TALLY_SUMS = {mark.value.lower(): Sum(mark.value.lower()) for mark in COUNTED}

# The same in SQL, of the row `enrollment` of a query.
PERCENT = """(
    SELECT muster_percent(
        count(*) FILTER (WHERE counted.status IN ('PRESENT', 'LATE')),
        count(*) FILTER (WHERE counted.status IN ('PRESENT', 'LATE', 'ABSENT'))
    )::float8
    FROM attendance_countedmark AS counted
    WHERE counted.student_id = enrollment.student_id AND counted.batch_id = enrollment.batch_id
)"""


def percent_of(*, present: int, late: int, absent: int) -> float | None:
    """The percentage that these numbers make, as `muster_percent` of the database says it."""
    came, counted = present + late, present + late + absent
    return (1000 * came // counted) / 10 if counted else None


def with_mark_counts(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with `mark_numbers`: how many of each mark count, by its name in small letters, None without."""
    numbers = {mark.value.lower(): Count("pk", filter=Q(status=mark)) for mark in Mark}
    counted = marks_of_seat().values(of=F("batch")).annotate(numbers=JSONObject(**numbers))
    return rows.annotate(mark_numbers=Subquery(counted.values("numbers")))


def marks_of_seat() -> QuerySet[CountedMark]:
    """The marks that count for the person of the outer enrollment, over all their seats in its batch."""
    return CountedMark.objects.filter(student=OuterRef("student"), batch=OuterRef("batch")).order_by()


def with_attendance(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with `attendance_percent`, a Decimal or None, in the same statement."""
    percent: Any = Func(
        *(Count("pk", filter=Q(status__in=marks)) for marks in (CAME, COUNTED)),
        function="muster_percent",
        output_field=DecimalField(max_digits=4, decimal_places=1),
    )
    counted = marks_of_seat().values(of=F("batch")).annotate(percent=percent)
    return rows.annotate(attendance_percent=Subquery(counted.values("percent")))
