"""The waitlist of a batch: who stands in line, joining, leaving, and answering an offer."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.enrollments.shapes import EnrollmentOut, enrollment_json
from muster.api.kit import (
    Door,
    In,
    Moment,
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
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.enrollments import rules
from muster.enrollments.models import WaitlistEntry
from muster.enrollments.permissions import waitlist
from muster.enrollments.waitlists import PLACE, waitlist_of, why_it_stands_still
from muster.institutions.models import STUDENT_ROLES
from muster.institutions.permissions import users

batch_router, router = Door(), Door()


class WaitlistPlaceOut(Stamped):
    """A place on a waitlist. `position` is 1 for the next in line, null for one with an offer or that is over."""

    student: str
    batch: str
    position: int | None
    status: str
    priority: int
    joined_at: Moment
    offered_at: Moment | None
    offer_expires_at: Moment | None
    answered_at: Moment | None
    reason: str
    enrollment: str | None


class WaitlistRowOut(WaitlistPlaceOut):
    """A place as the list of a batch shows it."""

    student_name: str
    student_number: str | None


class JoinIn(In):
    """Who joins the line."""

    student_id: str | None = Field(None, description="The caller when absent; required of staff")
    priority: int = Field(0, description="0 to 9, 9 first; only from those who manage the batch")


class PriorityIn(In):
    """How early somebody's turn comes."""

    priority: int = Field(description="0 to 9, 9 first; within one priority, who joined first")


class DeclineIn(In):
    """Why an offer is declined."""

    reason: str = Field("", max_length=300)


def _places(_actor: Any) -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.select_related("batch__institution", "student")


def place_json(place: WaitlistEntry) -> WaitlistPlaceOut:
    """A place on a waitlist, of `with_positions`."""
    return {
        **stamp(place),
        "student": key(place.student_id),
        "batch": key(place.batch_id),
        "position": place.position,  # type: ignore[attr-defined]
        "status": place.status,
        "priority": place.priority,
        "joined_at": timestamp(place.joined_at),
        "offered_at": timestamp(place.offered_at),
        "offer_expires_at": timestamp(place.offer_expires_at),
        "answered_at": timestamp(place.answered_at),
        "reason": place.reason,
        "enrollment": key(place.enrollment_id),
    }


def place_with_position(place: WaitlistEntry) -> WaitlistPlaceOut:
    """The place as it now stands, with its position."""
    return place_json(next(PLACE(pk=place.pk)))


def _place_row(place: Any) -> WaitlistRowOut:
    return {
        **place_json(place),
        "student_name": place.student.full_name,
        "student_number": place.student_number,
    }


@batch_router.get("/{batch_id}/waitlist", allow=waitlist["see"], rows=WaitlistRowOut)
def list_waitlist(request: HttpRequest, batch_id: str, paging: Query[Paging]) -> HttpResponse:
    """The waitlist of a batch: offers first, then the line in its order. Students see their own place.

    `message` says why nobody gets a seat although some are free.
    """
    actor = request_actor(request)
    batch = batches.get(actor, batch_id, among=_batches_in_full)
    rows = waitlist.rows(actor, among=waitlist_of(batch))
    rows = with_words(rows, paging.q, "student__full_name", "student_number")
    return page_of(rows, paging, _place_row, message=why_it_stands_still(batch, batch.today()))


def _batches_in_full(_actor: Any) -> QuerySet[Batch]:
    return Batch.objects.select_related("institution", "branch")


def _batch_to_join(actor: Any, batch_id: str) -> Batch:
    return batches.get(actor, batch_id, "change" if actor.manages else "see")


@batch_router.post(
    "/{batch_id}/waitlist",
    allow=waitlist["join"],
    on="batch_id",
    find=_batch_to_join,
    data=WaitlistPlaceOut,
    status=201,
)
def join_waitlist(request: HttpRequest, batch_id: str, body: JoinIn) -> HttpResponse:
    """Join the waitlist of a full batch, or put a student on it. Students can only join themselves."""
    actor, batch = request_actor(request), request_object(request, Batch)
    student = actor.user
    if body.student_id and (student is None or body.student_id.lower() != str(student.pk)):
        student = users.get_named(actor, body.student_id, "student_id")
    elif not actor.is_any(*STUDENT_ROLES):
        raise Invalid(_("Choose a student."), field="student_id")
    assert student is not None  # noqa: S101
    place = rules.join_waitlist(by=actor, student=student, batch=batch, priority=body.priority)
    return answer(place_with_position(place), "Student added to the waitlist", status=201)


@router.put("/{place_id}", allow=waitlist["change"], on="place_id", among=_places, data=WaitlistPlaceOut)
def prioritize_place(request: HttpRequest, place_id: str, body: PriorityIn) -> HttpResponse:
    """Move somebody forward or back on a waitlist."""
    place = request_object(request, WaitlistEntry)
    rules.prioritize(by=request_actor(request), place=place, priority=body.priority)
    return answer(place_with_position(place), "Priority changed successfully")


@router.delete("/{place_id}", allow=waitlist["answer"], on="place_id", among=_places, data=WaitlistPlaceOut)
def leave_waitlist(
    request: HttpRequest, place_id: str, reason: Annotated[str, Query(max_length=300)] = ""
) -> HttpResponse:
    """Leave a waitlist, or remove somebody from it. A seat that was offered goes to the next person."""
    place = request_object(request, WaitlistEntry)
    rules.leave_waitlist(by=request_actor(request), place=place, reason=reason)
    return answer(place_with_position(place), "Removed from the waitlist")


@router.post("/{place_id}/accept", allow=waitlist["answer"], on="place_id", among=_places, data=EnrollmentOut)
def accept_offer(request: HttpRequest, place_id: str) -> HttpResponse:
    """Accept the seat that is offered. A seat in another batch of the course ends with it."""
    place = request_object(request, WaitlistEntry)
    enrollment = rules.accept_offer(by=request_actor(request), place=place)
    return answer(enrollment_json(enrollment), "Seat taken successfully")


@router.post("/{place_id}/decline", allow=waitlist["answer"], on="place_id", among=_places, data=WaitlistPlaceOut)
def decline_offer(request: HttpRequest, place_id: str, body: DeclineIn) -> HttpResponse:
    """Decline the seat that is offered, which goes to the next person."""
    place = request_object(request, WaitlistEntry)
    rules.decline_offer(by=request_actor(request), place=place, reason=body.reason)
    return answer(place_with_position(place), "Offer declined")
