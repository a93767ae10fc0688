"""Mentoring sessions, and the goals agreed in them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.kit import (
    Date,
    Day,
    Door,
    In,
    Moment,
    Paging,
    Stamped,
    answer,
    in_shape,
    key,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.core.errors import Invalid
from muster.core.search import with_words
from muster.institutions.access import Actor
from muster.mentoring import rules
from muster.mentoring.models import MentoringGoal, MentoringSession
from muster.mentoring.permissions import goals, mentored, mentoring_sessions
from muster.mentoring.queries import goals_seen_by, reads_summary, sessions_seen_by

session_router = Door()
goal_router = Door()


def _moment(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 10:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and 2000 <= moment.year <= 2200:
            return moment
    raise PydanticCustomError(
        "moment", "Give a time such as 2030-01-15T08:30, by the student's local clock or with a zone."
    )


LocalMoment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "examples": ["2030-01-15T08:30"]})
]


# --- bodies and answers -----------------------------------------------------------------------------------------------
class SchedulingIn(In):
    """When a student and their mentor meet, and how."""

    student_id: str
    starts_at: LocalMoment = Field(description="By the clock of the student's branch, or with a zone")
    minutes: int = Field(30, description="30, 45 or 60")
    channel: str = Field("in_person", description="in_person, online or phone")
    repeat_weekly_until: Day | None = Field(None, description="Every week until this day, holidays skipped")
    repeat_every_weeks: int = Field(1, description="With repeat_weekly_until: 1, or 2 for every two weeks")


class AgreedIn(In):
    """A goal that was agreed in a session."""

    title: str
    due_on: Day | None = None


class SessionChanges(In):
    """What to change of it. What is not sent stays."""

    starts_at: LocalMoment | None = Field(None, description="Moves a planned session")
    minutes: int | None = Field(None, description="30, 45 or 60")
    channel: str | None = Field(None, description="in_person, online or phone")
    status: str | None = Field(None, description="held, missed, cancelled, or planned to restore a cancelled one")
    reason: str | None = Field(None, description="Why it is cancelled")
    summary: str | None = Field(None, description="The student sees it; only the mentor writes it")
    private_notes: str | None = Field(
        None, description="For the mentor and administrators; only the mentor writes them"
    )
    goals: list[AgreedIn] | None = Field(None, max_length=20, description="Further goals agreed in this session")


class GoalIn(In):
    """A goal of a student with their mentor."""

    student_id: str
    title: str
    due_on: Day | None = None


class GoalChanges(In):
    """What to change of it. What is not sent stays."""

    title: str | None = None
    due_on: Day | None = Field(None, description="Null for none")
    status: str | None = Field(None, description="open, reached or dropped")


class MentoringPersonOut(TypedDict):
    """A person by name."""

    _id: str
    full_name: str


class MentoringSessionOut(Stamped):
    """A session of a student with their mentor. Managers of a part don't see the summary."""

    student: MentoringPersonOut
    mentor: MentoringPersonOut
    starts_at: Moment
    minutes: int
    channel: str
    status: str
    series: str | None
    cancel_reason: str
    summary: str | None


class PrivateNotesOut(TypedDict):
    """The private notes of a session."""

    private_notes: str


class GoalOut(Stamped):
    """A goal of a student with their mentor."""

    student_id: str
    title: str
    due_on: Date | None
    status: str


def name_person(person: User) -> MentoringPersonOut:
    """A person as answers name them."""
    return {"_id": key(person.pk), "full_name": person.full_name}


def session_json(actor: Actor) -> Callable[[MentoringSession], MentoringSessionOut]:
    """What shows a session to the actor."""

    def show(row: MentoringSession) -> MentoringSessionOut:
        pair = row.assignment
        return {
            **stamp(row),
            "student": name_person(pair.student),
            "mentor": name_person(pair.instructor),
            "starts_at": timestamp(row.session.begins_at),
            "minutes": row.minutes,
            "channel": row.channel,
            "status": row.status,
            "series": key(row.series),
            "cancel_reason": row.why_cancelled,
            "summary": row.summary if reads_summary(actor, row) else None,
        }

    return show


def _goal_json(row: MentoringGoal) -> GoalOut:
    return in_shape(GoalOut, row, student_id=row.assignment.student_id)


# --- sessions ---------------------------------------------------------------------------------------------------------
class StudentQuery(Paging):
    """Whose."""

    student_id: str = Field("", description="Only those of this student")


def student_asked_for(actor: Actor, asked: StudentQuery) -> User | None:
    """The student whose rows alone are asked for. Raises Invalid for one whom the actor may not see."""
    return mentored.get_named(actor, asked.student_id, "student_id") if asked.student_id else None


@session_router.get("", allow=mentoring_sessions["see"], rows=MentoringSessionOut)
def list_mentoring_sessions(request: HttpRequest, asked: Query[StudentQuery]) -> HttpResponse:
    """Mentoring sessions, the newest first."""
    actor = request_actor(request)
    rows = sessions_seen_by(actor, student_asked_for(actor, asked))
    rows = with_words(rows, asked.q, "assignment__student__full_name", "assignment__instructor__full_name")
    return page_of(rows, asked, session_json(actor), {"starts_at": "begins_at", "channel": "channel"})


@session_router.post("", allow=mentored["schedule"], rows=MentoringSessionOut, status=201)
def schedule_mentoring(request: HttpRequest, body: SchedulingIn) -> HttpResponse:
    """Schedule a session of a student with their mentor, once, or every week or two."""
    actor = request_actor(request)
    student = mentored.get_named(actor, body.student_id, "student_id", "schedule")
    made = rules.schedule_sessions(
        by=actor,
        student=student,
        starts_at=body.starts_at,
        minutes=body.minutes,
        channel=body.channel,
        repeat_until=body.repeat_weekly_until,
        every_weeks=body.repeat_every_weeks,
    )
    shown = [session_json(actor)(row) for row in made]
    return answer(shown, _("Scheduled."), status=201, count=len(shown), total=len(shown), page=1, page_size=len(shown))


@session_router.put(
    "/{mentoring_session_id}", allow=mentoring_sessions["change"], on="mentoring_session_id", data=MentoringSessionOut
)
def change_mentoring(request: HttpRequest, mentoring_session_id: str, body: SessionChanges) -> HttpResponse:
    """Move a session, cancel or restore it, or write it up."""
    actor, row = request_actor(request), request_object(request, MentoringSession)
    sent = {name: value for name, value in body.sent().items() if value is not None}
    if "goals" in sent:
        sent["goals"] = [(one.title, one.due_on) for one in body.goals or ()]
    if body.status not in (None, "held", "missed", "cancelled", "planned"):
        raise Invalid(_("Choose one of held, missed, cancelled, planned."), field="status")
    row = rules.change_session(by=actor, session=row, changes=sent)
    return answer(session_json(actor)(row), _("Saved."))


@session_router.delete(
    "/{mentoring_session_id}", allow=mentoring_sessions["change"], on="mentoring_session_id", data=MentoringSessionOut
)
def cancel_mentoring(request: HttpRequest, mentoring_session_id: str, following: bool = False) -> HttpResponse:
    """Cancel a planned session, and with `following` those of its series after it."""
    actor, row = request_actor(request), request_object(request, MentoringSession)
    cancelled = rules.cancel_sessions(by=actor, session=row, following=following)
    return answer(session_json(actor)(cancelled[0]), _("Cancelled."))


@session_router.get(
    "/{mentoring_session_id}/notes",
    allow=mentoring_sessions["read_notes"],
    on="mentoring_session_id",
    data=PrivateNotesOut,
)
def read_mentoring_notes(request: HttpRequest, mentoring_session_id: str) -> HttpResponse:
    """The private notes of a session. Each look of somebody other than the mentor is recorded."""
    row = request_object(request, MentoringSession)
    return answer({"private_notes": rules.read_private_notes(by=request_actor(request), session=row)})


# --- goals ------------------------------------------------------------------------------------------------------------
@goal_router.get("", allow=goals["see"], rows=GoalOut)
def list_goals(request: HttpRequest, asked: Query[StudentQuery]) -> HttpResponse:
    """Goals of students with their mentors, by the day they are due."""
    actor = request_actor(request)
    rows = with_words(goals_seen_by(actor, student_asked_for(actor, asked)), asked.q, "title")
    return page_of(rows, asked, _goal_json, {"title": "title__plain", "due_on": "due_on", "status": "status"})


@goal_router.post("", allow=mentored["agree"], data=GoalOut, status=201)
def agree_goal(request: HttpRequest, body: GoalIn) -> HttpResponse:
    """Agree on a goal."""
    actor = request_actor(request)
    student = mentored.get_named(actor, body.student_id, "student_id", "agree")
    goal = rules.agree_goal(by=actor, student=student, title=body.title, due_on=body.due_on)
    return answer(_goal_json(goal), _("Goal agreed."), status=201)


@goal_router.put("/{goal_id}", allow=goals["change"], on="goal_id", data=GoalOut)
def change_goal(request: HttpRequest, goal_id: str, body: GoalChanges) -> HttpResponse:
    """Word a goal anew, move its day, or say what became of it."""
    goal = request_object(request, MentoringGoal)
    changes = {name: value for name, value in body.sent().items() if value is not None or name == "due_on"}
    return answer(_goal_json(rules.change_goal(by=request_actor(request), goal=goal, changes=changes)), _("Saved."))
