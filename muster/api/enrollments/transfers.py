"""Transfers to another batch, and what students ask for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from pydantic import StrictBool
from typing_extensions import TypedDict

from muster.api.kit import (
    Door,
    In,
    Moment,
    Paging,
    PersonOut,
    Stamped,
    answer,
    filter_by_ids,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
    warning,
)
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import FieldError, Invalid
from muster.core.permissions import as_id
from muster.core.search import with_words
from muster.courses.permissions import courses
from muster.enrollments import rules
from muster.enrollments.models import Enrollment, TransferRequest
from muster.enrollments.permissions import enrollments, transfers
from muster.enrollments.queries import transfers_in_full
from muster.institutions.access import Actor

batch_router, router = Door(), Door()
MOST_AT_ONCE = 500


class TransferOutcomeOut(TypedDict):
    """What came of one student: `outcome` is transferred, waitlisted, refused or returned. `enrollment` is the
    enrollment the student has now, or null; `code` and `message` say why someone was refused."""

    enrollment_id: str
    student: PersonOut
    outcome: str
    code: str
    message: str
    enrollment: str | None


class TransfersIn(In):
    """Who moves to which batch."""

    enrollment_ids: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE, description="Enrollments in this batch")
    to_batch: str = Field(max_length=60)
    reason: str = Field("", max_length=300, description="Kept in the history, and told to the students")
    to_course: str | None = Field(
        None, max_length=60, description="The new batch's course, where it is another one; for administrators"
    )
    join_waitlist: StrictBool = Field(False, description="Put students on the waitlist when no seat is left")
    partial: StrictBool = Field(False, description="Move those who can be moved; otherwise all or none")


class ReturnIn(In):
    """Whose transfer is undone."""

    enrollment_ids: list[str] = Field(
        min_length=1, max_length=MOST_AT_ONCE, description="The enrollments in this batch that were left"
    )


class TransferRequestOut(Stamped):
    """A student's request to move to another batch. `to_batch` is null where any batch of the course will do."""

    enrollment: str
    student: PersonOut
    batch: str
    batch_code: str
    to_batch: str | None
    to_batch_code: str | None
    reason: str
    status: str
    decided_at: Moment | None
    decision_note: str


class TransferRequestIn(In):
    """What a student asks for."""

    enrollment_id: str = Field(max_length=60)
    to_batch: str | None = Field(None, max_length=60, description="Leave it out for any batch of the course")
    reason: str = Field(max_length=300)


class TransferDecisionIn(In):
    """What becomes of a request."""

    decision: str = Field(max_length=20, description="approve or reject")
    note: str = Field("", max_length=300, description="For the student; required to reject")
    to_batch: str | None = Field(
        None,
        max_length=60,
        description="Where they move; the batch they asked for if left out. Required to approve if they named none",
    )
    join_waitlist: StrictBool = Field(False, description="Put them on the waitlist when no seat is left")


class TransferRequestQuery(Schema):
    """The filters of the list of requests."""

    batch: str = Field("", max_length=60, description="The id of the batch that is to be left")
    status: str = Field("", max_length=20, description="pending, approved, rejected or withdrawn")


def outcome_json(one: rules.TransferOutcome) -> TransferOutcomeOut:
    """What came of one student."""
    fact: Any = one.as_fact
    return fact  # type: ignore[no-any-return]


def _find_enrollments(actor: Actor, batch: Batch, ids: list[str]) -> list[Enrollment]:
    """The enrollments of the batch that a body names. Raises Invalid naming each that is none."""
    keys = [as_id(text) for text in ids]
    known = [pk for pk in keys if pk]
    rows = enrollments.rows(actor, "change", among=Enrollment.objects.filter(batch=batch, pk__in=known))
    found = {row.pk: row for row in rows}
    words = _("No enrollment in this batch has this id.")
    if wrong := [number for number, pk in enumerate(keys) if pk not in found]:
        raise Invalid.fields([FieldError(f"enrollment_ids.{number}", words) for number in wrong])
    return [found[pk] for pk in keys if pk]


def _target(actor: Actor, pk: str) -> Batch:
    return batches.get_named(actor, pk, "to_batch", action="change")


@batch_router.post(
    "/{batch_id}/transfers",
    allow=batches["change"],
    on="batch_id",
    data=list[TransferOutcomeOut],
    status=201,
)
def transfer_students(request: HttpRequest, batch_id: str, body: TransfersIn) -> HttpResponse:
    """Move students of a batch to another batch of its course: all or none, or with `partial` those who can be.

    Payments, payer, type and source move along; attendance stays with the batch where it was taken. A refusal carries
    the outcome of each student who can't be moved in `data.students`. Clashes with other batches of a student, seats
    kept back and a batch past its last day for enrolling stand in `warnings`.
    """
    actor, batch = request_actor(request), request_object(request, Batch)
    found = rules.transfer_students(
        by=actor,
        enrollments=_find_enrollments(actor, batch, body.enrollment_ids),
        to=_target(actor, body.to_batch),
        reason=body.reason,
        course=courses.get_named(actor, body.to_course, "to_course") if body.to_course else None,
        join_waitlist=body.join_waitlist,
        partial=body.partial,
    )
    told = [warning(one.field, one.message, one.kind) for one in found.warnings]
    beside: dict[str, Any] = {"warnings": told} if told else {}
    moved, number = len(found.that(rules.TRANSFERRED)), len(found.outcomes)
    said = f"{moved} of {number} students transferred successfully"
    return answer([outcome_json(one) for one in found.outcomes], said, status=201, **beside)


@batch_router.post("/{batch_id}/transfers/undo", allow=batches["change"], on="batch_id", data=list[TransferOutcomeOut])
def return_students(request: HttpRequest, batch_id: str, body: ReturnIn) -> HttpResponse:
    """Take transfers out of this batch back while the seats are still free: all of them or none."""
    actor, batch = request_actor(request), request_object(request, Batch)
    found = rules.return_students(by=actor, enrollments=_find_enrollments(actor, batch, body.enrollment_ids))
    return answer([outcome_json(one) for one in found], "Transfer undone successfully")


# --- what students ask for ------------------------------------------------------------------------------------------
def request_json(row: TransferRequest) -> TransferRequestOut:
    """A request as students and those see it who decide it."""
    student = row.enrollment.student
    return {
        **stamp(row),
        "enrollment": str(row.enrollment_id),
        "student": {"_id": str(student.pk), "full_name": student.full_name, "email": student.email},
        "batch": str(row.batch_id),
        "batch_code": row.batch.code,
        "to_batch": key(row.wanted_id),
        "to_batch_code": row.wanted.code if row.wanted else None,
        "reason": row.reason,
        "status": row.status,
        "decided_at": timestamp(row.decided_at),
        "decision_note": row.decision_note,
    }


def _as_it_stands(row: TransferRequest) -> TransferRequestOut:
    return request_json(transfers_in_full(TransferRequest.objects.all()).get(pk=row.pk))


@router.get("", allow=transfers["see"], rows=TransferRequestOut)
def list_transfer_requests(
    request: HttpRequest, paging: Query[Paging], narrowing: Query[TransferRequestQuery]
) -> HttpResponse:
    """The caller's own requests, or those of the batches the caller manages; the oldest first."""
    rows = transfers.rows(request_actor(request), among=transfers_in_full(TransferRequest.objects.all()))
    rows = filter_by_ids(rows, narrowing, {"batch": "batch_id"})
    if narrowing.status:
        if narrowing.status not in TransferRequest.Status.values:
            known = ", ".join(TransferRequest.Status.values)
            raise Invalid(_("Choose one of these statuses: %(known)s.") % {"known": known}, field="status")
        rows = rows.filter(status=narrowing.status)
    rows = with_words(rows, paging.q, "enrollment__student__full_name", "batch__code")
    return page_of(rows.order_by("created_at", "pk"), paging, request_json)


@router.post("", allow=transfers["ask"], data=TransferRequestOut, status=201)
def ask_for_transfer(request: HttpRequest, body: TransferRequestIn) -> HttpResponse:
    """Ask to be moved to another batch of the course. Students ask for themselves."""
    actor = request_actor(request)
    own = Enrollment.objects.filter(student=actor.user)
    row = rules.ask_for_transfer(
        by=actor,
        enrollment=enrollments.get_named(actor, body.enrollment_id, "enrollment_id", among=own),
        wanted=batches.get_named(actor, body.to_batch, "to_batch") if body.to_batch else None,
        reason=body.reason,
    )
    return answer(_as_it_stands(row), "Transfer requested successfully", status=201)


@router.get("/{transfer_request_id}", allow=transfers["see"], on="transfer_request_id", data=TransferRequestOut)
def see_transfer_request(request: HttpRequest, transfer_request_id: str) -> HttpResponse:
    """One request."""
    return answer(_as_it_stands(request_object(request, TransferRequest)))


@router.put("/{transfer_request_id}", allow=transfers["decide"], on="transfer_request_id", data=TransferRequestOut)
def decide_transfer(request: HttpRequest, transfer_request_id: str, body: TransferDecisionIn) -> HttpResponse:
    """Approve a request, which moves the student, or reject it with a note."""
    actor, asked = request_actor(request), request_object(request, TransferRequest)
    beside: dict[str, Any] = {}
    if body.decision == "approve":
        to = body.to_batch or key(asked.wanted_id)
        if not to:
            raise Invalid(_("Choose the batch that the student moves to."), field="to_batch")
        target = _target(actor, to)
        found = rules.approve_transfer(
            by=actor, request=asked, to=target, note=body.note, join_waitlist=body.join_waitlist
        )
        told = [warning(one.field, one.message, one.kind) for one in found.warnings]
        beside = {"warnings": told} if told else {}
    elif body.decision == "reject":
        rules.reject_transfer(by=actor, request=asked, note=body.note)
    else:
        raise Invalid(_("Choose one of these decisions: approve, reject."), field="decision")
    decided = _as_it_stands(asked)
    return answer(decided, f"Request {decided['status']} successfully", **beside)


@router.post(
    "/{transfer_request_id}/withdraw",
    allow=transfers["withdraw"],
    on="transfer_request_id",
    data=TransferRequestOut,
)
def withdraw_transfer(request: HttpRequest, transfer_request_id: str) -> HttpResponse:
    """Withdraw a request that is still waiting."""
    asked = request_object(request, TransferRequest)
    rules.withdraw_transfer(by=request_actor(request), request=asked)
    return answer(_as_it_stands(asked), "Request withdrawn successfully")
