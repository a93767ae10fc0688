"""Reads around what a batch is taught."""

from __future__ import annotations

from django.db.models import QuerySet

from muster.batches.models import Batch
from muster.core.search import in_order
from muster.courses.models import Subject
from muster.progression.models import SubjectMapping
from muster.progression.queries.electives import with_choices


def subjects_of(batch: Batch) -> QuerySet[SubjectMapping]:
    """What the batch is taught, semester by semester, with subject and instructor, group and how many chose it."""
    rows = with_choices(SubjectMapping.objects.filter(batch=batch)).select_related("subject", "instructor", "group")
    return in_order(rows, "semester", "subject__title", "pk")


def subjects_left(batch: Batch) -> QuerySet[Subject]:
    """The subjects of the batch's course that it is not taught yet."""
    taught = SubjectMapping.objects.filter(batch=batch)
    rows = Subject.objects.filter(course=batch.course_id).exclude(pk__in=taught.values("subject"))
    return in_order(rows, "semester", "title", "pk")


def sources_of(batch: Batch) -> QuerySet[Batch]:
    """Other batches of the course whose subjects could be copied, the latest first."""
    rows = Batch.objects.existing().filter(institution=batch.institution_id, course=batch.course_id)
    mapped = SubjectMapping.objects.filter(batch__course=batch.course_id)
    return rows.filter(pk__in=mapped.values("batch")).exclude(pk=batch.pk).order_by("-year", "-start_date", "pk")
