"""Cover: what an instructor who is away leaves open, asking for somebody, and settling it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Field, Query, Schema
from pydantic import StrictBool
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.allocation import rules
from muster.allocation.models import CoverRequest
from muster.allocation.permissions import covers
from muster.allocation.queries import cover_requests
from muster.allocation.scoring import ToCover, cover_of, cover_of_request
from muster.api.allocation.suggestions import Most, SuggestionsOut, instructor_out, suggestions_answer
from muster.api.kit import (
    Date,
    Day,
    Door,
    In,
    Moment,
    PersonOut,
    Stamped,
    WholeOrPaged,
    answer,
    in_shape,
    key,
    page_of,
    request_actor,
    request_object,
)
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.institutions.queries import person_named
from muster.people.permissions import instructors

of_instructors = Door()
requests = Door()
MOST_NAMED = 10


class CoverDaysQuery(Schema):
    """From which day to which."""

    first_date: Day
    last_date: Day


class AskingIn(In):
    """Cover for the sessions of a batch on some days."""

    batch_id: str
    first_date: Day
    last_date: Day
    note: str = Field("", description="For the managers and the colleague")
    asked_id: str | None = Field(None, description="A colleague to ask")


class FillingIn(In):
    """Who covers."""

    instructor_id: str
    override_reason: str = Field("", description="Why they're assigned despite warnings; kept")


class DecliningIn(In):
    """Why the request is declined."""

    reason: str = ""


class AnsweringIn(In):
    """Whether one can."""

    can: StrictBool


class ShortBatchOut(TypedDict):
    """A batch, named."""

    _id: str
    batch_name: str
    batch_code: str


class CoverOut(Stamped):
    """A cover request. `can` is the answer of the colleague who was asked, or null before they answer."""

    batch: ShortBatchOut
    instructor: PersonOut
    first_date: Date
    last_date: Date
    note: str
    asked: PersonOut | None
    can: bool | None
    status: str
    substitute: PersonOut | None
    closed_at: Moment | None
    close_reason: str


class MeetingOut(TypedDict):
    """A dated session."""

    starts_at: Moment
    ends_at: Moment
    room: str


class ColleagueOut(TypedDict):
    """An instructor who is free at all of these times, with the reasons."""

    instructor: PersonOut
    reasons: list[str]


class ToCoverOut(TypedDict):
    """A batch whose sessions need cover; `request_id` is the open request for some of the days, or null."""

    batch: ShortBatchOut
    meetings: list[MeetingOut]
    colleagues: list[ColleagueOut]
    request_id: str | None


# --- what is left open, and asking ------------------------------------------------------------------------------------
@of_instructors.get("/{instructor_id}/cover", allow=instructors["change"], on="instructor_id", data=list[ToCoverOut])
def see_cover(request: HttpRequest, instructor_id: str, days: Query[CoverDaysQuery]) -> HttpResponse:
    """The sessions an instructor leads on these days, by batch, with free colleagues, best match first."""
    if wrong := rules.problems_of_cover_days(request_actor(request), days.first_date, days.last_date):
        raise Invalid.fields(wrong)
    rows = cover_of(request_actor(request), request_object(request, User), days.first_date, days.last_date)
    number = sum(len(one.meetings) for one in rows)
    sentence = ngettext("%(count)d session needs cover.", "%(count)d sessions need cover.", number) % {"count": number}
    return answer([_to_cover(one) for one in rows], sentence)


@of_instructors.post(
    "/{instructor_id}/cover", allow=instructors["change"], on="instructor_id", data=CoverOut, status=201
)
def ask_for_cover(request: HttpRequest, instructor_id: str, body: AskingIn) -> HttpResponse:
    """Request cover from the batch's managers and, optionally, ask a colleague. This doesn't assign anyone."""
    actor = request_actor(request)
    made = rules.ask_for_cover(
        by=actor,
        batch=batches.get_named(actor, body.batch_id, "batch_id"),
        instructor=request_object(request, User),
        first_date=body.first_date,
        last_date=body.last_date,
        note=body.note,
        asked=person_named(actor, body.asked_id, "asked_id") if body.asked_id else None,
    )
    return answer(_cover(made), "Cover asked successfully", status=201)


# --- the requests -----------------------------------------------------------------------------------------------------
class CoverRequestQuery(WholeOrPaged):
    """Which requests."""

    status: str | None = Field(None, description="open, filled, declined or withdrawn")


@requests.get("", allow=covers["see"], rows=CoverOut)
def list_cover_requests(request: HttpRequest, which: Query[CoverRequestQuery]) -> HttpResponse:
    """Cover requests: those of the batches you manage; for instructors, their own and those they are asked to cover."""
    rows = cover_requests(request_actor(request))
    if which.status is not None:
        if which.status not in CoverRequest.Status.values:
            known = ", ".join(CoverRequest.Status.values)
            raise Invalid(_("Choose one of these statuses: %(known)s.") % {"known": known}, field="status")
        rows = rows.filter(status=which.status)
    rows = with_words(rows, which.q, "batch__code")
    columns = {"first_date": "first_date", "last_date": "last_date"}
    return page_of(rows, which, _cover, columns)


@requests.get("/{cover_id}", allow=covers["see"], on="cover_id", data=CoverOut)
def see_cover_request(request: HttpRequest, cover_id: str) -> HttpResponse:
    """One request."""
    return answer(_cover(request_object(request, CoverRequest)))


@requests.get("/{cover_id}/substitutes", allow=covers["settle"], on="cover_id", data=SuggestionsOut)
def list_substitutes(request: HttpRequest, cover_id: str, most: Query[Most]) -> HttpResponse:
    """Instructors who could cover, best match first; none if no session is left."""
    found = cover_of_request(request_actor(request), request_object(request, CoverRequest))
    return suggestions_answer(found.suggestions if found else None, most.limit)


@requests.post("/{cover_id}/fill", allow=covers["settle"], on="cover_id", data=CoverOut)
def fill_cover(request: HttpRequest, cover_id: str, body: FillingIn) -> HttpResponse:
    """Assign a substitute for these days. Warnings are refused once, as for any assignment."""
    actor = request_actor(request)
    filled = rules.fill_cover(
        by=actor,
        request=request_object(request, CoverRequest),
        substitute=person_named(actor, body.instructor_id, "instructor_id"),
        override_reason=body.override_reason,
    )
    return answer(_cover(filled), "Substitute assigned successfully")


@requests.post("/{cover_id}/decline", allow=covers["settle"], on="cover_id", data=CoverOut)
def decline_cover(request: HttpRequest, cover_id: str, body: DecliningIn) -> HttpResponse:
    """Decline a cover request."""
    declined = rules.decline_cover(
        by=request_actor(request), request=request_object(request, CoverRequest), reason=body.reason
    )
    return answer(_cover(declined), "Cover declined successfully")


@requests.post("/{cover_id}/withdraw", allow=covers["withdraw"], on="cover_id", data=CoverOut)
def withdraw_cover(request: HttpRequest, cover_id: str) -> HttpResponse:
    """Withdraw a cover request."""
    withdrawn = rules.withdraw_cover(by=request_actor(request), request=request_object(request, CoverRequest))
    return answer(_cover(withdrawn), "Cover withdrawn successfully")


@requests.post("/{cover_id}/answer", allow=covers["answer"], on="cover_id", data=CoverOut)
def answer_cover(request: HttpRequest, cover_id: str, body: AnsweringIn) -> HttpResponse:
    """Answer a cover request you were asked to cover."""
    said = rules.answer_cover(by=request_actor(request), request=request_object(request, CoverRequest), can=body.can)
    return answer(_cover(said), "Answer recorded successfully")


def _to_cover(one: ToCover) -> Any:
    colleagues = [
        {"instructor": instructor_out(each.who), "reasons": [part.sentence for part in each.parts if part.is_open]}
        for each in one.suggestions.ranked[:MOST_NAMED]
    ]
    request_id = one.request and one.request.pk
    return in_shape(ToCoverOut, one, batch=short_batch(one.batch), colleagues=colleagues, request_id=request_id)


def _cover(one: CoverRequest) -> Any:
    return in_shape(CoverOut, one, batch=short_batch(one.batch))


def short_batch(batch: Batch) -> ShortBatchOut:
    """A batch by its code and name."""
    return {"_id": key(batch.pk), "batch_name": batch.name, "batch_code": batch.code}
