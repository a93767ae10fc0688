"""Marks of an assessment: the sheet, publishing, reopening; and what a student sees of theirs."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Field
from typing_extensions import TypedDict

from muster.api.kit import Amount, Date, Door, In, Moment, answer, key, request_actor, request_object, timestamp
from muster.api.kit.lists import Since
from muster.api.progression.results import STATES, ScoresIn, SheetStudentOut, cell_json, cell_of, cells_of
from muster.assessment import rules
from muster.assessment.models import Assessment
from muster.assessment.permissions import assessments, batch_assessments, own_marks
from muster.assessment.queries import MarksRow, MarksSheet, marks_sheet_of, own_marks_of, statistics_of_marks
from muster.assessment.rules import MarkGiven
from muster.assessment.totals import Total
from muster.batches.models import Batch
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.enrollments.models import Enrollment
from muster.progression.rules import ScoreOutcome

router = Door()
batches = Door()
enrollments = Door()


class AssessmentMarkOut(TypedDict):
    """A student's mark: a score, or absent, exempt, withheld, or null; `published` ones can't be changed before they
    are reopened."""

    enrollment_id: str
    student: SheetStudentOut
    mark: Amount | str | None
    comment: str
    published: bool


class MarkFiguresOut(TypedDict):
    """How the scores are distributed; who is absent, exempt or withheld has none."""

    expected: int
    marked: int
    missing: int
    absent: int
    exempt: int
    withheld: int
    mean: Amount | None
    lower_quartile: Amount | None
    median: Amount | None
    upper_quartile: Amount | None


class MarksOut(TypedDict):
    """The marks of an assessment, by family name."""

    assessment_id: str
    title: str
    maximum: Amount
    extra_credit: Amount
    statistics: MarkFiguresOut
    rows: list[AssessmentMarkOut]


class SavedMarksOut(MarksOut):
    """The marks, and how many of those sent were saved, stood already, or were overtaken by a newer one."""

    saved: int
    unchanged: int
    overtaken: int


class AssessmentMarkIn(In):
    """A mark of a student, a comment, or both. What is not sent stays."""

    enrollment_id: str = Field(max_length=60)
    mark: Any = Field(None, description=f"A number, one of {STATES}, or null to clear")
    comment: str | None = Field(None, description="The student reads it once the mark is published")
    marked_at: Since | None = Field(None, description="When it was entered; the newest stands")


class MarksIn(In):
    """Marks to save: only those sent change."""

    rows: list[AssessmentMarkIn] = Field(max_length=2000)


class MarksReopenIn(In):
    """Whose marks to reopen, and why."""

    reason: str = Field(max_length=500)
    enrollment_ids: list[str] | None = Field(None, max_length=2000, description="All when absent")


class MarksRowOut(TypedDict):
    """A student's marks by the assessment's id, those of them that are published, and the total so far in percent."""

    enrollment_id: str
    student: SheetStudentOut
    components: dict[str, Amount | str | None]
    published: list[str]
    total: Amount | None


class MarksSheetFiguresOut(TypedDict):
    """How many marks were entered of those expected, and the mean of the scores of each assessment."""

    expected: int
    marked: int
    means: dict[str, Amount | None]


class MarksSheetOut(TypedDict):
    """The students of a batch by its assessments."""

    batch: str
    statistics: MarksSheetFiguresOut
    rows: list[MarksRowOut]


class SavedMarksSheetOut(MarksSheetOut):
    """The sheet, and how many of the marks sent were saved, stood already, or were overtaken by a newer one."""

    saved: int
    unchanged: int
    overtaken: int


class OwnMarkOut(TypedDict):
    """An assessment as a student sees it: its mark is null until it's published."""

    assessment_id: str
    title: str
    category: str
    maximum: Amount
    extra_credit: Amount
    due_on: Date
    weight: Amount
    mark: Amount | str | None
    comment: str
    published_at: Moment | None


class OwnCategoryOut(TypedDict):
    """A category, what it weighs, and the percent reached so far; null where nothing counts yet."""

    name: str
    weight: Amount
    percent: Amount | None


class OwnMarksOut(TypedDict):
    """What counts how much, and the total so far in percent: of what is published. `decided` is how much of the whole
    that is, in percent."""

    enrollment_id: str
    total: Amount | None
    decided: Amount
    categories: list[OwnCategoryOut]
    marks: list[OwnMarkOut]


def _marks_json(assessment: Assessment) -> MarksOut:
    sheet = marks_sheet_of(assessment.batch, [assessment.pk])
    found = statistics_of_marks(sheet, assessment)
    return {
        "assessment_id": key(assessment.pk),
        "title": assessment.title,
        "maximum": assessment.maximum,
        "extra_credit": assessment.extra_credit,
        "statistics": {
            "expected": found.expected,
            "marked": found.marked,
            "missing": len(found.missing),
            "absent": found.absent,
            "exempt": found.exempt,
            "withheld": found.withheld,
            "mean": found.mean,
            "lower_quartile": found.lower_quartile,
            "median": found.median,
            "upper_quartile": found.upper_quartile,
        },
        "rows": [_row_json(row, assessment) for row in sheet.rows],
    }


def _row_json(row: MarksRow, assessment: Assessment) -> AssessmentMarkOut:
    student, mark = row.enrollment.student, row.marks.get(assessment.pk)
    return {
        "enrollment_id": key(row.enrollment.pk),
        "student": {"_id": key(student.pk), "full_name": student.full_name},
        "mark": cell_json(row.cell_of(assessment)),
        "comment": mark.comment if mark else "",
        "published": row.is_locked(assessment),
    }


@router.get("/{assessment_id}/marks", allow=assessments["marks"], on="assessment_id", data=MarksOut)
def see_marks(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """The marks of everybody, and how they are distributed."""
    return answer(_marks_json(request_object(request, Assessment)))


@router.put("/{assessment_id}/marks", allow=assessments["change"], on="assessment_id", data=SavedMarksOut)
def save_marks(request: HttpRequest, assessment_id: str, body: MarksIn) -> HttpResponse:
    """Save marks, all or nothing. Safe to repeat; of several for one student the newest stands."""
    row = request_object(request, Assessment)
    given = list(_marks_of(row, body))
    _before, outcomes = rules.save_marks(by=request_actor(request), batch=row.batch, marks=given)
    counts = {one.value: outcomes.count(one) for one in ScoreOutcome}
    words = ngettext("%(count)d mark saved", "%(count)d marks saved", counts["saved"]) % {"count": counts["saved"]}
    return answer({**_marks_json(row), **counts}, words)


def _marks_of(assessment: Assessment, body: MarksIn) -> Iterator[MarkGiven]:
    """The marks sent. Raises Invalid naming one that is neither a number nor a state."""
    for place, row in enumerate(body.rows):
        try:
            cell = cell_of(row.mark)
        except ValueError:
            words = _("Enter a number, or one of %(known)s.") % {"known": STATES}
            raise Invalid(words, field=f"rows.{place}.mark") from None
        said: datetime | None = row.marked_at
        has_value = "mark" in row.model_fields_set
        yield MarkGiven(place, assessment.pk, as_id(row.enrollment_id), cell, row.comment, said, has_value)


@router.post("/{assessment_id}/publish", allow=assessments["change"], on="assessment_id", data=MarksOut)
def publish_marks(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Show students their marks, and tell them. Who has none, or is withheld, stays open."""
    row = request_object(request, Assessment)
    made = rules.publish_marks(by=request_actor(request), assessment=row)
    words = ngettext("%(count)d mark published", "%(count)d marks published", len(made)) % {"count": len(made)}
    return answer(_marks_json(row), words)


@router.post("/{assessment_id}/reopen", allow=assessments["change"], on="assessment_id", data=MarksOut)
def reopen_marks(request: HttpRequest, assessment_id: str, body: MarksReopenIn) -> HttpResponse:
    """Let published marks change again. Their students don't see them until they are published again."""
    row = request_object(request, Assessment)
    ids = None if body.enrollment_ids is None else [as_id(one) for one in body.enrollment_ids]
    opened = rules.reopen_marks(by=request_actor(request), assessment=row, reason=body.reason, enrollment_ids=ids)
    words = ngettext("%(count)d mark reopened", "%(count)d marks reopened", len(opened)) % {"count": len(opened)}
    return answer(_marks_json(row), words)


def sheet_json(sheet: MarksSheet) -> MarksSheetOut:
    """The whole sheet."""
    found = {one.pk: statistics_of_marks(sheet, one) for one in sheet.assessments}
    return {
        "batch": key(sheet.batch.pk),
        "statistics": {
            "expected": sum(one.expected for one in found.values()),
            "marked": sum(one.marked for one in found.values()),
            "means": {key(pk): one.mean for pk, one in found.items()},
        },
        "rows": [
            {
                "enrollment_id": key(row.enrollment.pk),
                "student": {"_id": key(row.enrollment.student_id), "full_name": row.enrollment.student.full_name},
                "components": {key(one.pk): cell_json(row.cell_of(one)) for one in sheet.assessments},
                "published": [key(one.pk) for one in sheet.assessments if row.is_locked(one)],
                "total": row.total.percent,
            }
            for row in sheet.rows
        ],
    }


@batches.get("/{batch_id}/marks", allow=batch_assessments["sheet"], on="batch_id", data=MarksSheetOut)
def see_marks_sheet(request: HttpRequest, batch_id: str) -> HttpResponse:
    """The marks of all students of a batch in all its assessments."""
    return answer(sheet_json(marks_sheet_of(request_object(request, Batch))))


@batches.put("/{batch_id}/marks", allow=batch_assessments["assess"], on="batch_id", data=SavedMarksSheetOut)
def save_marks_sheet(request: HttpRequest, batch_id: str, body: ScoresIn) -> HttpResponse:
    """Save marks in several assessments, all or nothing: `components` by the assessment's id. Safe to repeat."""
    actor, batch = request_actor(request), request_object(request, Batch)
    own = {str(pk) for pk in assessments.rows(actor, "change").filter(batch=batch).values_list("pk", flat=True)}
    given = []
    for cell in cells_of(body):
        if cell.component not in own:
            words = _("This batch has no assessment with this id, or its marks aren't yours to enter.")
            raise Invalid(words, field=f"rows.{cell.row}.components.{cell.component}", code="unknown")
        given.append(MarkGiven(cell.row, UUID(cell.component), cell.enrollment_id, cell.value, None, cell.said_at))
    _before, outcomes = rules.save_marks(by=actor, batch=batch, marks=given)
    counts = {one.value: outcomes.count(one) for one in ScoreOutcome}
    words = ngettext("%(count)d mark saved", "%(count)d marks saved", counts["saved"]) % {"count": counts["saved"]}
    return answer({**sheet_json(marks_sheet_of(batch)), **counts}, words)


@enrollments.get("/{enrollment_id}/marks", allow=own_marks["see"], on="enrollment_id", data=OwnMarksOut)
def see_own_marks(request: HttpRequest, enrollment_id: str) -> HttpResponse:
    """What counts how much, the marks that are published, and the total so far."""
    own = own_marks_of(request_object(request, Enrollment))
    total: Total = own.total
    data: OwnMarksOut = {
        "enrollment_id": key(own.enrollment.pk),
        "total": total.percent,
        "decided": total.decided,
        "categories": [
            {"name": one.name, "weight": one.weight, "percent": total.categories.get(one.pk)} for one in own.categories
        ],
        "marks": [],
    }
    for one in own.assessments:
        mark = own.marks.get(one.pk)
        data["marks"].append(
            {
                "assessment_id": key(one.pk),
                "title": one.title,
                "category": one.category.name,
                "maximum": one.maximum,
                "extra_credit": one.extra_credit,
                "due_on": one.due_on.isoformat(),
                "weight": one.weight,
                "mark": cell_json(mark.cell) if mark else None,
                "comment": mark.comment if mark else "",
                "published_at": timestamp(mark.published_at) if mark else None,
            }
        )
    return answer(data)
