"""The assessments of a batch, and what they count for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.batches.models import Batch
from muster.enrollments.models import Enrollment
from muster.progression.grading import State
from muster.progression.models import SubjectMapping
from muster.progression.queries.sheet import LEARNS

# What a batch has before anybody says otherwise.
DEFAULTS = ((_("Assignments"), Decimal(40)), (_("Tests"), Decimal(20)), (_("Final exam"), Decimal(40)))
ENTERED = ~Q(state=State.BLANK.value)
# Marks of those who learn.
OF_LEARNERS = Q(enrollment__status__in=(*Enrollment.SEATED, Enrollment.Status.COMPLETED))


def categories_of(batch: Batch) -> list[AssessmentCategory]:
    """The categories of the batch; those it would begin with, unsaved, while it has none."""
    rows = list(batch.assessment_categories.all())
    return rows or [
        AssessmentCategory(institution_id=batch.institution_id, batch=batch, name=str(name), weight=weight)
        for name, weight in DEFAULTS
    ]


def with_marked(rows: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Each with how many learners there are (`expected`), how many of them are marked (`marked`) and see it
    (`published`), and the `scores` that were given."""
    marks = AssessmentMark.objects.filter(OF_LEARNERS, assessment=OuterRef("pk")).order_by()
    learners = Enrollment.objects.filter(LEARNS, batch=OuterRef("batch")).order_by()
    return rows.annotate(
        expected=_number(learners, "batch"),
        marked=_number(marks.filter(ENTERED), "assessment"),
        published=_number(marks.filter(published_at__isnull=False), "assessment"),
        scores=ArraySubquery(marks.filter(score__isnull=False).values("score")),
    )


def _number(rows: QuerySet[Any], of: str) -> Coalesce:
    counted = rows.values(of).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def titles_by_component(mapping: SubjectMapping) -> dict[str, list[str]]:
    """The titles of the assessments whose marks are written to each component of the subject."""
    fed: dict[str, list[str]] = {}
    for component, title in mapping.assessments.values_list("component", "title"):
        fed.setdefault(component, []).append(title)
    return fed
