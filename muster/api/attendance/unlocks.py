"""Requests to unlock a register."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.attendance.absences import DecisionIn, is_approved
from muster.api.attendance.schemas import DoerOut, doer_of
from muster.api.kit import (
    Date,
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    answer,
    in_shape,
    key,
    must_send,
    page_of,
    request_actor,
    request_object,
)
from muster.attendance import rules
from muster.attendance.models import UnlockRequest
from muster.attendance.permissions import registers, unlocks
from muster.attendance.queries import sessions_in_full
from muster.attendance.queries.unlocks import unlocks_in_full
from muster.core.errors import Invalid
from muster.core.search import with_words

router = Door()


class UnlockRequestQuery(Paging):
    """Which requests."""

    status: str = Field("", max_length=20, description="pending, approved or rejected")


class UnlockRequestIn(In):
    """Which register, and why."""

    model_config = must_send("reason")

    session_id: str = Field(max_length=60)
    reason: str = Field("", description="What needs to be corrected; up to 300 characters")


class UnlockRequestOut(Stamped):
    """Somebody asks to unlock a register. `cohort_id` is null if several batches share it."""

    session_id: str
    cohort_id: str | None
    cohort_name: str
    date: Date
    reason: str
    status: str
    asked_by: DoerOut | None
    decided_by: DoerOut | None
    decided_at: Moment | None
    decision_reason: str


def unlock_json(row: UnlockRequest) -> UnlockRequestOut:
    """A request, from `unlocks_in_full`."""
    meeting = row.session.meeting
    return in_shape(
        UnlockRequestOut,
        row,
        cohort_id=key(None if meeting.is_shared else meeting.pk),
        cohort_name=meeting.name,
        date=row.session.date.isoformat(),
        asked_by=doer_of(row.asked_by),
        decided_by=doer_of(row.decided_by),
    )


def _whole(request: UnlockRequest) -> UnlockRequestOut:
    return unlock_json(unlocks_in_full(UnlockRequest.objects.filter(pk=request.pk)).get())


@router.get("/unlock-requests", allow=unlocks["see"], rows=UnlockRequestOut)
def list_unlock_requests(request: HttpRequest, asked: Query[UnlockRequestQuery]) -> HttpResponse:
    """Requests to unlock registers, oldest first: to administrators all of them, to everyone else their own."""
    rows = unlocks.rows(request_actor(request))
    if asked.status:
        if asked.status not in UnlockRequest.Status.values:
            raise Invalid(_("Choose one of these statuses: pending, approved, rejected."), field="status")
        rows = rows.filter(status=asked.status)
    rows = with_words(rows, asked.q, "session__meeting__name", "reason")
    return page_of(unlocks_in_full(rows).order_by("created_at", "pk"), asked, unlock_json)


@router.post("/unlock-requests", allow=registers["lock"], data=UnlockRequestOut, status=201)
def ask_to_unlock(request: HttpRequest, body: UnlockRequestIn) -> HttpResponse:
    """Ask the administrators to unlock a register. They are notified."""
    actor = request_actor(request)
    session = registers.get_named(actor, body.session_id, "session_id", "lock", among=sessions_in_full)
    asked = rules.ask_to_unlock(by=actor, session=session, reason=body.reason)
    return answer(_whole(asked), "Unlock requested successfully", status=201)


@router.get("/unlock-requests/{unlock_request_id}", allow=unlocks["see"], on="unlock_request_id", data=UnlockRequestOut)
def see_unlock_request(request: HttpRequest, unlock_request_id: str) -> HttpResponse:
    """One request to unlock a register."""
    return answer(_whole(request_object(request, UnlockRequest)))


@router.put(
    "/unlock-requests/{unlock_request_id}", allow=unlocks["decide"], on="unlock_request_id", data=UnlockRequestOut
)
def decide_unlock(request: HttpRequest, unlock_request_id: str, body: DecisionIn) -> HttpResponse:
    """Approve a request, which unlocks the register, or reject it. Whoever asked is notified, with the reason."""
    approve = is_approved(body)
    decided = rules.decide_unlock(
        by=request_actor(request), request=request_object(request, UnlockRequest), approve=approve, reason=body.reason
    )
    return answer(_whole(decided), f"Unlock request {'approved' if approve else 'rejected'} successfully")
