"""The sessions of a batch: listed, and made for days that its week does not reach by itself."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from pydantic import StrictBool
from typing_extensions import TypedDict

from muster.api.attendance.schemas import SessionOut, session_json
from muster.api.kit import Day, Door, In, Paging, answer, page_of, request_actor, request_object
from muster.attendance.queries import sessions_in_full
from muster.batches.models import Batch
from muster.batches.permissions import batches, sessions
from muster.batches.rules import make_sessions
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.timetable.models import ClassSession

router = Door()
COLUMNS = {"date": "date", "start_time": "start_time", "session_type": "session_type", "status": "status"}


class SessionDaysQuery(Paging):
    """Which sessions of a batch."""

    first: Day | None = Field(None, alias="from", description="The first day")
    last: Day | None = Field(None, alias="to", description="The last day")
    status: str = Field("", description="scheduled, held or cancelled")


class MakingIn(In):
    """Between which days sessions are made; all of the batch's when absent."""

    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")
    dry_run: StrictBool = False


class MadeOut(TypedDict):
    """How many sessions were, or with `dry_run` would be, added, brought in step with the week, and removed."""

    added: int
    changed: int
    removed: int
    dry_run: bool


@router.get("/{batch_id}/sessions", allow=sessions["see"], rows=SessionOut)
def list_sessions(request: HttpRequest, batch_id: str, days: Query[SessionDaysQuery]) -> HttpResponse:
    """The sessions of a batch in order, including shared ones."""
    actor = request_actor(request)
    batch = batches.get(actor, batch_id)
    if days.status and days.status not in ClassSession.Status.values:
        raise Invalid(_("This status doesn't exist."), field="status")
    rows = sessions.rows(actor, among=batch.sessions)
    asked = {"date__gte": days.first, "date__lte": days.last, "status": days.status}
    rows = rows.filter(**{lookup: value for lookup, value in asked.items() if value})
    rows = with_words(rows, days.q, "title", "notes")
    return page_of(sessions_in_full(actor, rows), days, session_json, COLUMNS, within=batch.pk)


@router.post("/{batch_id}/sessions/generate", allow=batches["change"], on="batch_id", data=MadeOut)
def generate_sessions(request: HttpRequest, batch_id: str, body: MakingIn) -> HttpResponse:
    """Create a batch's sessions from its weekly schedule for the given days, even in the past. Safe to repeat.

    Sessions that were held, edited or locked, or are in the past, aren't changed.
    """
    batch, days = request_object(request, Batch), {"first": body.first, "last": body.last}
    made = make_sessions(by=request_actor(request), batch=batch, **days, dry_run=body.dry_run)
    data: MadeOut = {**asdict(made), "dry_run": body.dry_run}  # type: ignore[typeddict-item]
    return answer(data, "Sessions generated successfully")
