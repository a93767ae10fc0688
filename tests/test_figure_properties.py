"""Every figure equals the plain computation, whatever the data are. A new figure fails here until it has one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from muster.feedback.models import LEAST
from muster.insights.definitions import DEFINITIONS, Figure, Shape
from muster.insights.leads import figures_by_lead
from muster.insights.mentoring import MentoringScope, insight_into_mentoring
from muster.insights.periods import Period
from muster.insights.queries import Insight, insight_into, insight_into_student
from muster.insights.ratings import ratings_of_batch
from muster.insights.scope import Scope, scope_of, scope_of_instructor
from tests.figure_data import AFTER, BEFORE, DAY, FigureData
from tests.plain_figures import PLAIN, PlainRows, PlainScope

# More where there is time for it.
EXAMPLES = int(os.environ.get("MUSTER_EXAMPLES", "5"))
OF_STUDENTS = {"attendance", "passed", "average_mark", "average_score"}
MENTORING = {
    "mentored",
    "mentoring_held",
    "mentoring_engaged",
    "goals_reached",
    "questions_answered",
    "answer_hours",
    "pair_days",
    "mentoring_progress",
}
# A figure as it is told, and the scope of its plain computation.
Told = tuple[Figure, PlainScope]


def test_every_figure_has_a_plain_computation() -> None:
    assert set(PLAIN) == set(DEFINITIONS)


def differing(told: Iterable[Told]) -> list[Any]:
    """The figures that are another number than the plain one, but for what the database rounds of a quotient, or of
    another value than it comes to."""
    found = []
    for figure, plain in told:
        part, whole = PLAIN[figure.name](plain)
        is_off = figure.whole != whole or abs(Decimal(figure.part) - Decimal(part)) > Decimal("0.0001")
        if is_off or figure.value != rounded(figure):
            found.append((figure, figure.value, (part, whole), plain.batches, plain.lead, plain.period))
    return found


def rounded(figure: Figure) -> float | None:
    """Shares down to one decimal, means half up to two; nothing of nothing."""
    if figure.definition.shape is Shape.NUMBER:
        return float(figure.part)
    if not figure.whole:
        return None
    if figure.definition.shape is Shape.PERCENT:
        return int(Decimal(figure.part) * 1000 / figure.whole) / 10
    return float((Decimal(figure.part) / figure.whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


class FiguresAgree(TestCase):
    data: FigureData

    @classmethod
    def setUpTestData(cls) -> None:
        cls.data = FigureData()

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.randoms(use_true_random=False), st.integers(-BEFORE, AFTER), st.integers(0, BEFORE))
    def test_every_figure_equals_the_plain_computation(self, chance: Random, first: int, days: int) -> None:
        self.data.fill(chance)
        rows, today = PlainRows(self.data.admin), self.data.today
        whole = Period(today - DAY * BEFORE, today + DAY * AFTER)
        for period in (whole, Period(today + DAY * first, today + DAY * (first + days))):
            told = [*self.of_scopes(rows, period), *self.of_mentors(rows, period), *self.of_students(rows, period)]
            told += self.of_leads(rows, period)
            self.assertEqual({figure.name for figure, _plain in told}, set(DEFINITIONS))
            self.assertEqual(differing(told), [])
            self.compare_ratings(rows, period)

    def of_scopes(self, rows: PlainRows, period: Period) -> Iterator[Told]:
        """Of everything, a branch, a department, a batch, and the days of each instructor."""
        actor, everything = self.data.admin, frozenset(rows.batches)
        scopes: list[tuple[Scope, PlainScope]] = [(scope_of(actor), PlainScope(rows, everything, period))]
        for name, row in self.data.parts[0].items():
            own = frozenset(pk for pk, one in rows.batches.items() if getattr(one, f"{name}_id") == row.pk)
            scopes.append((scope_of(actor, Q(**{name: row})), PlainScope(rows, own, period)))
        batch = self.data.batches[0].pk
        scopes.append((scope_of(actor, Q(pk=batch)), PlainScope(rows, frozenset([batch]), period)))
        for lead in self.data.leads:
            led = frozenset(one.batch_id for one in rows.leading if one.instructor_id == lead.pk)
            scopes.append((scope_of_instructor(actor, lead.pk), PlainScope(rows, led, period, lead.pk)))
        for scope, plain in scopes:
            insight = insight_into(scope, period)
            # Mentoring is asked of pairs.
            self.assertEqual(set(insight.figures), set(DEFINITIONS) - MENTORING)
            yield from ((figure, plain) for figure in insight.figures.values())
            yield from self.of_parts(insight, plain)

    def of_parts(self, insight: Insight, plain: PlainScope) -> Iterator[Told]:
        """Of each batch, department, course and lead that is told apart; months and semesters are compared at once."""
        rows, of = plain.rows, insight.cohorts

        def among(key: Any, value: Any, lead: Any = plain.lead) -> PlainScope:
            own = frozenset(pk for pk in plain.batches if getattr(rows.batches[pk], key) == value)
            return PlainScope(rows, own, plain.period, lead)

        for pk in plain.batches:
            own = among("pk", pk)
            if marks := insight.attendance.by_batch.get(pk):
                yield marks.figure, own
            yield from ((one.figure, own) for one in [of.seats.get(pk)] if one)
            yield from (
                (figure, own) for one in [of.completion.get(pk), of.results.get(pk)] if one for figure in one.figures
            )
            yield from ((one, own) for one in [of.scores.get(pk)] if one)
            if said := of.satisfaction.get(pk):
                yield from ((said.value, own), (Figure("response", said.answered, said.asked), own))
            risk = len(of.at_risk.get(pk, ()))
            yield Figure("at_risk", risk, PLAIN["at_risk"](own)[1]), own
        # What is told apart is all there is.
        for name, some in (
            ("attendance", insight.attendance.by_batch),
            ("seats_filled", of.seats),
            ("passed", of.results),
        ):
            parts = [getattr(one, "figure", None) or one.figures[0] for one in some.values()]
            self.assertEqual(sum(one.part for one in parts), insight.figures[name].part)
            self.assertEqual(sum(one.whole or 0 for one in parts), insight.figures[name].whole)
        departments = {part["department"].name: part["department"].pk for part in self.data.parts}
        for name, seats in insight.seats.items():
            yield seats, among("department_id", departments.get(name))
        for said in insight.satisfaction:
            own = among("course_id", said.of)
            yield from ((said.value, own), (Figure("response", said.answered, said.asked), own))
        for lead, said in insight.satisfaction_by_instructor.items():
            yield said.value, PlainScope(rows, plain.batches, plain.period, lead)
        began = [one for one in rows.seats if one.batch_id in plain.batches and plain.is_day(one.enrollment_date)]
        self.assertEqual(insight.months, Counter(one.enrollment_date.replace(day=1) for one in began))
        moved = {semester: (one.part, one.whole) for semester, one in insight.moves.items()}
        went, all_of = Counter(semester for semester, on in plain.moves if on), Counter(one for one, _on in plain.moves)
        self.assertEqual(moved, {semester: (went[semester], number) for semester, number in all_of.items()})

    def of_mentors(self, rows: PlainRows, period: Period) -> Iterator[Told]:
        """Of all pairs, and of those of each mentor."""
        for lead in (None, *(one.pk for one in self.data.leads)):
            plain = PlainScope(rows, frozenset(), period, lead)
            mentoring = insight_into_mentoring(MentoringScope(self.data.admin, lead), period)
            self.assertEqual(set(mentoring.figures), MENTORING - ({"mentored"} if lead else set()))
            yield from ((figure, plain) for figure in mentoring.figures.values())
            current = Counter(one.instructor_id for one in plain.pairs.values() if one.ended_at is None)
            self.assertEqual({one.instructor: one.students for one in mentoring.mentors}, current)
            for one in mentoring.mentors:
                own = PlainScope(rows, frozenset(), period, one.instructor)
                yield from ((one.held, own), (one.answer_hours, own))

    def of_students(self, rows: PlainRows, period: Period) -> Iterator[Told]:
        """Of a student of a batch, and of one of the batch year."""
        for batch in (self.data.batches[0], self.data.year):
            seat: Any = batch.enrollments.order_by("pk").first()
            plain = PlainScope(rows, frozenset(rows.batches), period, student=seat.student_id)
            figures = insight_into_student(self.data.admin, seat.student, period).figures
            self.assertEqual(set(figures), OF_STUDENTS)
            yield from ((figure, plain) for figure in figures.values())

    def of_leads(self, rows: PlainRows, period: Period) -> Iterator[Told]:
        """Of every instructor at once, as their report asks."""
        found = figures_by_lead(scope_of(self.data.admin), period)
        spans = [one for one in rows.leading if one.from_date <= period.last]
        spans = [one for one in spans if one.until_date is None or one.until_date >= period.first]
        self.assertEqual(set(found), {one.instructor_id for one in spans})
        for lead, one in found.items():
            led = frozenset(span.batch_id for span in spans if span.instructor_id == lead)
            self.assertEqual(one.batches, len(led))
            yield from ((figure, PlainScope(rows, led, period, lead)) for figure in one.figures.values())

    def compare_ratings(self, rows: PlainRows, period: Period) -> None:
        """How many gave each number of points to each question, of whole rounds of five answers or more."""
        for batch in self.data.batches:
            shown = [
                three
                for one in PlainScope(rows, frozenset([batch.pk]), period).closed
                if len(rows.answers.get(one.pk, ())) >= LEAST
                for three in rows.answers[one.pk]
            ]
            found = ratings_of_batch(self.data.admin, batch, period).ratings
            told = {name: list(one.counts) for name, one in (found or {}).items()}
            points = zip(("content", "instructor", "value"), zip(*shown, strict=True), strict=bool(shown))
            self.assertEqual(told, {name: [some.count(one) for one in range(1, 6)] for name, some in points})
