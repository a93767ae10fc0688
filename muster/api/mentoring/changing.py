"""From one mentor to the next: what students ask for, how it is decided, and what the former mentor hands over."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.allocation.queries import instructor_named
from muster.api.kit import Door, In, Moment, Paging, Stamped, answer, in_shape, page_of, request_actor, request_object
from muster.api.mentoring.sessions import MentoringPersonOut, name_person
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.mentoring import rules
from muster.mentoring.models import Handover, MentorRequest
from muster.mentoring.permissions import handovers, mentor_requests, mentored

request_router = Door()
handover_router = Door()


class MentorRequestIn(In):
    """Why a student would like another mentor."""

    student_id: str = Field(description="Oneself")
    reason: str = Field(description="For administrators alone")


class MentorDecisionIn(In):
    """What becomes of a request."""

    decision: str = Field(description="approve or reject")
    instructor_id: str = Field("", description="The next mentor, required to approve")
    note: str = Field("", description="To the student, required to reject")


class MentorRequestOut(Stamped):
    """A request for another mentor, as its student and administrators see it."""

    student: MentoringPersonOut
    mentor: MentoringPersonOut
    reason: str
    status: str
    decided_at: Moment | None
    decision_note: str


class HandoverIn(In):
    """What the next mentor should know."""

    note: str | None = None
    notes_released: bool | None = Field(None, description="Whether they may read the private notes")


class HandoverOut(Stamped):
    """From a student's former mentor to the one who follows."""

    student: MentoringPersonOut
    former: MentoringPersonOut
    following: MentoringPersonOut
    note: str
    notes_released: bool
    written_at: Moment | None


REQUESTS = MentorRequest.objects.select_related("assignment__student", "assignment__instructor")
HANDOVERS = Handover.objects.select_related("former__student", "former__instructor", "following__instructor")


def _request_json(row: MentorRequest) -> MentorRequestOut:
    pair = row.assignment
    return in_shape(MentorRequestOut, row, student=name_person(pair.student), mentor=name_person(pair.instructor))


def _handover_json(row: Handover) -> HandoverOut:
    return in_shape(
        HandoverOut,
        row,
        student=name_person(row.former.student),
        former=name_person(row.former.instructor),
        following=name_person(row.following.instructor),
    )


@request_router.get("", allow=mentor_requests["see"], rows=MentorRequestOut)
def list_mentor_requests(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """Requests for another mentor, the oldest first: all to administrators, to students their own."""
    rows = mentor_requests.rows(request_actor(request), among=REQUESTS.all())
    rows = with_words(rows, paging.q, "assignment__student__full_name")
    return page_of(rows.order_by("created_at", "pk"), paging, _request_json)


@request_router.post("", allow=mentored["ask"], data=MentorRequestOut, status=201)
def ask_for_mentor(request: HttpRequest, body: MentorRequestIn) -> HttpResponse:
    """Request another mentor. The present one is not notified."""
    actor = request_actor(request)
    student = mentored.get_named(actor, body.student_id, "student_id", "ask")
    row = rules.ask_for_another_mentor(by=actor, student=student, reason=body.reason)
    return answer(_request_json(row), _("Request sent."), status=201)


@request_router.put(
    "/{mentor_request_id}", allow=mentor_requests["decide"], on="mentor_request_id", data=MentorRequestOut
)
def decide_mentor_request(request: HttpRequest, mentor_request_id: str, body: MentorDecisionIn) -> HttpResponse:
    """Give the student another mentor, or reject the request with a note."""
    actor, row = request_actor(request), request_object(request, MentorRequest)
    if body.decision == "approve":
        instructor = instructor_named(actor, body.instructor_id, "instructor_id")
        row = rules.approve_mentor_request(by=actor, request=row, instructor=instructor)
    elif body.decision == "reject":
        row = rules.reject_mentor_request(by=actor, request=row, note=body.note)
    else:
        raise Invalid(_("Choose one of these decisions: approve, reject."), field="decision")
    return answer(_request_json(row), _("Saved."))


@request_router.post(
    "/{mentor_request_id}/withdraw",
    allow=mentor_requests["withdraw"],
    on="mentor_request_id",
    data=MentorRequestOut,
)
def withdraw_mentor_request(request: HttpRequest, mentor_request_id: str) -> HttpResponse:
    """Take one's request back."""
    row = request_object(request, MentorRequest)
    return answer(_request_json(rules.withdraw_mentor_request(by=request_actor(request), request=row)), _("Withdrawn."))


@handover_router.get("", allow=handovers["see"], rows=HandoverOut)
def list_handovers(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """Handovers from one mentor to the next, the newest first: one's own, and those of one's students."""
    rows = handovers.rows(request_actor(request), among=HANDOVERS.all())
    rows = with_words(rows, paging.q, "former__student__full_name")
    return page_of(rows.order_by("-created_at", "-pk"), paging, _handover_json)


@handover_router.put("/{handover_id}", allow=handovers["write"], on="handover_id", data=HandoverOut)
def hand_over(request: HttpRequest, handover_id: str, body: HandoverIn) -> HttpResponse:
    """Say what the next mentor should know, and whether they may read one's private notes."""
    row = request_object(request, Handover)
    said = {name: value for name, value in body.sent().items() if value is not None}
    row = rules.hand_over(
        by=request_actor(request),
        handover=row,
        note=said.get("note", row.note),
        notes_released=said.get("notes_released", row.notes_released),
    )
    return answer(_handover_json(row), _("Saved."))
