"""Reads around mentoring: sessions, what each side may read of them, and when the two are busy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Extract, Greatest, Now
from django.utils import timezone
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.attendance.queries.calendar import FURTHER as IN_CALENDAR
from muster.batches.feeds import FURTHER
from muster.core.clocks import today_in
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Membership, is_from_today
from muster.mentoring.models import (
    Handover,
    MentoringCheckIn,
    MentoringGoal,
    MentoringQuestion,
    MentoringSession,
    MentoringTimeRequest,
    MentorRequest,
)
from muster.mentoring.permissions import (
    check_ins,
    goals,
    handovers,
    mentor_requests,
    mentoring_sessions,
    questions,
    time_requests,
)

BEGINS_AT = Func(
    "session__date",
    "session__start_time",
    "session__meeting__time_zone",
    function="muster_beginning",
    output_field=DateTimeField(),
)
# From when on a pair is told that they don't meet, and that they have been one for longer than is usual.
QUIET_WEEKS, MOST_MONTHS = 3, 6


def sessions_seen_by(actor: Actor, student: User | None = None) -> QuerySet[MentoringSession]:
    """The sessions that the actor may see, the newest first, with who meets and when. One statement.

    `follows` says that the actor mentors the student now, `notes_released` that the mentor of the session let those who
    follow read the private notes; they can be ordered by `begins_at`, the moment.
    """
    now = IndividualAssignment.objects.current().filter(student=OuterRef("assignment__student"), instructor=actor.user)
    released = Handover.objects.filter(former=OuterRef("assignment"), notes_released=True)
    rows = (
        mentoring_sessions.rows(actor)
        .select_related("session__meeting", "assignment__student", "assignment__instructor")
        .annotate(follows=Exists(now), notes_released=Exists(released))
        .alias(begins_at=BEGINS_AT)
    )
    if student is not None:
        rows = rows.filter(assignment__student=student)
    return rows.order_by("-session__date", "-session__start_time", "-pk")


def sessions_ahead(actor: Actor, days: int, most: int) -> list[MentoringSession]:
    """The next sessions of the actor, as mentor or student, that are not over: within so many days, the soonest first.

    What day it is, is asked of their own clock. One statement.
    """
    now = timezone.now()
    rows = (
        MentoringSession.objects.filter(
            Q(assignment__student=actor.user) | Q(assignment__instructor=actor.user),
            is_from_today("session__date", "session__meeting__"),
            institution=actor.institution,
            outcome="",
            session__status="scheduled",
            session__date__lte=today_in(UTC) + timedelta(days=days),
        )
        .select_related("session__meeting", "assignment__student", "assignment__instructor")
        .order_by("session__date", "session__start_time", "pk")
    )
    # One or the other of today may be over.
    return [one for one in rows[: most + 4] if not one.session.is_over(now)][:most]


def goals_seen_by(actor: Actor, student: User | None = None) -> QuerySet[MentoringGoal]:
    """The goals that the actor may see, by the day they are due."""
    rows = goals.rows(actor).select_related("assignment")
    if student is not None:
        rows = rows.filter(assignment__student=student)
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def check_ins_seen_by(actor: Actor, student: User | None = None) -> QuerySet[MentoringCheckIn]:
    """The check-ins that the actor may see, the newest first."""
    rows = check_ins.rows(actor).select_related("assignment")
    if student is not None:
        rows = rows.filter(assignment__student=student)
    return rows.order_by("-created_at", "-pk")


def questions_seen_by(actor: Actor, student: User | None = None) -> QuerySet[MentoringQuestion]:
    """The questions that the actor may see, with who asked and who is asked: those that wait first, then the newest."""
    rows = questions.rows(actor).select_related("assignment__student", "assignment__instructor")
    if student is not None:
        rows = rows.filter(assignment__student=student)
    return rows.order_by(F("answered_at").desc(nulls_first=True), "-created_at", "-pk")


def questions_waiting_for(actor: Actor) -> QuerySet[MentoringQuestion]:
    """The questions that the actor is to answer, the longest waiting first."""
    rows = questions.rows(actor).filter(
        assignment__instructor=actor.user, assignment__ended_at__isnull=True, answered_at__isnull=True
    )
    return rows.select_related("assignment__student").order_by("created_at", "pk")


class Median(Aggregate):
    """The middle one of all values."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True)
class ResponseTime:
    """How many questions an instructor answered, and the hours within which half of them were."""

    answered: int
    hours: float

    @property
    def whole_hours(self) -> int:
        """The hours, rounded up: at least one."""
        return max(ceil(self.hours), 1)


def response_times(institution_id: UUID, instructors: Iterable[UUID]) -> dict[UUID, ResponseTime]:
    """How fast each of the instructors answers their students. One statement.

    A question that was asked before they became the mentor counts from then on.
    """
    took = F("answered_at") - Greatest("created_at", "assignment__assigned_at")
    rows = (
        MentoringQuestion.objects.filter(
            institution=institution_id, assignment__instructor__in=list(instructors), answered_at__isnull=False
        )
        .order_by()
        .values("assignment__instructor")
        .annotate(
            answered=Count("pk"),
            seconds=Median(Extract(took, "epoch", output_field=FloatField()), output_field=FloatField()),
        )
        .values_list("assignment__instructor", "answered", "seconds")
    )
    return {who: ResponseTime(answered, seconds / 3600) for who, answered, seconds in rows}


def is_mentor(actor: Actor, assignment: IndividualAssignment) -> bool:
    """Whether the actor is the instructor of the pair."""
    return actor.user is not None and actor.user.pk == assignment.instructor_id


def is_concerned(actor: Actor, assignment: IndividualAssignment) -> bool:
    """Whether the actor is one of the two, or an administrator."""
    is_student = actor.user is not None and actor.user.pk == assignment.student_id
    return actor.is_admin or is_student or is_mentor(actor, assignment)


def reads_summary(actor: Actor, row: MentoringSession) -> bool:
    """Whether what came of a session is for the actor: the two who met, administrators, and the mentor who follows."""
    return is_concerned(actor, row.assignment) or getattr(row, "follows", False)


def waiting_time_requests(actor: Actor) -> QuerySet[MentoringTimeRequest]:
    """What students ask the actor, as their mentor, about when to meet, the longest waiting first."""
    rows = time_requests.rows(actor, "decide").filter(session__assignment__instructor=actor.user)
    return _still_asked(rows).order_by("created_at", "pk")


def time_requests_of(actor: Actor, student: User) -> dict[UUID, MentoringTimeRequest]:
    """What the student asked about sessions ahead and is not answered, by session."""
    rows = time_requests.rows(actor).filter(session__assignment__student=student)
    return {one.session_id: one for one in _still_asked(rows)}


def _still_asked(rows: QuerySet[MentoringTimeRequest]) -> QuerySet[MentoringTimeRequest]:
    begins = Func(
        "session__session__date",
        "session__session__start_time",
        "session__session__meeting__time_zone",
        function="muster_beginning",
        output_field=DateTimeField(),
    )
    waiting = rows.filter(
        status=MentoringTimeRequest.Status.PENDING,
        session__outcome="",
        session__session__status="scheduled",
        session__assignment__ended_at__isnull=True,
    )
    return (
        waiting.alias(begins_at=begins)
        .filter(begins_at__gt=Now())
        .select_related("session__session__meeting", "session__assignment__student", "session__assignment__instructor")
    )


def waiting_mentor_requests(actor: Actor) -> QuerySet[MentorRequest]:
    """The requests for another mentor that the actor decides, the longest waiting first."""
    rows = mentor_requests.rows(actor, "decide").filter(status=MentorRequest.Status.PENDING)
    return rows.select_related("assignment__student", "assignment__instructor").order_by("created_at", "pk")


def handovers_of(actor: Actor, student: User) -> QuerySet[Handover]:
    """The handovers between the student's mentors that the actor may see, the newest first."""
    rows = handovers.rows(actor).filter(former__student=student)
    return rows.select_related("former__instructor", "following")


def branch_of(assignment: IndividualAssignment) -> Branch | None:
    """The branch whose clock and holidays count for the pair: that of the student."""
    rows = Membership.objects.filter(
        institution=assignment.institution_id, user=assignment.student_id, branch__isnull=False
    )
    found = rows.select_related("branch").order_by("pk").first()
    return found.branch if found else None


def concerns(person_id: UUID) -> Q:
    """Class sessions in which the person meets their mentor or their student, as a condition."""
    return Q(mentoring__assignment__student=person_id) | Q(mentoring__assignment__instructor=person_id)


FURTHER["mentoring"] = concerns


def _in_calendar(actor: Actor, first: date, last: date) -> Q:
    """Class sessions of mentoring that the actor may see."""
    if not mentoring_sessions.may(actor, "see"):
        return Q(pk__in=[])
    rows = mentoring_sessions.rows(actor).order_by().filter(session__date__range=(first, last))
    return Q(pk__in=rows.values("session"))


IN_CALENDAR["mentoring"] = _in_calendar


@dataclass(frozen=True)
class Rhythm:
    """How often a pair meets, and for how long they have been one: what advice is given of."""

    last: date | None
    following: date | None
    since: date

    def advice(self, today: date) -> list[str]:
        """What the guideline would say: to meet each week or two, for three to six months. Nothing is refused by it."""
        found = []
        weeks = (today - (self.last or self.since)).days // 7
        if self.following is None and weeks >= QUIET_WEEKS:
            found.append(
                ngettext("No session for %(count)d week", "No session for %(count)d weeks", weeks) % {"count": weeks}
            )
        months = (today - self.since).days * 12 // 365
        if months > MOST_MONTHS:
            found.append(
                ngettext("Paired for %(count)d month", "Paired for %(count)d months", months) % {"count": months}
            )
        return found


def with_rhythm(rows: QuerySet[Any], assignment: str) -> QuerySet[Any]:
    """Rows with `last_met` and `meets_next`: the days on which the pair, whose id stands at the path, met and will."""
    day = today_in(UTC)
    there = MentoringSession.objects.filter(assignment=OuterRef(assignment), session__status__in=("scheduled", "held"))
    past = there.exclude(outcome="missed").filter(session__date__lte=day).order_by("-session__date")
    found: QuerySet[Any] = rows.annotate(
        last_met=Subquery(past.values("session__date")[:1]), meets_next=next_day(assignment)
    )
    return found


def next_day(assignment: str) -> Subquery:
    """The day on which the pair, whose id stands at the path, meets next: by its own clock, today included."""
    ahead = MentoringSession.objects.filter(
        is_from_today("session__date", "session__meeting__"),
        assignment=OuterRef(assignment),
        outcome="",
        session__status="scheduled",
    )
    return Subquery(ahead.order_by("session__date").values("session__date")[:1])


def rhythm_of(assignment: IndividualAssignment) -> Rhythm:
    """How often one pair meets. One statement."""
    rows = with_rhythm(IndividualAssignment.objects.filter(pk=assignment.pk), "pk")
    row = rows.get()
    return Rhythm(row.last_met, row.meets_next, assignment.assigned_at.date())
