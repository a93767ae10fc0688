"""Reads around enrollments."""

from __future__ import annotations

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from muster.batches.models import Batch
from muster.enrollments.models import Enrollment
from muster.institutions.models import Affiliation


def open_siblings(batch: Batch | None, *, most: int = 3) -> list[Batch]:
    """Batches of the same course that take enrollments and have seats, the soonest first."""
    if batch is None or batch.course_id is None:
        return []
    return list(
        Batch.objects.booking()
        .filter(Q(capacity__isnull=True) | Q(capacity__gt=F("enrolled_students") + F("seats_offered")))
        .filter(institution_id=batch.institution_id, course_id=batch.course_id)
        .exclude(pk=batch.pk)
        .order_by("start_date", "pk")[:most]
    )


def roster_of(batch: Batch, *, status: str = "", q: str = "") -> QuerySet[Enrollment]:
    """The batch's enrollments with their students and student numbers, by name; the cancelled only when asked for."""
    number = Affiliation.objects.filter(institution_id=batch.institution_id, user=OuterRef("student_id"))
    rows = (
        Enrollment.objects.filter(batch=batch)
        .select_related("student")
        .annotate(student_number=Subquery(number.values("student_number")[:1]))
        .order_by("student__full_name", "pk")
    )
    rows = rows.filter(status=status) if status else rows.exclude(status=Enrollment.Status.CANCELLED)
    if q:
        rows = rows.filter(Q(student__full_name__icontains=q) | Q(student__email__icontains=q))
    return rows
