"""Scores and results of a subject of a batch, and what a student achieved."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.kit import (
    Amount,
    Door,
    In,
    Moment,
    answer,
    key,
    request_actor,
    request_object,
    timestamp,
)
from muster.api.kit.downloads import response_of
from muster.api.kit.fields import Number
from muster.api.kit.lists import Since
from muster.batches.models import Batch
from muster.core.errors import Invalid
from muster.core.files.downloads import XLSX_TYPE
from muster.core.permissions import as_id
from muster.institutions.access import Actor
from muster.progression import rules
from muster.progression.documents import batch_file, document_file, semester_sheet, transcript
from muster.progression.grading import Cell, State
from muster.progression.models import ScoreModeration, SubjectMapping, SubjectResult
from muster.progression.permissions import batch_subjects, records, results
from muster.progression.queries import ResultsSheet, SheetRow, record_of, scheme_json, sheet_of, statistics_of
from muster.progression.rules import ScoreInput

router = Door()
students = Door()
RECORD_FILES = ("application/pdf", XLSX_TYPE)
STATES = ", ".join(one.value for one in State)


class SheetComponentOut(TypedDict):
    """A component of a sheet."""

    code: str
    name: str
    maximum: Amount
    minimum: Amount
    weight: Amount


class SheetBandOut(TypedDict):
    """A grade of a sheet's scheme."""

    grade: str
    from_percent: Amount
    points: Amount


class SheetSchemeOut(TypedDict):
    """How a sheet is graded. A subject without a scheme has one component, MARK, and no grades."""

    components: list[SheetComponentOut]
    bands: list[SheetBandOut]
    pass_percent: Amount
    decimals: int
    rounding: str
    grace_marks: Amount
    counts_failed: bool


class SheetStudentOut(TypedDict):
    """A student of a sheet."""

    _id: str
    full_name: str


class SheetRowOut(TypedDict):
    """A student's scores and what they come to: null where one is blank or withheld.

    `components` are scores, or absent, exempt, withheld, or null. `version` is the one that is published; `locked` rows
    take no scores before they are reopened.
    """

    enrollment_id: str
    student: SheetStudentOut
    components: dict[str, Amount | str | None]
    verdict: str
    total: Amount | None
    percent: Amount | None
    grade: str
    points: Amount | None
    credits: Amount
    reasons: list[str]
    grace: Amount
    version: int | None
    locked: bool


class ModerationOut(TypedDict):
    """A step by which a component's scores were moderated."""

    _id: str
    component: str
    kind: str
    amount: Amount
    reason: str
    by: str | None
    createdAt: Moment


class SheetFiguresOut(TypedDict):
    """How a sheet stands; `mean` and `median` are of the totals there are, `means` of the scores by component."""

    students: int
    passed: int
    failed: int
    missing: int
    withheld: int
    exempt: int
    published: int
    mean: Amount | None
    median: Amount | None
    grades: dict[str, int]
    means: dict[str, Amount | None]


class ResultsSheetOut(TypedDict):
    """The sheet of a subject in one attempt, by family name."""

    batch: str
    subject: str
    title: str
    semester: int
    attempt: int
    scheme: SheetSchemeOut
    moderation: list[ModerationOut]
    statistics: SheetFiguresOut
    rows: list[SheetRowOut]


class SavedSheetOut(ResultsSheetOut):
    """The sheet, and how many of the scores sent were saved, stood already, or were overtaken by a newer one."""

    saved: int
    unchanged: int
    overtaken: int


class SheetQuery(Schema):
    """Which sheet."""

    subject: str = Field(max_length=60, description="A subject's id, or its code")
    semester: int | None = Field(None, ge=1, le=100, description="Refused where the batch has it in another semester")
    attempt: int = Field(1, ge=1, le=20, description="2 and more for those who failed the one before")


class SheetRowIn(In):
    """Cells of a student."""

    enrollment_id: str = Field(max_length=60)
    components: dict[str, Any] = Field(
        max_length=50, description=f"By code: a number, one of {STATES}, or null to clear"
    )
    marked_at: Since | None = Field(None, description="When it was entered; the newest stands")


class ScoresIn(In):
    """Scores to save: only the cells sent change."""

    rows: list[SheetRowIn] = Field(max_length=2000)


class PublishIn(In):
    """Which sheet to publish."""

    subject_id: str = Field(max_length=60, description="A subject's id, or its code")
    attempt: int = Field(1, ge=1, le=20)


class ReopenIn(PublishIn):
    """Which results to reopen."""

    reason: str = Field(max_length=500)
    enrollment_ids: list[str] | None = Field(None, max_length=2000, description="All when absent")


class ModerateIn(PublishIn):
    """How to moderate a component."""

    component: str = Field(max_length=12)
    kind: str = Field(max_length=10, description="scale, add or cap")
    amount: Number = Field(description="A factor, marks to add, or the highest score")
    reason: str = Field(max_length=500)


class ResultOut(TypedDict):
    """The published result that stands: one that passed, else the latest attempt's."""

    subject_code: str
    subject_title: str
    attempt: int
    version: int
    verdict: str
    total: Amount | None
    percent: Amount | None
    grade: str
    points: Amount | None
    credits: Amount
    earned: Amount
    published_at: Moment


class SemesterOut(TypedDict):
    """A semester: `credits` of the subjects with a result, and those earned; `cgpa` up to and with it."""

    _id: str
    batch: str | None
    batch_code: str | None
    semester: int
    status: str
    sgpa: Amount | None
    cgpa: Amount | None
    credits: Amount
    earned: Amount
    results: list[ResultOut]


class RecordOut(TypedDict):
    """What was published of a student; `backlog` are subjects failed and not passed since."""

    student: SheetStudentOut
    cgpa: Amount | None
    credits: Amount
    earned: Amount
    semesters: list[SemesterOut]
    backlog: list[ResultOut]


def sheet_json(sheet: ResultsSheet) -> ResultsSheetOut:
    """The whole sheet."""
    mapping: Any = sheet.mapping
    scheme: Any = scheme_json(sheet.scheme)
    statistics: Any = statistics_of(sheet)
    return {
        "batch": key(mapping.batch_id),
        "subject": key(mapping.subject_id),
        "title": mapping.subject.title,
        "semester": mapping.semester,
        "attempt": sheet.attempt,
        "scheme": scheme,
        "moderation": [_moderation_json(one) for one in sheet.moderations],
        "statistics": statistics,
        "rows": [_row_json(row) for row in sheet.rows],
    }


def cell_json(cell: Cell) -> Decimal | str | None:
    """A cell as it goes out: blank is null."""
    if isinstance(cell, State):
        return None if cell == State.BLANK else cell.value
    return cell


def _row_json(row: SheetRow) -> SheetRowOut:
    outcome, student = row.outcome, row.enrollment.student
    return {
        "enrollment_id": key(row.enrollment.pk),
        "student": {"_id": key(student.pk), "full_name": student.full_name},
        "components": {code: cell_json(cell) for code, cell in row.cells.items()},
        "verdict": outcome.verdict.value,
        "total": outcome.total,
        "percent": outcome.percent,
        "grade": outcome.grade,
        "points": outcome.points,
        "credits": outcome.credits,
        "reasons": [reason.value for reason in outcome.reasons],
        "grace": outcome.grace,
        "version": row.result.version if row.result else None,
        "locked": row.is_locked,
    }


def _moderation_json(row: ScoreModeration) -> ModerationOut:
    return {
        "_id": key(row.pk),
        "component": row.component,
        "kind": row.kind,
        "amount": row.amount,
        "reason": row.reason,
        "by": row.by.full_name if row.by else None,
        "createdAt": timestamp(row.created_at),
    }


def _result_json(row: SubjectResult) -> ResultOut:
    subject = row.mapping.subject
    return {
        "subject_code": subject.code,
        "subject_title": subject.title,
        "attempt": row.attempt,
        "version": row.version,
        "verdict": row.verdict,
        "total": row.total,
        "percent": row.percent,
        "grade": row.grade,
        "points": row.points,
        "credits": row.worth,
        "earned": row.earned,
        "published_at": timestamp(row.created_at),
    }


def _mapping_named(actor: Actor, batch: Batch, subject: str, field: str, action: str) -> SubjectMapping:
    """The subject of the batch whose results the actor may see or enter. Raises Invalid at the field."""
    rows = results.rows(actor, action).filter(batch=batch).select_related("batch", "subject")
    pk, is_code = as_id(subject), "\x00" not in subject
    mapping = rows.filter(Q(subject=pk) if pk else Q(subject__code__iexact=subject)).first() if is_code else None
    if mapping is None:
        words = _("This batch isn't taught this subject, or its results aren't yours to see or enter.")
        raise Invalid(words, field=field, code="unknown")
    return mapping


def _sheet_asked(request: HttpRequest, asked: SheetQuery, action: str) -> SubjectMapping:
    mapping = _mapping_named(request_actor(request), request_object(request, Batch), asked.subject, "subject", action)
    if asked.semester not in (None, mapping.semester):
        words = _("This batch has %(subject)s in semester %(number)d.")
        names = {"subject": mapping.subject.title, "number": mapping.semester}
        raise Invalid(words % names, field="semester")
    return mapping


@router.get("/{batch_id}/results", allow=batch_subjects["results"], on="batch_id", data=ResultsSheetOut)
def see_results(request: HttpRequest, batch_id: str, asked: Query[SheetQuery]) -> HttpResponse:
    """The sheet of a subject: scores, totals, grades and how it stands. Instructors see the subjects they teach."""
    return answer(sheet_json(sheet_of(_sheet_asked(request, asked, "see"), asked.attempt)))


@router.put("/{batch_id}/results", allow=batch_subjects["mark"], on="batch_id", data=SavedSheetOut)
def save_scores(request: HttpRequest, batch_id: str, asked: Query[SheetQuery], body: ScoresIn) -> HttpResponse:
    """Save scores, all or nothing. Safe to repeat; of several for one cell the newest stands."""
    mapping = _sheet_asked(request, asked, "mark")
    cells = list(cells_of(body))
    _before, outcomes = rules.save_scores(
        by=request_actor(request), mapping=mapping, cells=cells, attempt=asked.attempt
    )
    counts = {one.value: outcomes.count(one) for one in rules.ScoreOutcome}
    words = ngettext("%(count)d score saved", "%(count)d scores saved", counts["saved"]) % {"count": counts["saved"]}
    return answer({**sheet_json(sheet_of(mapping, asked.attempt)), **counts}, words)


def cells_of(body: ScoresIn) -> Iterator[ScoreInput]:
    """The cells sent. Raises Invalid naming each that is neither a number nor a state."""
    wrong = []
    for place, row in enumerate(body.rows):
        for code, value in row.components.items():
            try:
                cell = cell_of(value)
            except ValueError:
                wrong.append((f"rows.{place}.components.{code}", value))
                continue
            said: datetime | None = row.marked_at
            yield ScoreInput(place, as_id(row.enrollment_id), code, cell, said)
    if wrong:
        words = _("Enter a number, or one of %(known)s.") % {"known": STATES}
        raise Invalid(words, field=wrong[0][0])


def cell_of(value: Any) -> Cell | None:
    """A cell as it came in. Raises ValueError where it is neither a number nor a state."""
    if value is None:
        return None
    if isinstance(value, str):
        return State(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise ValueError
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > 10**6:
        raise ValueError
    return number


@router.post("/{batch_id}/results/publish", allow=batch_subjects["mark"], on="batch_id", data=ResultsSheetOut)
def publish_results(request: HttpRequest, batch_id: str, body: PublishIn) -> HttpResponse:
    """Publish everybody who has a result. Who misses a score, or is withheld, stays open."""
    mapping = _mapping_of_body(request, body)
    made = rules.publish_results(by=request_actor(request), mapping=mapping, attempt=body.attempt)
    words = ngettext("%(count)d result published", "%(count)d results published", len(made)) % {"count": len(made)}
    return answer(sheet_json(sheet_of(mapping, body.attempt)), words)


@router.post("/{batch_id}/results/reopen", allow=batch_subjects["mark"], on="batch_id", data=ResultsSheetOut)
def reopen_results(request: HttpRequest, batch_id: str, body: ReopenIn) -> HttpResponse:
    """Let published scores change again. What is published stands until the next version is."""
    mapping = _mapping_of_body(request, body)
    ids = None if body.enrollment_ids is None else [as_id(one) for one in body.enrollment_ids]
    opened = rules.reopen_results(
        by=request_actor(request), mapping=mapping, reason=body.reason, enrollment_ids=ids, attempt=body.attempt
    )
    words = ngettext("%(count)d result reopened", "%(count)d results reopened", len(opened)) % {"count": len(opened)}
    return answer(sheet_json(sheet_of(mapping, body.attempt)), words)


class SheetsQuery(Schema):
    """Of which semester."""

    semester: int = Field(ge=1, le=100)


@router.get("/{batch_id}/semester-sheets", allow=batch_subjects["sheets"], on="batch_id", files=RECORD_FILES[:1])
def print_semester_sheets(request: HttpRequest, batch_id: str, asked: Query[SheetsQuery]) -> HttpResponse:
    """The semester sheets of all students of a batch with published results, in one PDF."""
    batch = request_object(request, Batch)
    return response_of(  # type: ignore[return-value]
        batch_file(by=request_actor(request), batch=batch, semester=asked.semester)
    )


@router.post("/{batch_id}/results/moderate", allow=batch_subjects["mark"], on="batch_id", data=ResultsSheetOut)
def moderate_scores(request: HttpRequest, batch_id: str, body: ModerateIn) -> HttpResponse:
    """Scale, raise or cap all scores of a component, as a step that is kept. What is published stays as it is."""
    mapping = _mapping_of_body(request, body)
    rules.moderate_scores(
        by=request_actor(request),
        mapping=mapping,
        component=body.component,
        kind=body.kind,
        amount=body.amount,
        reason=body.reason,
        attempt=body.attempt,
    )
    return answer(sheet_json(sheet_of(mapping, body.attempt)), "Scores moderated successfully")


def _mapping_of_body(request: HttpRequest, body: PublishIn) -> SubjectMapping:
    actor, batch = request_actor(request), request_object(request, Batch)
    return _mapping_named(actor, batch, body.subject_id, "subject_id", "mark")


class RecordQuery(Schema):
    """As what, and of which semester."""

    format: Literal["json", "pdf", "xlsx"] = Field(
        "json", description="pdf and xlsx are a document with a serial that anyone can verify"
    )
    semester: str = Field("", max_length=60, description="A semester's `_id`, for its sheet instead of the transcript")


def _semester_named(actor: Actor, student: User, semester: str) -> UUID:
    """The semester of the student that is named. Raises Invalid at the field."""
    pk = as_id(semester)
    if pk is None or not any(one.record.pk == pk for one in record_of(actor, student).semesters):
        raise Invalid(_("This student doesn't have this semester."), field="semester", code="unknown")
    return pk


@students.get("/{student_id}/record", allow=records["see"], on="student_id", data=RecordOut, files=RECORD_FILES)
def see_record(request: HttpRequest, student_id: str, asked: Query[RecordQuery]) -> HttpResponse:
    """What was published of a student: semesters with SGPA, CGPA, credits and backlog.

    As a file it's the transcript, or the sheet of one semester.
    """
    actor, student = request_actor(request), request_object(request, User)
    if asked.format != "json":
        document = (
            semester_sheet(by=actor, student=student, record_id=_semester_named(actor, student, asked.semester))
            if asked.semester
            else transcript(by=actor, student=student)
        )
        return response_of(document_file(document, asked.format))  # type: ignore[return-value]
    record = record_of(actor, student)
    data: RecordOut = {
        "student": {"_id": key(student.pk), "full_name": student.full_name},
        "cgpa": record.cgpa,
        "credits": record.worth,
        "earned": record.earned,
        "semesters": [
            {
                "_id": key(one.record.pk),
                "batch": key(one.enrollment.batch_id),
                "batch_code": one.enrollment.batch.code if one.enrollment.batch else None,
                "semester": one.record.semester,
                "status": one.record.status,
                "sgpa": one.record.sgpa,
                "cgpa": one.cgpa,
                "credits": one.record.worth,
                "earned": one.record.earned,
                "results": [_result_json(row) for row in one.results],
            }
            for one in record.semesters
        ],
        "backlog": [_result_json(row) for row in record.backlog],
    }
    return answer(data)
