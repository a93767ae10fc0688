"""Reads around courses."""

from __future__ import annotations

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from muster.courses.models import Course


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
