"""How each student of a batch attends: one function for the dots, the list of those below the minimum and the table."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.enrollments.models import Enrollment
from muster.insights.marks import Marks
from muster.insights.periods import Period
from muster.insights.rows import SEATED, counted_marks
from muster.insights.scope import Scope
from muster.insights.tables import FigureColumn, FigureRow, FigureTable, marks_columns

SAYS = gettext_lazy(
    "Each dot is a student with marks that count on these days, the lowest first: present and late, of their marks "
    "but excused ones. Hollow dots are below the minimum."
)


class MarkedStudent(NamedTuple):
    """A student, their marks, whether they are still in the batch or completed it, and their enrollment while they have
    a seat."""

    student: UUID
    name: str
    marks: Marks
    is_there: bool
    seat: UUID | None = None

    @property
    def value(self) -> float:
        return self.marks.figure.value or 0.0

    def is_below(self, minimum: int) -> bool:
        """Whether they attend less than the minimum."""
        return self.value < minimum


def attendance_by_student(scope: Scope, period: Period) -> list[MarkedStudent]:
    """Everybody with a mark that counts in a scope of one batch on these days, the lowest first. One statement."""
    counted = counted_marks(scope, period)
    own = Enrollment.objects.filter(student=OuterRef("student"), batch=OuterRef("batch"))
    there = own.filter(status__in=(*Enrollment.SEATED, Enrollment.Status.COMPLETED))
    seat = own.filter(SEATED).values("pk")[:1]
    rows: Any = counted.rows.order_by().values_list("student", "student__full_name")
    found = [
        MarkedStudent(pk, name, Marks(came, number), is_there, seat)
        for pk, name, came, number, is_there, seat in rows.annotate(
            came=Count("pk", filter=counted.counts), number=Count("pk"), is_there=Exists(there), seat=Subquery(seat)
        )
    ]
    return sorted(found, key=lambda one: (one.value, one.name, str(one.student)))


def median_of(rows: Sequence[MarkedStudent]) -> float | None:
    """The median of their percentages, one decimal; None of nobody."""
    return round(median(one.value for one in rows), 1) if rows else None


def students_table(rows: Sequence[MarkedStudent]) -> FigureTable:
    """Each with both numbers, the lowest first."""
    made = [
        FigureRow([one.name, one.marks.figure.value, one.marks.came, one.marks.counted], {"student": str(one.student)})
        for one in rows
    ]
    return FigureTable(
        "students", _("Attendance by student"), marks_columns([FigureColumn("student", _("Student"))]), made
    )
