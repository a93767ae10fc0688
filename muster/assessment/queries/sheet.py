"""The marks of a batch: its students by its assessments, and what they come to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery

from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.assessment.queries.assessments import categories_of
from muster.assessment.totals import Given, Total, total_of
from muster.batches.models import Batch
from muster.core.search import in_order
from muster.enrollments.models import Enrollment
from muster.institutions.models import Affiliation
from muster.progression.grading import Cell, State
from muster.progression.queries.sheet import LEARNS


@dataclass(frozen=True)
class MarksRow:
    """One student, with `student_number`: their marks by assessment, and the total of those that are published."""

    enrollment: Enrollment
    marks: Mapping[UUID, AssessmentMark]
    total: Total

    @property
    def learns(self) -> bool:
        """Whether a mark is expected; others have left, and keep what they got."""
        return self.enrollment.status in (*Enrollment.SEATED, Enrollment.Status.COMPLETED)

    def cell_of(self, assessment: Assessment) -> Cell:
        mark = self.marks.get(assessment.pk)
        return mark.cell if mark else State.BLANK

    def is_locked(self, assessment: Assessment) -> bool:
        """Whether the mark is published."""
        mark = self.marks.get(assessment.pk)
        return mark is not None and mark.published_at is not None


@dataclass(frozen=True)
class MarksSheet:
    """The students of a batch by its assessments, or by some of them."""

    batch: Batch
    assessments: Sequence[Assessment]
    rows: Sequence[MarksRow]

    @cached_property
    def by_enrollment(self) -> dict[UUID, MarksRow]:
        return {row.enrollment.pk: row for row in self.rows}


def marks_sheet_of(batch: Batch, among: Collection[UUID] | None = None) -> MarksSheet:
    """The sheet, by family name: whoever learns in the batch, or has a mark. Totals are of all that is published,
    whatever is shown. Three statements."""
    every = list(Assessment.objects.filter(batch=batch).select_related("category", "mapping__subject"))
    for one in every:
        one.batch = batch
    marks: dict[UUID, dict[UUID, AssessmentMark]] = {}
    for mark in AssessmentMark.objects.filter(assessment__batch=batch):
        marks.setdefault(mark.enrollment_id, {})[mark.assessment_id] = mark
    rows = [
        MarksRow(enrollment, given := marks.get(enrollment.pk, {}), _total(every, given))
        for enrollment in _enrollments_of(batch)
    ]
    return MarksSheet(batch, [one for one in every if among is None or one.pk in among], rows)


def _enrollments_of(batch: Batch) -> Any:
    marked = AssessmentMark.objects.filter(enrollment=OuterRef("pk"), assessment__batch=batch)
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("student"))
    rows = Enrollment.objects.filter(LEARNS | Q(Exists(marked)), batch=batch).annotate(
        student_number=Subquery(number.values("student_number")[:1])
    )
    return in_order(rows.select_related("student"), "student__family_name", "student__full_name", "pk")


def _total(every: Sequence[Assessment], marks: Mapping[UUID, AssessmentMark]) -> Total:
    return total_of(
        Given(one.category_id, one.category.weight, one.weight, one.maximum, mark.cell)
        for one in every
        if (mark := marks.get(one.pk)) and mark.published_at is not None
    )


@dataclass(frozen=True)
class OwnMarks:
    """What a student sees: what counts how much, the marks that are published, and what they come to."""

    enrollment: Enrollment
    categories: Sequence[AssessmentCategory]
    assessments: Sequence[Assessment]
    marks: Mapping[UUID, AssessmentMark]
    total: Total


def own_marks_of(enrollment: Enrollment) -> OwnMarks:
    """What the student sees of the batch they are in. Three statements."""
    batch = enrollment.batch
    if batch is None:
        return OwnMarks(enrollment, (), (), {}, Total())
    every = list(Assessment.objects.filter(batch=batch).select_related("category"))
    rows = AssessmentMark.objects.filter(enrollment=enrollment, assessment__batch=batch, published_at__isnull=False)
    marks = {mark.assessment_id: mark for mark in rows}
    return OwnMarks(enrollment, categories_of(batch) if every else (), every, marks, _total(every, marks))


def totals_of(enrollments: Collection[UUID]) -> dict[UUID, Total]:
    """The total so far of each enrollment in the batch that it is in: of what is published and counts. One statement.

    The same as in the marks sheet and on the student's own page.
    """
    rows = AssessmentMark.objects.filter(
        enrollment__in=enrollments, published_at__isnull=False, assessment__batch=F("enrollment__batch")
    ).select_related("assessment__category")
    given: dict[UUID, list[Given]] = {pk: [] for pk in enrollments}
    for mark in rows.order_by():
        of = mark.assessment
        given[mark.enrollment_id].append(Given(of.category_id, of.category.weight, of.weight, of.maximum, mark.cell))
    return {pk: total_of(marks) for pk, marks in given.items()}
