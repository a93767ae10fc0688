"""The figures of a scope between two days. Each is counted by one function, which brings both of its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from muster.accounts.models import User
from muster.core.replica import reads_what_may_lag
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.feedback.queries import QUESTIONS
from muster.insights.counts import (
    BatchSeats,
    CompletionCounts,
    ResultCounts,
    Satisfaction,
    at_risk,
    completion_by_batch,
    enrollments_by_month,
    instructors_in,
    moves_by_semester,
    registers_taken,
    results_by_batch,
    rounds_closed,
    satisfaction_by,
    scores_by_batch,
    seats_by_batch,
    seats_by_department,
    students_at_risk,
    total_completion,
    total_results,
    total_satisfaction,
    total_scores,
    total_seats,
    waitlist_joins,
    workload_of_all,
)
from muster.insights.definitions import Figure, FiguresInsight
from muster.insights.marks import AttendanceCounts, attendance_counts
from muster.insights.periods import Period
from muster.insights.rows import counted_marks
from muster.insights.scope import Scope, ScopePart
from muster.institutions.access import Actor


@dataclass(frozen=True)
class BatchFigures:
    """What stands beside the attendance of each batch where batches are compared."""

    seats: Mapping[UUID, BatchSeats]
    completion: Mapping[UUID, CompletionCounts]
    results: Mapping[UUID, ResultCounts]
    scores: Mapping[UUID, Figure]
    satisfaction: Mapping[UUID | None, Satisfaction]
    at_risk: Mapping[UUID, set[UUID]] = field(default_factory=dict)


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
    moves: Mapping[int, Figure]
    """Those who moved on, by the semester that they were in."""
    satisfaction: Sequence[Satisfaction]
    """By course."""
    satisfaction_by_instructor: Mapping[UUID | None, Satisfaction]
    cohorts: BatchFigures
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
    if scope.is_granted:
        return replace(
            _attendance_alone(scope, period), compared=_attendance_alone(scope, compared) if compared else None
        )
    now, people, flags = _of_days(scope, period), instructors_in(scope), students_at_risk(scope)
    today = {one.name: one for one in (at_risk(scope, flags), *workload_of_all(people))}
    return replace(
        now,
        figures={**now.figures, **today},
        cohorts=replace(now.cohorts, at_risk=flags),
        instructors=people,
        compared=_of_days(scope, compared) if compared else None,
    )


def _attendance_alone(scope: Scope, period: Period) -> Insight:
    """What may be seen of registers and nothing else. Two statements."""
    attendance = attendance_counts(scope, period)
    figures = (attendance.whole.figure, registers_taken(scope, period))
    return Insight(
        period,
        {one.name: one for one in figures},
        attendance,
        completion=total_completion(()),
        seats={},
        months={},
        moves={},
        satisfaction=(),
        satisfaction_by_instructor={},
        cohorts=BatchFigures({}, {}, {}, {}, {}),
    )


def _of_days(scope: Scope, period: Period) -> Insight:
    attendance = attendance_counts(scope, period)
    seats, courses = seats_by_batch(scope, period.last), completion_by_batch(scope, period)
    results, scores = results_by_batch(scope, period), scores_by_batch(scope, period)
    months, moves = enrollments_by_month(scope, period), moves_by_semester(scope, period)
    rounds = rounds_closed(scope, period)
    # Of an instructor what was said of them.
    questions = ("instructor",) if scope.instructor else tuple(QUESTIONS)
    satisfaction = satisfaction_by(rounds, "course", questions)
    course, all_seats = total_completion(courses.values()), total_seats(seats.values())
    figures = (
        attendance.whole.figure,
        registers_taken(scope, period),
        all_seats,
        *course.figures,
        *total_satisfaction(satisfaction),
        Figure("new_enrollments", sum(months.values()), None),
        Figure("waitlisted", waitlist_joins(scope, period), all_seats.whole),
        *total_results(results.values()).figures,
        total_scores(scores.values()),
        Figure("moved_up", sum(one.part for one in moves.values()), sum(one.whole or 0 for one in moves.values())),
    )
    by_instructor = {one.of: one for one in satisfaction_by(rounds, "instructor", ("instructor",))}
    by_batch = {one.of: one for one in satisfaction_by(rounds, "batch", questions)}
    return Insight(
        period,
        {one.name: one for one in figures},
        attendance,
        course,
        seats_by_department(seats),
        months,
        moves,
        satisfaction,
        by_instructor,
        BatchFigures(seats, courses, results, scores, by_batch),
    )


# --- one student ------------------------------------------------------------------------------------------------------
@reads_what_may_lag
def insight_into_student(actor: Actor, student: User, period: Period, compared: Period | None = None) -> FiguresInsight:
    """A student's marks and results, in the batches in which the actor may see them. Four statements a period."""
    seats = enrollments.rows(actor, among=Enrollment.objects.filter(student=student, batch__isnull=False))
    scope = Scope(
        actor, [ScopePart(batch, None, None, None, None) for batch in seats.order_by().values_list("batch", flat=True)]
    )
    return FiguresInsight.of(period, compared, lambda days: _figures_of_student(scope, student, days))


def _figures_of_student(scope: Scope, student: User, period: Period) -> list[Figure]:
    marks = counted_marks(scope, period).narrowed(Q(student=student))
    found = marks.rows.order_by().aggregate(came=Count("pk", filter=marks.counts), counted=Count("pk"))
    among = Q(enrollment__student=student)
    return [
        Figure("attendance", found["came"], found["counted"]),
        *total_results(results_by_batch(scope, period, among).values()).figures,
        total_scores(scores_by_batch(scope, period, among).values()),
    ]
