"""The figures of a scope between two days. Each is counted by one function, which brings both of its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth

from muster.accounts.models import User
from muster.allocation.permissions import mentees
from muster.allocation.queries import distribution
from muster.attendance.models import CountedMark
from muster.attendance.queries.percent import CAME, COUNTED
from muster.batches.models import Batch
from muster.batches.workload import still_running, weekly_minutes, with_load
from muster.certificates.models import Certificate
from muster.certificates.queries import valid_certificates
from muster.core.replica import reading_cursor, reads_what_may_lag
from muster.enrollments.models import Enrollment, SeatPeriod, WaitlistEntry
from muster.enrollments.permissions import enrollments
from muster.feedback.models import FeedbackInvitation, FeedbackRound, ShownAnswer
from muster.feedback.queries import QUESTIONS
from muster.insights.definitions import Figure
from muster.insights.marks import AttendanceCounts, attendance_counts
from muster.insights.periods import Period
from muster.insights.scope import PARTS, Scope, ScopePart
from muster.institutions.access import Actor
from muster.mentoring.models import MentoringGoal, MentoringQuestion, MentoringSession
from muster.people.permissions import instructors
from muster.progression.grading import Verdict
from muster.progression.queries.figures import standing_results
from muster.risk.queries import open_flags_seen_by


@dataclass(frozen=True)
class Insight:
    """The figures by their names, what is behind them, and the same of the days compared with."""

    period: Period
    figures: Mapping[str, Figure]
    attendance: AttendanceCounts
    completion: CompletionCounts
    seats: Mapping[str | None, Figure]
    """By the name of the department."""
    months: Mapping[date, int]
    """The enrollments that began, by the first day of their month."""
    satisfaction: Sequence[Satisfaction]
    instructors: Sequence[Any] = ()
    compared: Insight | None = None

    def before(self, name: str) -> Figure | None:
        """The figure of the days compared with."""
        return self.compared.figures.get(name) if self.compared else None

    def change(self, name: str) -> float | None:
        """How much a figure moved since; None where one of the two is unknown."""
        return self.figures[name].change_from(self.before(name))


@reads_what_may_lag
def insight_into(scope: Scope, period: Period, compared: Period | None = None) -> Insight:
    """All figures of the scope, and of the days compared with. A constant number of statements.

    What is only known of today (students at risk, the load of instructors) is not compared.
    """
    now, people = _of_days(scope, period), instructors_in(scope)
    today = {one.name: one for one in (at_risk(scope), utilization_of(people))}
    then = _of_days(scope, compared) if compared else None
    return replace(now, figures={**now.figures, **today}, instructors=people, compared=then)


def _of_days(scope: Scope, period: Period) -> Insight:
    attendance = attendance_counts(scope, period)
    course = completion(scope, period)
    seats = seats_by(scope, period.last, "department__name")
    months = enrollments_by_month(scope, period)
    satisfaction = satisfaction_by_course(scope, period)
    figures = (
        attendance.whole.figure,
        registers_taken(scope, period),
        total_seats(seats),
        Figure("completed", course.completed, course.started),
        Figure("certified", course.certified, course.started),
        *total_satisfaction(satisfaction),
        Figure("new_enrollments", sum(months.values()), None),
        Figure("waitlisted", waitlist_joins(scope, period), total_seats(seats).whole),
        *results(scope, period),
    )
    named = {one.name: one for one in figures}
    return Insight(period, named, attendance, course, seats, months, satisfaction)


# --- registers and seats ----------------------------------------------------------------------------------------------
_REGISTERS = f"""
WITH over AS MATERIALIZED (
    SELECT DISTINCT class.id, class.meeting_id, class.date
    FROM {PARTS}
    JOIN batches_batchmeeting AS met ON met.batch_id = part.batch_id
    JOIN timetable_meeting AS meeting ON meeting.id = met.meeting_id
    JOIN timetable_classsession AS class ON class.meeting_id = met.meeting_id
    WHERE class.date BETWEEN greatest(part.first, %(first)s) AND least(part.last, %(last)s)
    AND class.status <> 'cancelled'
    AND muster_moment(class.date + coalesce(class.end_time, '23:59:59'), meeting.time_zone) < now()
), register AS (
    SELECT over.*, EXISTS (
        SELECT FROM attendance_batchtally AS tally
        WHERE tally.session_id = over.id AND tally.present + tally.late + tally.absent + tally.excused > 0
    ) AS marked
    FROM over
)
SELECT count(*) FILTER (WHERE marked), count(*) FROM register
WHERE marked OR muster_expected(meeting_id, date) > 0
"""  # noqa: S608 - constants alone


def registers_taken(scope: Scope, period: Period) -> Figure:
    """Of the sessions that are over, took place and have students, those on whose register somebody is marked.

    Whether one is over is asked of its own clock. One statement.
    """
    with reading_cursor() as cursor:
        cursor.execute(_REGISTERS, scope.values(period))
        return Figure("registers_taken", *cursor.fetchone())


def seats_by(scope: Scope, day: date, part: str) -> dict[Any, Figure]:
    """Students with a seat on a day, of the seats of the batches with a limit that run on it: by a column of theirs.

    One statement.
    """
    held = SeatPeriod.objects.on(day).filter(batch=OuterRef("pk")).order_by().values("batch")
    runs = Q(Q(end_date__isnull=True) | Q(end_date__gte=day), Q(start_date__isnull=True) | Q(start_date__lte=day))
    rows = Batch.objects.filter(runs, pk__in=scope.on(day), capacity__isnull=False).annotate(
        held=Coalesce(Subquery(held.annotate(number=Count("pk")).values("number"), IntegerField()), 0)
    )
    summed: Any = rows.order_by().values_list(part).annotate(of_seats=Sum("held"), seats=Sum("capacity"))
    return {key: Figure("seats_filled", number, seats) for key, number, seats in summed}


def total_seats(parts: Mapping[Any, Figure]) -> Figure:
    """All of them together."""
    return Figure(
        "seats_filled", sum(one.part for one in parts.values()), sum(one.whole or 0 for one in parts.values())
    )


# --- enrollments ------------------------------------------------------------------------------------------------------
class CompletionCounts(NamedTuple):
    """How far those got who began, in the batches that ended."""

    batches: int
    started: int
    completed: int
    certified: int


def completion(scope: Scope, period: Period) -> CompletionCounts:
    """Of everybody who ever had a seat in the batches whose last day is within the period. One statement."""
    ended = scope.ended_in(period)
    seats = SeatPeriod.objects.filter(enrollment=OuterRef("pk"))
    papers = valid_certificates(Certificate.objects.filter(enrollment=OuterRef("pk")))
    found = (
        Enrollment.objects.filter(Exists(seats), batch__in=ended)
        .order_by()
        .aggregate(
            started=Count("pk"),
            completed=Count("pk", filter=Q(status=Enrollment.Status.COMPLETED)),
            certified=Count("pk", filter=Q(Exists(papers))),
        )
    )
    return CompletionCounts(len(ended), **found)


def enrollments_by_month(scope: Scope, period: Period) -> dict[date, int]:
    """The enrollments that began within the period, by the first day of each month that has any. One statement."""
    days = (period.first, period.last)
    began = Enrollment.objects.filter(batch__in=scope.batches, enrollment_date__range=days).order_by()
    months: Any = began.annotate(month=TruncMonth("enrollment_date")).values_list("month")
    return dict(months.annotate(number=Count("pk")).order_by("month"))


def waitlist_joins(scope: Scope, period: Period) -> int:
    """How many joined a waitlist within the period. One statement."""
    moments = period.moments(scope.actor.zone)
    return WaitlistEntry.objects.filter(batch__in=scope.batches, joined_at__range=moments).count()


def at_risk(scope: Scope) -> Figure:
    """The students with an open flag, of those with a seat; each once. Two statements."""
    among = {"enrollment__batch__in": scope.batches}
    flagged = open_flags_seen_by(scope.actor).filter(**among).order_by()
    seated = Enrollment.objects.filter(batch__in=scope.batches, status__in=Enrollment.SEATED, frozen=False).order_by()
    return Figure(
        "at_risk",
        flagged.aggregate(number=Count("enrollment__student", distinct=True))["number"],
        seated.aggregate(number=Count("student", distinct=True))["number"],
    )


# --- marks and feedback -----------------------------------------------------------------------------------------------
def results(scope: Scope, period: Period, among: Q | None = None) -> tuple[Figure, Figure]:
    """Pass rate and average mark of the results first published within the period, or of those of them that meet a
    condition: of each student and subject the attempt that stands. One statement."""
    days = (period.first, period.last)
    standing: Any = standing_results(scope.batches, scope.actor)
    found = (
        standing.filter(among or Q(), day__range=days)
        .order_by()
        .aggregate(
            passed=Count("pk", filter=Q(verdict=Verdict.PASSED.value)), decided=Count("pk"), percents=Sum("percent")
        )
    )
    return (
        Figure("passed", found["passed"], found["decided"]),
        Figure("average_mark", found["percents"] or Decimal(0), found["decided"]),
    )


def _rounds(scope: Scope, period: Period) -> QuerySet[FeedbackRound]:
    rows = FeedbackRound.objects.filter(batch__in=scope.batches, closed_at__range=period.moments(scope.actor.zone))
    return rows.filter(instructor=scope.instructor) if scope.instructor else rows


class Satisfaction(NamedTuple):
    """What the rounds of one course came to; without a value where fewer than five answered."""

    course: UUID | None
    answered: int
    asked: int
    value: Figure


def satisfaction_by_course(scope: Scope, period: Period) -> list[Satisfaction]:
    """The points and answers of the rounds that closed within the period, the best course first, hidden ones last.

    Points are those of `ShownAnswer`: whole rounds of five answers or more, so that no two periods or scopes differ by
    fewer. Of an instructor those about them alone. Two statements.
    """
    rounds = _rounds(scope, period).values("pk")
    numbers: Any = (
        FeedbackInvitation.objects.filter(round__in=rounds)
        .order_by()
        .values_list("round__batch__course")
        .annotate(answered=Count("pk", filter=Q(answered=True)), asked=Count("pk"))
    )
    questions = ("instructor",) if scope.instructor else tuple(QUESTIONS)
    points: Any = (
        ShownAnswer.objects.filter(round__in=rounds)
        .order_by()
        .values_list("round__batch__course")
        .annotate(number=Count("pk"), points=Sum(sum((F(f"{name}_rating") for name in questions), start=Value(0))))
    )
    shown = {course: (number, total) for course, number, total in points}
    found = []
    for course, answered, asked in numbers:
        number, total = shown.get(course, (0, 0))
        found.append(Satisfaction(course, answered, asked, Figure("satisfaction", total, number * len(questions))))
    return sorted(found, key=lambda one: (one.value.value is None, -(one.value.value or 0)))


def total_satisfaction(rows: Sequence[Satisfaction]) -> tuple[Figure, Figure]:
    """The mean of all points, and the response rate."""
    points, ratings = sum(row.value.part for row in rows), sum(row.value.whole or 0 for row in rows)
    answered, asked = sum(row.answered for row in rows), sum(row.asked for row in rows)
    return Figure("satisfaction", points, ratings), Figure("response", answered, asked)


# --- instructors ------------------------------------------------------------------------------------------------------
def instructors_in(scope: Scope) -> list[Any]:
    """The instructors with their load who teach in the scope now or later, or the one it is about; the busiest first.

    `load` are batches, `limit` the most they may have, `minutes` what is booked this week. One statement.
    """
    among = still_running().filter(batch__in=scope.batches).values("instructor")
    who = Q(pk=scope.instructor) if scope.instructor else Q(pk__in=among)
    people = instructors.rows(scope.actor, "list", among=User.objects.filter(who))
    return sorted(with_load(scope.actor, people), key=lambda one: (-weekly_minutes(one), one.full_name))


def utilization_of(people: Sequence[Any]) -> Figure:
    """Batches of the instructors, of the most that they may have."""
    return Figure("utilization", sum(one.load for one in people), sum(one.limit for one in people))


# --- one student, and mentoring ---------------------------------------------------------------------------------------
@reads_what_may_lag
def insight_into_student(actor: Actor, student: User, period: Period) -> list[Figure]:
    """A student's marks and results, in the batches in which the actor may see them. Three statements."""
    seats = enrollments.rows(actor, among=Enrollment.objects.filter(student=student, batch__isnull=False))
    scope = Scope(
        actor, [ScopePart(batch, None, None, None, None) for batch in seats.order_by().values_list("batch", flat=True)]
    )
    own = CountedMark.objects.filter(
        student=student, batch__in=scope.batches, record_date__range=(period.first, period.last)
    )
    marks = own.order_by().aggregate(came=Count("pk", filter=Q(status__in=CAME)), counted=Count("pk", filter=_COUNTS))
    passed, average = results(scope, period, Q(enrollment__student=student))
    return [Figure("attendance", marks["came"], marks["counted"]), passed, average]


_COUNTS = Q(status__in=COUNTED)


@reads_what_may_lag
def insight_into_mentoring(actor: Actor, period: Period) -> list[Figure]:
    """What mentoring came to of the students whom the actor may assign or mentors. Four statements."""
    seen = mentees.rows(actor, "list").order_by().values("pk")
    pairs = {"assignment__student__in": seen, "institution": actor.institution}
    days = (period.first, period.last)
    met = MentoringSession.objects.filter(session__date__range=days, **pairs).exclude(outcome="")
    agreed = MentoringGoal.objects.filter(created_at__range=period.moments(actor.zone), **pairs)
    asked = MentoringQuestion.objects.filter(created_at__range=period.moments(actor.zone), **pairs)
    assigned, unassigned = distribution(actor)
    return [
        Figure("mentored", assigned, assigned + unassigned),
        _share_of("mentoring_held", met, Q(outcome=MentoringSession.Outcome.HELD)),
        _share_of(
            "goals_reached",
            agreed.exclude(status=MentoringGoal.Status.DROPPED),
            Q(status=MentoringGoal.Status.REACHED),
        ),
        _share_of("questions_answered", asked, Q(answered_at__isnull=False)),
    ]


def _share_of(name: str, rows: QuerySet[Any], those: Q) -> Figure:
    found = rows.order_by().aggregate(part=Count("pk", filter=those), whole=Count("pk"))
    return Figure(name, found["part"], found["whole"])
