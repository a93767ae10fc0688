"""Reads around courses."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from muster.courses.models import Course, GradeBand, GradingComponent, GradingScheme
from muster.institutions.models import Institution


def _number(of: Count) -> Coalesce:
    """A number of related rows in a statement of its own, so that joins do not multiply them."""
    rows = Course.objects.filter(pk=OuterRef("pk")).order_by().values("pk").annotate(number=of)
    return Coalesce(Subquery(rows.values("number"), output_field=IntegerField()), 0)


def courses_in_full(rows: QuerySet[Course]) -> QuerySet[Course]:
    """Courses with their department and default instructor, in one statement."""
    return rows.select_related("department", "default_instructor")


def courses_with_numbers(rows: QuerySet[Course]) -> QuerySet[Course]:
    """Courses in full, with `batch_count` (those upcoming or active) and `subject_count`."""
    running = Q(
        batches__deleted_at__isnull=True, batches__archived_at__isnull=True, batches__status__in=["Upcoming", "Active"]
    )
    return courses_in_full(rows).annotate(
        batch_count=_number(Count("batches", filter=running)), subject_count=_number(Count("subjects"))
    )


def schemes_in_full(rows: QuerySet[GradingScheme]) -> QuerySet[GradingScheme]:
    """Grading schemes with their department, and with `parts` and `grades`, their components and bands as plain values
    in their order; in one statement."""
    components = GradingComponent.objects.filter(scheme=OuterRef("pk")).order_by("place", "code__plain")
    bands = GradeBand.objects.filter(scheme=OuterRef("pk")).order_by("-from_percent", "-points", "grade__plain")
    return rows.select_related("department").annotate(
        parts=_as_list(components, "code", "name", "maximum", "minimum", "weight"),
        grades=_as_list(bands, "grade", "from_percent", "points"),
    )


def _as_list(rows: QuerySet[Any], *names: str) -> ArraySubquery:
    return ArraySubquery(rows.annotate(told=JSONObject(id="pk", **{name: name for name in names})).values("told"))


def minimum_attendance_of(institution: Institution, course: Course | None) -> int:
    """The percentage of sessions that a student of the course is to attend: its own, else the institution's."""
    return minimum_attendance_or(course.minimum_attendance_percent if course else None, institution)


def minimum_attendance_or(own: int | None, institution: Institution) -> int:
    """The same, where `own` was read with something else."""
    return int(institution.minimum_attendance_percent if own is None else own)
