"""Rolling batches over to their next semester."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from pydantic import StrictInt
from typing_extensions import TypedDict

from muster.api.allocation.cover import ShortBatchOut, short_batch
from muster.api.batches.batches import batch_out
from muster.api.batches.shapes import BatchOut
from muster.api.kit import (
    Amount,
    Door,
    In,
    Moment,
    Paging,
    PersonOut,
    Stamped,
    answer,
    in_shape,
    key,
    page_of,
    request_actor,
    request_object,
)
from muster.batches.models import Batch
from muster.core.errors import FieldError, Invalid, Missing
from muster.core.permissions import any_id, as_id
from muster.core.search import with_words
from muster.enrollments.models import Enrollment
from muster.progression import rules
from muster.progression.models import RolloverRequest, RolloverRun
from muster.progression.permissions import batch_rollovers, rollover_runs, rollovers
from muster.progression.queries import (
    RolloverPreview,
    RolloverStudent,
    RolloverSubject,
    rollover_preview,
    rollovers_in_full,
    rollovers_of,
)
from muster.progression.rules import HeldBackInput

batch_router = Door()
router = Door()

MOST_STUDENTS = 2000


# --- bodies -----------------------------------------------------------------------------------------------------------
class HeldBackIn(In):
    """A student who keeps the old semester."""

    enrollment_id: str
    reason: str = Field("", description="Up to 300 characters; required unless the institution's limits give one")


HELD_BACK: Any = Field(
    None,
    max_length=MOST_STUDENTS,
    description="Who keeps the old semester; when absent, those whom the institution's limits hold back",
)


class RolloverIn(In):
    """Who is held back, and a note for whoever decides."""

    held_back: list[HeldBackIn] | None = HELD_BACK
    note: str = Field("", description="Up to 300 characters")


class RolloverDecisionIn(In):
    """What becomes of the rollover. `from_semester` guards against rolling over twice."""

    decision: str = Field("approve", description="approve or reject")
    from_semester: StrictInt | None = Field(None, description="Refused unless it's the batch's current semester")
    held_back: list[HeldBackIn] | None = Field(
        None, max_length=MOST_STUDENTS, description="Instead of those whom the request names"
    )
    note: str = Field("", description="Up to 300 characters, for whoever requested it")


class RevertingIn(In):
    """Why a rollover is undone."""

    note: str = Field("", description="Up to 300 characters")


class RolloversIn(In):
    """Batches in one semester."""

    batch_ids: list[str] = Field(max_length=rules.MOST_BATCHES)
    from_semester: StrictInt = Field(ge=1, le=100, description="Batches in another semester are refused")


# --- answers ----------------------------------------------------------------------------------------------------------
class HeldBackOut(TypedDict):
    """A student who keeps the old semester."""

    enrollment_id: str
    full_name: str
    reason: str


class RolloverFiguresOut(TypedDict, total=False):
    """The figures of a rollover."""

    moves: int
    held_back: int
    stays: int
    subjects: int
    subjects_with_faculty: int
    records_closed: int
    records_opened: int
    passed: int
    failed: int
    without_result: int
    detained: int


class RolloverOut(Stamped):
    """A rollover. `to_semester` is null where the batch is completed; `requested_by` where Muster asked for it.

    `numbers` are those of what was executed, empty before.
    """

    batch: ShortBatchOut
    from_semester: int
    to_semester: int | None
    status: str
    requested_by: PersonOut | None
    note: str
    held_back: list[HeldBackOut]
    decided_by: PersonOut | None
    decided_at: Moment | None
    decision_note: str
    reverted_by: PersonOut | None
    reverted_at: Moment | None
    numbers: RolloverFiguresOut


class RolledOverStudentOut(TypedDict):
    """What became of a student: moves, held_back or stays; `record` is how the old semester's record closed."""

    enrollment_id: str
    full_name: str
    move: str
    reason: str
    record: str


class MissingPartOut(TypedDict):
    """Something that is missing: results, faculty, subjects or registers."""

    kind: str
    message: str


class WholeRolloverOut(RolloverOut):
    """A rollover with everyone, and what was missing when it was executed."""

    students: list[RolledOverStudentOut]
    missing: list[MissingPartOut]


class RolloverStudentOut(RolledOverStudentOut):
    """What would become of a student. `proposal` is why the institution's limits would hold them back."""

    proposal: str
    attendance: Amount | None
    open_credits: Amount
    failed: list[str]
    without_result: list[str]


class RolloverSubjectOut(TypedDict):
    """A subject of the next semester: `mapped` already, or to be mapped. `origin` says where `faculty` comes from."""

    _id: str
    code: str
    title: str
    elective: bool
    mapped: bool
    faculty: PersonOut | None
    origin: str


class MissingIdsOut(MissingPartOut):
    """What is missing, and the enrollments, subjects or sessions that it is about."""

    ids: list[str]


class RolloverPreviewOut(TypedDict):
    """What a rollover would come to: everyone, every subject, and what is missing."""

    from_semester: int
    to_semester: int | None
    pending: str | None
    numbers: RolloverFiguresOut
    students: list[RolloverStudentOut]
    subjects: list[RolloverSubjectOut]
    missing: list[MissingIdsOut]


class RunBatchOut(TypedDict):
    """What came of one batch: executed, requested (someone else approves it) or refused, with the reason."""

    batch_id: str
    outcome: str
    message: str
    rollover_id: str | None
    numbers: RolloverFiguresOut
    missing: list[str]


class RolloverRunOut(Stamped):
    """Many rollovers at once: waiting, running or done; `progress` in percent."""

    status: str
    progress: int
    from_semester: int
    batches: int
    finished_at: Moment | None
    outcomes: list[RunBatchOut]


def rollover_json(row: RolloverRequest) -> RolloverOut:
    """A rollover, from `rollovers_in_full`."""
    held = [
        {
            "enrollment_id": key(one.enrollment_id),
            "full_name": one.enrollment.student.full_name,
            "reason": one.reason,
        }
        for one in row.held_back.all()
    ]
    return in_shape(
        RolloverOut, row, batch=short_batch(row.batch), held_back=held, numbers=row.outcome.get("numbers", {})
    )


def _whole(row: RolloverRequest) -> WholeRolloverOut:
    row = rollovers_in_full(RolloverRequest.objects.filter(pk=row.pk)).get()
    students: list[Any] = row.outcome.get("students", [])
    seats = Enrollment.objects.filter(pk__in=[one["enrollment_id"] for one in students])
    names = {str(pk): name for pk, name in seats.values_list("pk", "student__full_name")}
    return {
        **rollover_json(row),
        "students": [
            in_shape(RolledOverStudentOut, None, **one, full_name=names[one["enrollment_id"]]) for one in students
        ],
        "missing": row.outcome.get("missing", []),
    }


def _student_json(one: RolloverStudent) -> RolloverStudentOut:
    return {
        "enrollment_id": key(one.enrollment.pk),
        "full_name": one.enrollment.student.full_name,
        "move": one.move.value,
        "reason": one.reason,
        "record": one.record,
        "proposal": one.proposal,
        "attendance": one.attendance,
        "open_credits": one.open_credits,
        "failed": list(one.failed),
        "without_result": [mapping.subject.title for mapping in one.without_result],
    }


def _subject_json(one: RolloverSubject) -> RolloverSubjectOut:
    return {
        "_id": key(one.subject.pk),
        "code": one.subject.code,
        "title": one.subject.title,
        "elective": one.is_elective,
        "mapped": one.is_mapped,
        "faculty": in_shape(PersonOut, one.instructor) if one.instructor else None,
        "origin": one.origin,
    }


def _preview_json(found: RolloverPreview) -> RolloverPreviewOut:
    return {
        "from_semester": found.from_semester,
        "to_semester": found.to_semester,
        "pending": key(found.pending.pk) if found.pending else None,
        "numbers": found.numbers,  # type: ignore[typeddict-item]
        "students": [_student_json(one) for one in found.students],
        "subjects": [_subject_json(one) for one in found.subjects],
        "missing": [
            {"kind": one.kind, "message": one.message, "ids": [key(pk) for pk in one.ids]} for one in found.missing
        ],
    }


def run_json(run: RolloverRun) -> RolloverRunOut:
    """Many rollovers, with what came of each batch so far."""
    outcomes: list[RunBatchOut] = [
        {
            "batch_id": pk,
            "outcome": one["outcome"],
            "message": one["message"],
            "rollover_id": one.get("rollover"),
            "numbers": one.get("numbers", {}),
            "missing": one.get("missing", []),
        }
        for pk, one in run.outcomes.items()
    ]
    return in_shape(RolloverRunOut, run, batches=len(run.batch_ids), outcomes=outcomes)


def _inputs(held_back: list[HeldBackIn] | None) -> list[HeldBackInput] | None:
    if held_back is None:
        return None
    return [HeldBackInput(as_id(one.enrollment_id), one.reason) for one in held_back]


# --- the routes of a batch --------------------------------------------------------------------------------------------
@batch_router.post("/{batch_id}/rollover", allow=batch_rollovers["raise"], on="batch_id", data=RolloverOut, status=201)
def request_rollover(request: HttpRequest, batch_id: str, body: RolloverIn) -> HttpResponse:
    """Request that the batch moves to its next semester. Whoever may approve it is notified."""
    asked = rules.request_rollover(
        by=request_actor(request),
        batch=request_object(request, Batch),
        held_back=_inputs(body.held_back),
        note=body.note,
    )
    shown = rollover_json(rollovers_in_full(RolloverRequest.objects.filter(pk=asked.pk)).get())
    return answer(shown, "Rollover requested successfully", status=201)


@batch_router.put("/{batch_id}/rollover", allow=batch_rollovers["approve"], on="batch_id", data=BatchOut, fixed=True)
def roll_over(request: HttpRequest, batch_id: str, body: RolloverDecisionIn | None = None) -> HttpResponse:
    """Approve and execute the pending rollover of the batch, or reject it. Answers the batch.

    If none is pending, it's requested and approved at once, unless the institution wants a second person to approve.
    """
    body = body or RolloverDecisionIn.model_validate({})
    if body.decision not in ("approve", "reject"):
        raise Invalid(_("Choose one of these decisions: approve, reject."), field="decision")
    done = rules.roll_over(
        by=request_actor(request),
        batch=request_object(request, Batch),
        approve=body.decision == "approve",
        note=body.note,
        from_semester=body.from_semester,
        held_back=_inputs(body.held_back),
    )
    executed = done.status == RolloverRequest.Status.EXECUTED
    words = "Batch rolled over successfully" if executed else "Rollover rejected successfully"
    return answer(batch_out(request, done.batch), words)


@batch_router.get("/{batch_id}/rollover/preview", allow=batch_rollovers["list"], on="batch_id", data=RolloverPreviewOut)
def preview_rollover(request: HttpRequest, batch_id: str, held_back: str | None = None) -> HttpResponse:
    """What rolling the batch over would come to: everyone, every subject, and what is missing. Changes nothing.

    `held_back` are enrollment ids, separated by commas, and empty for no one. When absent, those of the pending request
    or those whom the institution's limits hold back.
    """
    batch = rules.batch_with_semesters(request_object(request, Batch))
    named: dict[UUID, str] | None = None
    if held_back is not None:
        words = [one.strip() for one in held_back.split(",") if one.strip()]
        named = {any_id(one): "" for one in words}
        seated = set(Enrollment.objects.filter(batch=batch, pk__in=named).holding_seats().values_list("pk", flat=True))
        if seated != named.keys():
            raise Invalid.fields([FieldError("held_back", _("One of these students has no seat in the batch."))])
    return answer(_preview_json(rollover_preview(request_actor(request), batch, named)))


COLUMNS = {"status": "status", "from_semester": "from_semester", "createdAt": "created_at"}


@batch_router.get("/{batch_id}/rollovers", allow=batch_rollovers["list"], on="batch_id", rows=RolloverOut)
def list_rollovers(request: HttpRequest, batch_id: str, paging: Query[Paging]) -> HttpResponse:
    """The rollovers of the batch, newest first: requested, rejected, executed and undone."""
    batch = request_object(request, Batch)
    rows = with_words(rollovers_of(batch), paging.q, "note", "decision_note", "requested_by__full_name")
    return page_of(rows, paging, rollover_json, COLUMNS, within=batch.pk)


@batch_router.get(
    "/{batch_id}/rollovers/{rollover_id}", allow=rollovers["see"], on="rollover_id", data=WholeRolloverOut
)
def see_rollover(request: HttpRequest, batch_id: str, rollover_id: str) -> HttpResponse:
    """A rollover with what became of everyone."""
    return answer(_whole(_of_batch(request, batch_id)))


@batch_router.post(
    "/{batch_id}/rollovers/{rollover_id}/revert", allow=rollovers["revert"], on="rollover_id", data=BatchOut
)
def revert_rollover(request: HttpRequest, batch_id: str, rollover_id: str, body: RevertingIn) -> HttpResponse:
    """Undo a rollover, as long as the new semester has no scores, sessions or changed subjects. Answers the batch."""
    row = rules.revert_rollover(by=request_actor(request), request=_of_batch(request, batch_id), note=body.note)
    return answer(batch_out(request, row.batch), "Rollover undone successfully")


def _of_batch(request: HttpRequest, batch_id: str) -> RolloverRequest:
    """The rollover of the path, if it is of the batch of the path."""
    row = request_object(request, RolloverRequest)
    if row.batch_id != as_id(batch_id):
        raise Missing
    return row


# --- many at once -----------------------------------------------------------------------------------------------------
@router.post("/bulk", allow=rollover_runs["start"], data=RolloverRunOut, status=202)
def roll_over_batches(request: HttpRequest, body: RolloversIn) -> HttpResponse:
    """Roll over up to 500 batches in the background; read the job to follow its progress and what came of each."""
    actor, ids, wrong = request_actor(request), list[UUID](), list[FieldError]()
    reached = batch_rollovers.rows(actor, "approve", Batch.objects.filter(pk__in=map(any_id, body.batch_ids)))
    known = set(reached.values_list("pk", flat=True))
    for place, text in enumerate(body.batch_ids):
        if (pk := any_id(text)) in known:
            ids.append(pk)
        else:
            wrong.append(FieldError(f"batch_ids.{place}", _("No batch has this id.")))
    if wrong:
        raise Invalid.fields(wrong)
    run = rules.start_rollovers(by=actor, batch_ids=ids, from_semester=body.from_semester)
    return answer(run_json(run), "Rollovers started successfully", status=202)


@router.get("/bulk/{rollover_run_id}", allow=rollover_runs["see"], on="rollover_run_id", data=RolloverRunOut)
def see_rollovers(request: HttpRequest, rollover_run_id: str) -> HttpResponse:
    """The progress of a job that rolls over many batches, and what came of each so far."""
    return answer(run_json(request_object(request, RolloverRun)))
