"""The numbers that figures are made of, most of them batch by batch, so that batches compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Least, TruncMonth

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.workload import still_running, weekly_minutes, with_load
from muster.core.replica import reading_cursor
from muster.enrollments.models import SeatPeriod
from muster.feedback.models import FeedbackInvitation, FeedbackRound, ShownAnswer
from muster.feedback.queries import QUESTIONS
from muster.insights.definitions import Figure
from muster.insights.periods import Period
from muster.insights.rows import (
    begun_enrollments,
    certificate_holders,
    count_registers,
    count_registers_by_lead,
    flagged,
    limited_batches,
    published_results,
    published_scores,
    seated,
    starters,
    waitlist_entries,
)
from muster.insights.scope import Scope
from muster.people.permissions import instructors


def registers_taken(scope: Scope, period: Period) -> Figure:
    """Of the sessions that are over, took place and have students, those whose register is taken.

    One statement.
    """
    return Figure("registers_taken", *count_registers(scope, period))


def registers_by_lead(scope: Scope, period: Period) -> dict[UUID, Figure]:
    """The same of the days on which each instructor led. One statement."""
    return {
        lead: Figure("registers_taken", *numbers) for lead, numbers in count_registers_by_lead(scope, period).items()
    }


# --- seats ------------------------------------------------------------------------------------------------------------
class BatchSeats(NamedTuple):
    """A batch with a limit: how many of its seats are taken."""

    department: str | None
    taken: int
    seats: int

    @property
    def figure(self) -> Figure:
        return Figure("seats_filled", self.taken, self.seats)


def seats_by_batch(scope: Scope, day: date) -> dict[UUID, BatchSeats]:
    """Students with a seat on a day, of the seats of the batches with a limit that run on it. One statement."""
    return _with_seats(limited_batches(scope, day), day)


def seats_at_end(scope: Scope, today: date) -> dict[UUID, BatchSeats]:
    """The same of each batch on its own last day, of one that isn't over on this day. One statement."""
    rows = Batch.objects.filter(pk__one_of=scope.batches, capacity__isnull=False)
    return _with_seats(rows, Least(OuterRef("end_date"), Value(today)))


def _with_seats(limited: QuerySet[Batch], day: Any) -> dict[UUID, BatchSeats]:
    held = SeatPeriod.objects.on(day).filter(batch=OuterRef("pk")).order_by().values("batch")
    rows: Any = (
        limited.order_by()
        .annotate(held=Coalesce(Subquery(held.annotate(number=Count("pk")).values("number"), IntegerField()), 0))
        .values_list("pk", "department__name", "held", "capacity")
    )
    return {pk: BatchSeats(department, number, seats) for pk, department, number, seats in rows}


def seats_by_department(rows: Mapping[UUID, BatchSeats]) -> dict[str | None, Figure]:
    """By the name of the department."""
    found: dict[str | None, list[BatchSeats]] = defaultdict(list)
    for one in rows.values():
        found[one.department].append(one)
    return {department: total_seats(some) for department, some in found.items()}


def total_seats(rows: Iterable[BatchSeats]) -> Figure:
    """All of them together."""
    some = list(rows)
    return Figure("seats_filled", sum(one.taken for one in some), sum(one.seats for one in some))


# --- enrollments ------------------------------------------------------------------------------------------------------
class CompletionCounts(NamedTuple):
    """How far those got who began, in the batches that ended."""

    batches: int
    started: int
    completed: int
    certified: int

    @property
    def figures(self) -> tuple[Figure, Figure]:
        return (
            Figure("completed", self.completed, self.started),
            Figure("certified", self.certified, self.started),
        )


def completion_by_batch(scope: Scope, period: Period) -> dict[UUID, CompletionCounts]:
    """Of everybody who ever had a seat in each batch whose last day is within the period. One statement."""
    began = starters(scope, period)
    rows: Any = (
        began.rows.order_by()
        .values_list("batch")
        .annotate(
            started=Count("pk"),
            completed=Count("pk", filter=began.counts),
            certified=Count("pk", filter=certificate_holders(scope, period).counts),
        )
    )
    found = dict.fromkeys(scope.ended_in(period), CompletionCounts(1, 0, 0, 0))
    return found | {batch: CompletionCounts(1, *numbers) for batch, *numbers in rows}


def total_completion(rows: Iterable[CompletionCounts]) -> CompletionCounts:
    """All of them together."""
    return (
        CompletionCounts(*map(sum, zip(*rows, strict=True))) if (rows := list(rows)) else CompletionCounts(0, 0, 0, 0)
    )


def enrollments_by_month(scope: Scope, period: Period) -> dict[date, int]:
    """The enrollments that began within the period, by the first day of each month that has any. One statement."""
    began = begun_enrollments(scope, period).rows.order_by()
    months: Any = began.annotate(month=TruncMonth("enrollment_date")).values_list("month")
    return dict(months.annotate(number=Count("pk")).order_by("month"))


def waitlist_joins(scope: Scope, period: Period) -> int:
    """How many joined a waitlist within the period. One statement."""
    return waitlist_entries(scope, period).rows.count()


def students_at_risk(scope: Scope) -> dict[UUID, set[UUID]]:
    """The students with an open flag, by batch. One statement."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for batch, student in flagged(scope).values_list("enrollment__batch", "enrollment__student"):
        if batch:
            found[batch].add(student)
    return found


def at_risk(scope: Scope, flags: Mapping[UUID, set[UUID]]) -> Figure:
    """The students with an open flag, of those with a seat; each once. One statement."""
    of = seated(scope).aggregate(number=Count("student", distinct=True))["number"]
    return Figure("at_risk", len(set().union(*flags.values())), of)


_MOVES = """
SELECT asked.from_semester, count(*) FILTER (WHERE one ->> 'move' = 'moves'), count(*)
FROM progression_rolloverrequest AS asked, jsonb_array_elements(asked.outcome -> 'students') AS one
WHERE asked.institution_id = %(institution)s AND asked.batch_id = ANY(%(batches)s)
AND asked.status = 'executed' AND asked.decided_at BETWEEN %(from)s AND %(to)s
GROUP BY asked.from_semester ORDER BY asked.from_semester
"""


def moves_by_semester(scope: Scope, period: Period) -> dict[int, Figure]:
    """Of the students of the rollovers that were executed within the period those who moved on, by the semester that
    they were in. One statement."""
    first, last = period.moments(scope.actor.zone)
    asked: dict[str, Any] = {
        "institution": scope.actor.institution.pk,
        "batches": scope.batches,
        "from": first,
        "to": last,
    }
    with reading_cursor() as cursor:
        cursor.execute(_MOVES, asked)
        return {semester: Figure("moved_up", moved, all_of) for semester, moved, all_of in cursor.fetchall()}


# --- marks and feedback -----------------------------------------------------------------------------------------------
class ResultCounts(NamedTuple):
    """Results that stand: how many passed, of how many, and their percents together."""

    passed: int
    decided: int
    percents: Decimal

    def __add__(self, other: Any) -> ResultCounts:
        return ResultCounts(self.passed + other[0], self.decided + other[1], self.percents + other[2])

    @property
    def figures(self) -> tuple[Figure, Figure]:
        """Pass rate and average mark."""
        return Figure("passed", self.passed, self.decided), Figure("average_mark", self.percents, self.decided)


NO_RESULTS = ResultCounts(0, 0, Decimal(0))


def results_by_batch(scope: Scope, period: Period, among: Q | None = None) -> dict[UUID, ResultCounts]:
    """The results first published within the period, or those of them that meet a condition. One statement."""
    results = published_results(scope, period)
    rows: Any = (
        results.rows.filter(among or Q())
        .order_by()
        .values_list("mapping__batch")
        .annotate(passed=Count("pk", filter=results.counts), decided=Count("pk"), percents=Sum("percent"))
    )
    return {batch: ResultCounts(passed, decided, percents or Decimal(0)) for batch, passed, decided, percents in rows}


def total_results(rows: Iterable[ResultCounts]) -> ResultCounts:
    """All of them together."""
    return reduce(add, rows, NO_RESULTS)


def scores_by_batch(scope: Scope, period: Period, among: Q | None = None) -> dict[UUID, Figure]:
    """The published scores of assessments due within the period, each in percent of its maximum. One statement."""
    rows: Any = (
        published_scores(scope, period)
        .rows.filter(among or Q())
        .order_by()
        .values_list("assessment__batch")
        .annotate(percents=Sum(F("score") * 100 / F("assessment__maximum")), number=Count("pk"))
    )
    return {batch: Figure("average_score", percents, number) for batch, percents, number in rows}


def total_scores(rows: Iterable[Figure]) -> Figure:
    """All of them together."""
    some = list(rows)
    return Figure(
        "average_score", sum((Decimal(one.part) for one in some), Decimal(0)), sum(one.whole or 0 for one in some)
    )


class RoundCounts(NamedTuple):
    """What a round of feedback came to. Without points where fewer than five answered."""

    batch: UUID
    course: UUID | None
    instructor: UUID | None
    answered: int
    asked: int
    answers: int
    points: Mapping[str, int]


class Satisfaction(NamedTuple):
    """What the rounds of one course, batch or instructor came to; without a value where fewer than five answered."""

    of: UUID | None
    answered: int
    asked: int
    value: Figure


def rounds_closed(scope: Scope, period: Period) -> list[RoundCounts]:
    """The rounds that closed within the period; of an instructor those about them alone.

    Points are those of `ShownAnswer`: whole rounds of five answers or more, so that no two periods or scopes differ by
    fewer. Two statements.
    """
    closed: QuerySet[FeedbackRound] = FeedbackRound.objects.filter(
        batch__one_of=scope.batches, closed_at__range=period.moments(scope.actor.zone)
    )
    if scope.instructor:
        closed = closed.filter(instructor=scope.instructor)
    numbers: Any = (
        FeedbackInvitation.objects.filter(round__in=closed.values("pk"))
        .order_by()
        .values_list("round", "round__batch", "round__batch__course", "round__instructor")
        .annotate(answered=Count("pk", filter=Q(answered=True)), asked=Count("pk"))
    )
    points: Any = (
        ShownAnswer.objects.filter(round__in=closed.values("pk"))
        .order_by()
        .values_list("round")
        .annotate(number=Count("pk"), **{f"sum_{name}": Sum(f"{name}_rating") for name in QUESTIONS})
    )
    shown = {row[0]: row[1:] for row in points}
    found = []
    for key, batch, course, instructor, answered, asked in numbers:
        number, *sums = shown.get(key, (0, *(0 for _name in QUESTIONS)))
        points_of = dict(zip(QUESTIONS, sums, strict=True))
        found.append(RoundCounts(batch, course, instructor, answered, asked, number, points_of))
    return found


def satisfaction_by(rounds: Sequence[RoundCounts], part: str, questions: Sequence[str]) -> list[Satisfaction]:
    """The mean of the points for the questions by course, batch or instructor, the best first, hidden ones last."""
    parts: dict[UUID | None, list[RoundCounts]] = defaultdict(list)
    for one in rounds:
        parts[getattr(one, part)].append(one)
    found = [
        Satisfaction(
            of,
            sum(one.answered for one in some),
            sum(one.asked for one in some),
            Figure(
                "satisfaction",
                sum(one.points[name] for one in some for name in questions),
                sum(one.answers for one in some) * len(questions),
            ),
        )
        for of, some in parts.items()
    ]
    return sorted(found, key=lambda one: (one.value.value is None, -(one.value.value or 0), str(one.of)))


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
    among = still_running().filter(batch__one_of=scope.batches).values("instructor")
    who = Q(pk=scope.instructor) if scope.instructor else Q(pk__in=among)
    people = instructors.rows(scope.actor, "list", among=User.objects.filter(who))
    return sorted(with_load(scope.actor, people), key=lambda one: (-weekly_minutes(one), one.full_name))


def workload_of_all(people: Sequence[Any]) -> tuple[Figure, Figure]:
    """Batches of the instructors, of the most that they may have; and the hours booked this week, of each."""
    return (
        Figure("utilization", sum(one.load for one in people), sum(one.limit for one in people)),
        Figure("weekly_hours", Decimal(sum(map(weekly_minutes, people))) / 60, len(people)),
    )
