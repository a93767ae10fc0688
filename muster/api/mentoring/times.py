"""Another time for a session, as its student asks and its mentor decides; and calls that were held unscheduled."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

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
from muster.api.mentoring.sessions import (
    LocalMoment,
    MentoringPersonOut,
    MentoringSessionOut,
    name_person,
    session_json,
)
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.mentoring import rules
from muster.mentoring.models import MentoringTimeRequest
from muster.mentoring.permissions import mentored, mentoring_sessions, time_requests

time_request_router = Door()
call_router = Door()


class TimeRequestIn(In):
    """When a student would rather meet."""

    session_id: str = Field(description="One of one's own planned sessions")
    starts_at: LocalMoment = Field(description="By the clock of the session, or with a zone")
    note: str = Field("", description="To the mentor")


class TimeDecisionIn(In):
    """What becomes of it."""

    decision: str = Field(description="accept or decline")
    note: str = Field("", description="To the student, with a decline")


class TimeRequestOut(Stamped):
    """What a student asks about the time of a session, and what became of it."""

    session_id: str
    student: MentoringPersonOut
    mentor: MentoringPersonOut
    starts_at: Moment
    note: str
    status: str
    decided_at: Moment | None
    decision_note: str


class CallIn(In):
    """A session that was held without being scheduled."""

    student_id: str
    starts_at: LocalMoment = Field(description="By the clock of the student's branch, or with a zone")
    minutes: int = Field(description="From 5 to 180")
    channel: str = Field("phone", description="in_person, online or phone")
    summary: str = Field("", description="The student sees it")
    private_notes: str = Field("", description="For the mentor and administrators")


REQUESTS = MentoringTimeRequest.objects.select_related(
    "session__session__meeting", "session__assignment__student", "session__assignment__instructor"
)


def _request_json(row: MentoringTimeRequest) -> TimeRequestOut:
    pair, zone = row.session.assignment, row.session.session.meeting.zone
    return {
        **stamp(row),
        "session_id": key(row.session_id),
        "student": name_person(pair.student),
        "mentor": name_person(pair.instructor),
        "starts_at": timestamp(row.wanted_at.replace(tzinfo=zone)),
        "note": row.note,
        "status": row.status,
        "decided_at": timestamp(row.decided_at),
        "decision_note": row.decision_note,
    }


@time_request_router.get("", allow=time_requests["see"], rows=TimeRequestOut)
def list_time_requests(request: HttpRequest, paging: Query[Paging]) -> HttpResponse:
    """What students ask about the times of their sessions, the oldest first."""
    rows = time_requests.rows(request_actor(request), among=REQUESTS.all())
    rows = with_words(rows, paging.q, "session__assignment__student__full_name")
    return page_of(rows.order_by("created_at", "pk"), paging, _request_json)


@time_request_router.post("", allow=mentoring_sessions["ask_time"], data=TimeRequestOut, status=201)
def ask_for_another_time(request: HttpRequest, body: TimeRequestIn) -> HttpResponse:
    """Ask one's mentor to meet at another time, at which both are free."""
    actor = request_actor(request)
    session = mentoring_sessions.get_named(actor, body.session_id, "session_id", "ask_time")
    row = rules.ask_for_another_time(by=actor, session=session, starts_at=body.starts_at, note=body.note)
    return answer(_request_json(row), _("Request sent."), status=201)


@time_request_router.put("/{time_request_id}", allow=time_requests["decide"], on="time_request_id", data=TimeRequestOut)
def decide_time_request(request: HttpRequest, time_request_id: str, body: TimeDecisionIn) -> HttpResponse:
    """Move the session to the time that the student asked for, or leave it."""
    actor, row = request_actor(request), request_object(request, MentoringTimeRequest)
    if body.decision == "accept":
        rules.accept_time_request(by=actor, request=row)
    elif body.decision == "decline":
        rules.decline_time_request(by=actor, request=row, note=body.note)
    else:
        raise Invalid(_("Choose accept or decline."), field="decision")
    return answer(_request_json(REQUESTS.get(pk=row.pk)), _("Saved."))


@time_request_router.post(
    "/{time_request_id}/withdraw", allow=time_requests["withdraw"], on="time_request_id", data=TimeRequestOut
)
def withdraw_time_request(request: HttpRequest, time_request_id: str) -> HttpResponse:
    """Take one's request back."""
    row = request_object(request, MentoringTimeRequest)
    row = rules.withdraw_time_request(by=request_actor(request), request=row)
    return answer(_request_json(row), _("Request withdrawn."))


@call_router.post("", allow=mentored["log"], data=MentoringSessionOut, status=201)
def log_mentoring_call(request: HttpRequest, body: CallIn) -> HttpResponse:
    """Record a session that was held without being scheduled, within the last seven days."""
    actor = request_actor(request)
    student = mentored.get_named(actor, body.student_id, "student_id", "log")
    given = {name: getattr(body, name) for name in ("starts_at", "minutes", "channel", "summary", "private_notes")}
    row = rules.log_call(by=actor, student=student, **given)
    return answer(session_json(actor)(row), _("Call logged."), status=201)
