"""What a student's mentoring page tells of their sessions, goals, check-ins and questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.institutions.access import Actor
from muster.mentoring.models import MentoringGoal, MentoringQuestion, MentoringSession, MentoringTimeRequest
from muster.mentoring.notices import when_wanted
from muster.mentoring.permissions import goals, handovers, mentor_requests, mentored, mentoring_sessions
from muster.mentoring.queries import (
    check_ins_seen_by,
    goals_seen_by,
    handovers_of,
    is_concerned,
    is_mentor,
    questions_seen_by,
    reads_summary,
    response_times,
    sessions_seen_by,
    time_requests_of,
)
from muster.web.home.words import until_moment
from muster.web.mentoring.forms import CheckInForm, MentorAnswerForm, QuestionForm
from muster.web.mentoring.plot import MOST_PLOTTED, plot_of
from muster.web.mentoring.timeline import (
    SESSIONS,
    TimelineEntry,
    check_in_entries,
    goal_entries,
    mentor_entries,
    question_entries,
    timeline_of,
)

MOST_SAID, MOST_QUESTIONS = 100, 6
MOST_PAST = 30
LOOKS = {
    "planned": ("info", "cal"),
    "held": ("good", "okc"),
    "missed": ("bad", "xc"),
    "cancelled": ("", "x"),
}
GOAL_LOOKS = {"open": ("warn", "ring"), "reached": ("good", "okc"), "dropped": ("", "x")}


@dataclass(frozen=True)
class SessionRow:
    """A session as the page tells it to its reader."""

    row: MentoringSession
    status: str
    status_words: str
    tone: str
    icon: str
    summary: str
    # None for who may not read them here: others who may open them by themselves, which is recorded.
    private_notes: str | None
    may_change: bool
    may_write: bool
    may_open_notes: bool
    # What the student asks about its time, and whether the reader may ask.
    asked: MentoringTimeRequest | None
    may_ask_time: bool

    @property
    def wanted(self) -> str:
        """When the student would rather meet."""
        return when_wanted(self.asked) if self.asked else ""

    @property
    def channel_icon(self) -> str:
        """The icon of how they meet."""
        return {"phone": "phone", "online": "link"}.get(self.row.channel, "pin")

    @property
    def is_waiting(self) -> bool:
        """Whether it is over and nobody said what came of it."""
        return self.status == "planned" and self.row.session.begins_at <= timezone.now()


@dataclass(frozen=True)
class GoalRow:
    """A goal with its look."""

    row: MentoringGoal
    tone: str
    icon: str
    # What was settled with a former mentor is theirs.
    may_change: bool


@dataclass(frozen=True)
class QuestionRow:
    """A question with how long its answer took, or that it waits."""

    row: MentoringQuestion
    words: str
    form: MentorAnswerForm | None
    may_edit: bool


def section_of(
    actor: Actor, person: User, mentors: Sequence[IndividualAssignment], current: IndividualAssignment | None, show: str
) -> dict[str, Any]:
    """What the page tells besides who mentors whom: sessions ahead, what waits, goals, check-ins, and the timeline.

    One statement each for sessions, what is asked of their times, goals, check-ins, questions and response times, as
    far as the reader sees them.
    """
    wanted = time_requests_of(actor, person)
    rows = [_row(actor, row, wanted.get(row.pk)) for row in sessions_seen_by(actor, person)[: 52 + MOST_PAST]]
    ahead = [one for one in rows if one.status == "planned" and not one.is_waiting][::-1]
    past = [one for one in rows if one.status != "planned" or one.is_waiting][:MOST_PAST]
    sees = goals.may(actor, "see")
    own_goals = list(goals_seen_by(actor, person)) if sees else []
    said = list(check_ins_seen_by(actor, person)[:MOST_SAID]) if sees else []
    asked = list(questions_seen_by(actor, person)[:MOST_SAID]) if sees else []
    is_own = current is not None and is_mentor(actor, current)
    own = actor.user == person
    handed = list(handovers_of(actor, person)) if handovers.may(actor, "see") else []
    asked_for = mentor_requests.rows(actor, "withdraw").filter(assignment=current) if own and current else None
    times = response_times(actor.owner_id, [current.instructor_id]) if sees and current else {}
    events = chain(
        (TimelineEntry(SESSIONS, one.row.session.begins_at, session=one) for one in past),
        goal_entries(own_goals),
        check_in_entries(said),
        question_entries(one for one in asked if one.answer),
        mentor_entries(mentors, {one.following_id: one.note for one in handed}),
    )
    questions = [_question(actor, one) for one in asked]
    return {
        "next_session": ahead[0] if ahead else None,
        "next_in": until_moment(ahead[0].row.session.begins_at, actor.now()) if ahead else "",
        "ahead": ahead[1:],
        "at_hand": next((one.summary for one in past if one.status == "held" and one.summary), ""),
        "goals": [GoalRow(row, *GOAL_LOOKS[row.status], is_concerned(actor, row.assignment)) for row in own_goals],
        "open_goals": sum(one.status == "open" for one in own_goals),
        "waiting_questions": [one for one in questions if one.form is not None],
        "questions": [one for one in questions if one.form is None][:MOST_QUESTIONS],
        "question_form": QuestionForm(auto_id="ask_%s") if own and current else None,
        "response": times.get(current.instructor_id) if current else None,
        "check_in_form": CheckInForm(auto_id="new_%s") if own and current else None,
        "plot": plot_of(said, actor.zone),
        "check_ins": said[:MOST_PLOTTED],
        "last_comment": next((one for one in said if one.comment), None),
        "own_check_in": next((one for one in said[:1] if own and one.by_student), None),
        "timeline": timeline_of(events, show),
        "handover": next((one for one in handed if is_own and current and one.following_id == current.pk), None),
        "mentor_request": asked_for.order_by("-created_at").first() if asked_for is not None else None,
        "may_schedule": mentored.may(actor, "schedule"),
        "may_agree": mentored.may(actor, "agree"),
        "is_own_mentor": is_own,
        "log_url": reverse("mentoring-sessions:log-call", args=[person.pk]) if is_own else "",
        "sees_goals": sees,
    }


def _question(actor: Actor, row: MentoringQuestion) -> QuestionRow:
    waits = row.answered_at is None
    form = MentorAnswerForm(auto_id=f"answer_{row.pk}_%s") if waits and is_mentor(actor, row.assignment) else None
    if row.hours is None:
        words = _("Waiting")
    elif row.hours < 1:
        words = _("Within an hour")
    else:
        words = ngettext("%(count)d hour", "%(count)d hours", round(row.hours)) % {"count": round(row.hours)}
    return QuestionRow(
        row, words, form, waits and actor.user is not None and actor.user.pk == row.assignment.student_id
    )


def _row(actor: Actor, row: MentoringSession, asked: MentoringTimeRequest | None) -> SessionRow:
    pair, status = row.assignment, row.status
    tone, icon = LOOKS[status]
    begun = row.session.begins_at <= timezone.now()
    is_own = is_mentor(actor, pair)
    is_student = actor.user is not None and actor.user.pk == pair.student_id
    return SessionRow(
        row,
        status,
        row.status_words,
        tone,
        icon,
        row.summary if reads_summary(actor, row) else "",
        row.private_notes if is_own else None,
        status == "planned" and not begun and mentoring_sessions.may(actor, "change"),
        is_own and begun and status != "cancelled",
        (actor.is_admin or (row.follows and row.notes_released)) and not is_own and bool(row.private_notes),  # type: ignore[attr-defined]
        asked,
        is_student and asked is None and status == "planned" and not begun,
    )
