"""Access requests of regulators: asked for, decided, revoked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.attendance.bodies import Instant
from muster.api.kit import (
    Date,
    Day,
    Deleted,
    Door,
    In,
    Moment,
    PageQuery,
    Paging,
    Stamped,
    answer,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.batches.models import Batch
from muster.core.clocks import now_in
from muster.core.errors import Invalid
from muster.core.permissions import any_id
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.oversight import rules
from muster.oversight.models import AccessRequest
from muster.oversight.permissions import access_requests, askable
from muster.oversight.queries import reach_of, requests_in_full, status_of, with_status

request_router = Door()
STATUSES = (*AccessRequest.Status.values, AccessRequest.EXPIRED)


# --- bodies and answers --------------------------------------------------------------------------------------------
class AccessRequestIn(In):
    """What a regulator asks for."""

    institution_id: str = Field(max_length=60, description="The institution the token is for")
    batch_ids: list[str] | None = Field(
        None, max_length=rules.MOST_BATCHES, description="All batches when left out or null"
    )
    first: Day = Field(alias="from", description="Registers from this day")
    last: Day = Field(alias="to", description="Registers up to this day")
    purpose: str = Field(description="Up to 500 characters; the institution reads it")
    with_evidence: bool = Field(False, description="Evidence files too")
    needed_until: Day | None = None


class AccessDecisionIn(In):
    """The decision on a request. What is granted may be less than was asked, never more."""

    decision: str = Field(description="approve, reject, extend or revoke")
    expires_at: Instant | None = Field(None, description="Required to approve and to extend: when access ends")
    note: str = Field("", description="Required to reject, to extend and to revoke; shared with the person who asked")
    batch_ids: list[str] | None = Field(None, max_length=rules.MOST_BATCHES, description="To approve for fewer batches")
    first: Day | None = Field(None, alias="from", description="To approve fewer days")
    last: Day | None = Field(None, alias="to", description="To approve fewer days")
    with_evidence: bool | None = Field(None, description="False to approve without evidence files")


class OversightPersonOut(TypedDict):
    """A person by name."""

    _id: str
    full_name: str


class OversightBatchOut(TypedDict):
    """A batch by its name."""

    _id: str
    code: str
    name: str


class AccessRequestOut(Stamped):
    """A request, and once approved the grant. `status` is pending, approved, rejected, revoked or expired; `batches` is
    null where it is about all."""

    institution_id: str
    reference: str
    asked_by: OversightPersonOut
    batches: list[OversightBatchOut] | None
    # `from` and `to`, as they are asked for.
    first_date: Date
    last_date: Date
    purpose: str
    with_evidence: bool
    needed_until: Date | None
    status: str
    looks: int
    decided_by: OversightPersonOut | None
    decided_at: Moment | None
    note: str
    expires_at: Moment | None
    revoked_by: OversightPersonOut | None
    revoked_at: Moment | None
    revoke_note: str


class AccessRequestInFull(AccessRequestOut):
    """A request with how many registers and students it comes to."""

    registers: int
    students: int


def person_json(person: User | None) -> OversightPersonOut | None:
    """A person by name."""
    return {"_id": key(person.pk), "full_name": person.full_name} if person else None


def batch_json(batch: Batch) -> OversightBatchOut:
    """A batch by its name."""
    return {"_id": key(batch.pk), "code": batch.code, "name": batch.name}


def _request_json(row: Any, actor: Actor) -> AccessRequestOut:
    return {
        **stamp(row),
        "institution_id": key(row.institution_id),
        "reference": row.reference,
        "asked_by": {"_id": key(row.asked_by_id), "full_name": row.asked_by.full_name},
        "batches": None if row.all_batches else [batch_json(batch) for batch in row.named],
        "first_date": row.first_date.isoformat(),
        "last_date": row.last_date.isoformat(),
        "purpose": row.purpose,
        "with_evidence": row.with_evidence,
        "needed_until": row.needed_until.isoformat() if row.needed_until else None,
        "status": status_of(row, now_in(actor.zone)),
        "looks": row.look_count,
        "decided_by": person_json(row.decided_by),
        "decided_at": timestamp(row.decided_at),
        "note": row.decision_note,
        "expires_at": timestamp(row.expires_at),
        "revoked_by": person_json(row.revoked_by),
        "revoked_at": timestamp(row.revoked_at),
        "revoke_note": row.revoke_note,
    }


def _in_full(actor: Actor, row: AccessRequest) -> AccessRequestInFull:
    full = requests_in_full(AccessRequest.objects.filter(pk=row.pk)).get()
    reach = reach_of([full])[full.pk]
    return {**_request_json(full, actor), "registers": reach.registers, "students": reach.students}


# --- routes --------------------------------------------------------------------------------------------------------
class AccessQuery(Paging):
    """Which requests."""

    status: str = Field("", max_length=20, description="pending, approved, rejected, revoked or expired")


@request_router.get("/requests", allow=access_requests["see"], rows=AccessRequestOut)
def list_access_requests(request: HttpRequest, asked: Query[AccessQuery]) -> HttpResponse:
    """Access requests, the latest first: to administrators all of them, to regulators their own."""
    actor = request_actor(request)
    rows = access_requests.rows(actor)
    if asked.status:
        if asked.status not in STATUSES:
            raise Invalid(
                _("Choose one of these statuses: %(known)s.") % {"known": ", ".join(STATUSES)}, field="status"
            )
        rows = with_status(rows, asked.status)
    rows = with_words(rows, asked.q, "purpose", "asked_by__full_name")
    return page_of(requests_in_full(rows), asked, lambda row: _request_json(row, actor), {"expires_at": "expires_at"})


@request_router.post("/requests", allow=access_requests["ask"], data=AccessRequestInFull, status=201)
def ask_for_access(request: HttpRequest, body: AccessRequestIn) -> HttpResponse:
    """Ask to see the registers of some batches, or of all, over some days. The administrators are told."""
    actor = request_actor(request)
    if any_id(body.institution_id) != actor.institution.pk:
        raise Invalid(_("No institution has this id."), field="institution_id", code="unknown")
    row = rules.ask_for_access(
        by=actor,
        batches=_askable_batches(actor, body.batch_ids, askable),
        first_date=body.first,
        last_date=body.last,
        purpose=body.purpose,
        with_evidence=body.with_evidence,
        needed_until=body.needed_until,
    )
    return answer(_in_full(actor, row), "Access requested successfully", status=201)


def _askable_batches(actor: Actor, ids: list[str] | None, among: Any) -> list[Batch] | None:
    if ids is None:
        return None
    return [among.get_named(actor, pk, "batch_ids") for pk in dict.fromkeys(ids)]


ON_REQUEST: dict[str, Any] = {"on": "access_request_id"}


@request_router.get(
    "/requests/{access_request_id}", allow=access_requests["see"], data=AccessRequestInFull, **ON_REQUEST
)
def get_access_request(request: HttpRequest, access_request_id: str) -> HttpResponse:
    """One access request."""
    return answer(_in_full(request_actor(request), request_object(request, AccessRequest)))


@request_router.put(
    "/requests/{access_request_id}", allow=access_requests["decide"], data=AccessRequestInFull, **ON_REQUEST
)
def decide_access(request: HttpRequest, access_request_id: str, body: AccessDecisionIn) -> HttpResponse:
    """Approve a request until a time, all of it or less; reject it; or extend or revoke what was approved."""
    actor, row = request_actor(request), request_object(request, AccessRequest)
    if body.decision in {"approve", "extend"} and body.expires_at is None:
        raise Invalid(_("Say when access ends."), field="expires_at", code="required")
    if body.decision == "approve":
        assert body.expires_at is not None  # noqa: S101
        done = rules.grant_access(
            by=actor,
            request=row,
            expires_at=body.expires_at,
            batches=_batches_of(actor, body.batch_ids),
            first_date=body.first,
            last_date=body.last,
            with_evidence=body.with_evidence,
            note=body.note,
        )
    elif body.decision == "reject":
        done = rules.reject_access(by=actor, request=row, note=body.note)
    elif body.decision == "extend":
        assert body.expires_at is not None  # noqa: S101
        done = rules.extend_access(by=actor, request=row, expires_at=body.expires_at, note=body.note)
    elif body.decision == "revoke":
        done = rules.revoke_access(by=actor, request=row, note=body.note)
    else:
        raise Invalid(_("Choose one of these decisions: approve, reject, extend, revoke."), field="decision")
    return answer(_in_full(actor, done), "Access request decided successfully")


def _batches_of(actor: Actor, ids: list[str] | None) -> list[Batch] | None:
    if ids is None:
        return None
    rows = Batch.objects.existing().filter(institution=actor.institution, pk__in=map(any_id, ids))
    found = {batch.pk: batch for batch in rows}
    if len(found) < len(set(map(any_id, ids))):
        raise Invalid(_("No batch has this id."), field="batch_ids", code="unknown")
    return list(found.values())


@request_router.delete("/requests/{access_request_id}", allow=access_requests["withdraw"], data=Deleted, **ON_REQUEST)
def withdraw_access_request(request: HttpRequest, access_request_id: str) -> HttpResponse:
    """Withdraw a request that no one has decided yet."""
    row = request_object(request, AccessRequest)
    pk = key(row.pk)
    rules.withdraw_access_request(by=request_actor(request), request=row)
    return answer({"_id": pk}, "Access request withdrawn successfully")


@request_router.get("/batches", allow=askable["see"], rows=OversightBatchOut)
def list_askable_batches(request: HttpRequest, paging: Query[PageQuery]) -> HttpResponse:
    """The batches a regulator may ask for, by code: their names, and nothing else of them."""
    rows = askable.rows(request_actor(request)).only("id", "code", "name").order_by("code", "pk")
    return page_of(rows, paging, batch_json)
