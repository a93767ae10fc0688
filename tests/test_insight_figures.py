"""Figures of results, feedback, risk, workload, rollovers and mentoring equal the plain computation over any data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from muster.allocation.models import IndividualAssignment
from muster.assessment.models import AssessmentMark
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import assign_instructor
from muster.core.ownership import as_owner
from muster.enrollments.models import Enrollment
from muster.feedback.models import LEAST, FeedbackInvitation, FeedbackRound
from muster.insights.definitions import DEFINITIONS, Figure, Shape
from muster.insights.mentoring import LEAST_CHECK_INS, MentoringScope, insight_into_mentoring
from muster.insights.periods import Period
from muster.insights.queries import Insight, insight_into
from muster.insights.ratings import ratings_of_batch
from muster.insights.scope import scope_of, scope_of_instructor
from muster.institutions.models import Membership, Role
from muster.mentoring.models import MentoringCheckIn, MentoringGoal, MentoringQuestion, MentoringSession
from muster.people.models import InstructorProfile
from muster.progression.models import RolloverRequest, SubjectResult
from muster.risk.models import RiskFlag
from muster.timetable.models import Booking
from tests.judged import DAY, Judged

pytestmark = pytest.mark.django_db
SEEDS = range(2)


@pytest.fixture(params=SEEDS)
def judged(request: pytest.FixtureRequest) -> Judged:
    return Judged(request.param)


def periods(judged: Judged) -> list[Period]:
    """The whole time, nothing, and some days of it."""
    chance, today = Random(5), judged.today
    found = [Period(today - DAY * 110, today), Period(today + DAY * 50, today + DAY * 60)]
    for _each in range(3):
        first = today - DAY * chance.randrange(110)
        found.append(Period(first, first + DAY * chance.randrange(60)))
    return found


def within(period: Period, moment: datetime | None, zone: Any) -> bool:
    return moment is not None and period.first <= moment.astimezone(zone).date() <= period.last


def mean(values: Iterable[Any]) -> tuple[Decimal, int]:
    numbers = [Decimal(one) for one in values]
    return sum(numbers, Decimal(0)), len(numbers)


def told(figure: Figure) -> tuple[Any, Any]:
    return Decimal(figure.part), figure.whole


def close(figure: Figure, plain: tuple[Decimal, int]) -> bool:
    """The same, but for what the database rounds of a quotient."""
    return figure.whole == plain[1] and abs(Decimal(figure.part) - plain[0]) < Decimal("0.0001")


def seen(judged: Judged) -> list[tuple[list[Batch], Any, Any]]:
    """Everything and each part of it: its batches, its scope, and the instructor whom it is about."""
    actor, everything = judged.admin, [*judged.batches, *judged.years]
    found: list[tuple[list[Batch], Any, Any]] = [(everything, scope_of(actor), None)]
    branch = judged.parts[0]["branch"]
    found.append(([one for one in everything if one.branch_id == branch.pk], scope_of(actor, Q(branch=branch)), None))
    found.append((judged.batches[:1], scope_of(actor, Q(pk=judged.batches[0].pk)), None))
    lead = judged.leads[0]
    led = [one for one in judged.batches if one.instructor_assignments.leads().get().instructor_id == lead.pk]
    found.append((led, scope_of_instructor(actor, lead.pk), lead))
    return found


def insights(judged: Judged) -> Iterable[tuple[set[Any], Any, Period, Insight]]:
    for own, scope, lead in seen(judged):
        for period in periods(judged):
            yield {batch.pk for batch in own}, lead, period, insight_into(scope, period)


def test_results_and_scores_equal_the_plain_mean(judged: Judged) -> None:
    zone = judged.admin.zone
    results = list(SubjectResult.objects.select_related("mapping"))
    marks = list(AssessmentMark.objects.select_related("assessment"))
    assert len({one.verdict for one in results}) == 2
    for own, _lead, period, insight in insights(judged):
        counted = [one for one in results if one.mapping.batch_id in own and within(period, one.created_at, zone)]
        passed = sum(one.verdict == "passed" for one in counted)
        assert told(insight.figures["passed"]) == (passed, len(counted))
        assert told(insight.figures["average_mark"]) == mean(one.percent for one in counted)
        scores = [
            one.score * 100 / one.assessment.maximum
            for one in marks
            if one.assessment.batch_id in own
            and period.first <= one.assessment.due_on <= period.last
            and one.published_at
            and one.score is not None
        ]
        assert close(insight.figures["average_score"], mean(scores))
        by_batch = [figures for row in insight.cohorts.results.values() for figures in [row.figures[0]]]
        assert sum(one.part for one in by_batch) == passed


def test_satisfaction_equals_the_plain_mean_of_rounds_with_enough_answers(judged: Judged) -> None:
    zone, answers = judged.admin.zone, answers_by_round()
    rounds = list(FeedbackRound.objects.all())
    assert {len(answers.get(one.pk, [])) >= LEAST for one in rounds} == {True, False}
    for own, lead, period, insight in insights(judged):
        closed = [
            one
            for one in rounds
            if one.batch_id in own
            and within(period, one.closed_at, zone)
            and (lead is None or one.instructor_id == lead.pk)
        ]
        asked = FeedbackInvitation.objects.filter(round__in=closed)
        assert told(insight.figures["response"]) == (asked.filter(answered=True).count(), asked.count())
        shown = [points for one in closed if len(answers.get(one.pk, [])) >= LEAST for points in answers[one.pk]]
        points = [point for _content, teaching, _value in shown for point in ([teaching] if lead else [])]
        points = points or [point for three in shown for point in three]
        assert told(insight.figures["satisfaction"]) == mean(points)
        for person in judged.leads:
            of = [one.pk for one in closed if one.instructor_id == person.pk]
            rated = [three[1] for pk in of if len(answers.get(pk, [])) >= LEAST for three in answers[pk]]
            row = insight.satisfaction_by_instructor.get(person.pk)
            assert (told(row.value) if row else (0, 0)) == mean(rated)


def test_ratings_of_a_batch_are_the_plain_count_of_rounds_with_enough_answers(judged: Judged) -> None:
    zone, answers, seen = judged.admin.zone, answers_by_round(), set()
    for batch in judged.batches:
        for period in periods(judged):
            closed = [one for one in FeedbackRound.objects.filter(batch=batch) if within(period, one.closed_at, zone)]
            given = [answers.get(one.pk, []) for one in closed]
            shown = [three for some in given if len(some) >= LEAST for three in some]
            found = ratings_of_batch(judged.admin, batch, period)
            seen.add((bool(shown), any(given)))
            if not shown:
                assert (found.ratings, found.comments) == (None, [])
                continue
            assert found.ratings is not None
            for place, name in enumerate(("content", "instructor", "value")):
                points = [three[place] for three in shown]
                assert found.ratings[name].counts == tuple(points.count(one) for one in range(1, 6))
                assert found.ratings[name].average == pytest.approx(sum(points) / len(points), abs=0.006)
    assert {(True, True), (False, False)} <= seen


def answers_by_round() -> dict[Any, list[tuple[int, int, int]]]:
    """What everybody answered, which the owner of the tables alone reads."""
    found: dict[Any, list[tuple[int, int, int]]] = {}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pool.round_id, content_rating, instructor_rating, value_rating FROM feedback_feedbackanswer"
            " JOIN feedback_feedbackpool AS pool ON pool.id = pool_id"
        )
        for key, *points in cursor.fetchall():
            found.setdefault(key, []).append(tuple(points))
    return found


def test_risk_equals_the_plain_count_of_students(judged: Judged) -> None:
    flags = list(RiskFlag.objects.select_related("enrollment"))
    seats = list(Enrollment.objects.filter(status__in=("active", "on_hold"), frozen=False))
    for own, scope, _lead in seen(judged):
        keys = {batch.pk for batch in own}
        figure = insight_into(scope, periods(judged)[0]).figures["at_risk"]
        open_ones = {
            one.enrollment.student_id for one in flags if not one.closed_at and one.enrollment.batch_id in keys
        }
        assert (figure.part, figure.whole) == (
            len(open_ones),
            len({one.student_id for one in seats if one.batch_id in keys}),
        )


def test_utilization_and_hours_equal_the_plain_sums(judged: Judged) -> None:
    today, most = judged.today, judged.campus.institution.max_active_batches
    InstructorProfile.objects.update_or_create(**judged.here, user=judged.leads[0], defaults={"max_active_batches": 1})
    assign_instructor(by=judged.admin, batch=judged.batches[0], instructor=judged.leads[1], role="assistant")
    monday = today - DAY * (today.isoweekday() - 1)
    assigned = list(InstructorAssignment.objects.select_related("batch"))
    for own, scope, lead in seen(judged):
        keys = {batch.pk for batch in own}
        current = [one for one in assigned if one.until_date is None or one.until_date >= today]
        people = {lead.pk} if lead else {one.instructor_id for one in current if one.batch_id in keys}
        teaching = [one for one in current if one.batch.status in ("Upcoming", "Active")]
        load = sum(len({one.batch_id for one in teaching if one.instructor_id == pk}) for pk in people)
        limit = sum(1 if pk == judged.leads[0].pk else most for pk in people)
        figures = insight_into(scope, periods(judged)[0]).figures
        assert told(figures["utilization"]) == (load, limit)
        booked = Booking.objects.filter(instructor__in=people, on_date__range=(monday, monday + DAY * 6))
        hours = [(one.period.upper - one.period.lower) / timedelta(hours=1) for one in booked]
        assert close(figures["weekly_hours"], (sum(map(Decimal, hours), Decimal(0)), len(people)))


def test_who_moved_up_equals_the_plain_count(judged: Judged) -> None:
    rows = list(RolloverRequest.objects.filter(status="executed"))
    for own, _lead, period, insight in insights(judged):
        counted = [row for row in rows if row.batch_id in own and within(period, row.decided_at, judged.admin.zone)]
        moves = [one["move"] for row in counted for one in row.outcome["students"]]
        figure = insight.figures["moved_up"]
        assert (figure.part, figure.whole) == (moves.count("moves"), len(moves))


def test_mentoring_equals_the_plain_counts(judged: Judged) -> None:
    zone, now = judged.admin.zone, timezone.now()
    pairs, questions = list(IndividualAssignment.objects.all()), list(MentoringQuestion.objects.all())
    goals, said = list(MentoringGoal.objects.all()), list(MentoringCheckIn.objects.all())
    met = list(MentoringSession.objects.select_related("session").exclude(outcome=""))
    learners = Membership.objects.filter(role=Role.STUDENT).values_list("user", flat=True)
    assigned = {pair.assigned_at for pair in pairs}
    assert len(assigned) == len(pairs) == 8
    for lead in (None, *judged.leads):
        own = {pair.pk: pair for pair in pairs if lead is None or pair.instructor_id == lead.pk}
        for period in periods(judged):
            figures = insight_into_mentoring(MentoringScope(judged.admin, lead and lead.pk), period).figures

            def during(moment: datetime | None, period: Period = period) -> bool:
                return within(period, moment, zone)

            held = [one for one in met if one.assignment_id in own and period.first <= one.session.date <= period.last]
            agreed = [
                one for one in goals if one.assignment_id in own and during(one.created_at) and one.status != "dropped"
            ]
            asked = [one for one in questions if one.assignment_id in own and during(one.created_at)]
            answered = [one for one in questions if one.assignment_id in own and during(one.answered_at)]
            checked = [one for one in said if one.assignment_id in own and during(one.created_at)]
            end = datetime.combine(period.last + DAY, datetime.min.time(), zone)
            start = datetime.combine(period.first, datetime.min.time(), zone)
            there = [
                one for one in own.values() if one.assigned_at < end and (one.ended_at is None or one.ended_at >= start)
            ]
            contact = {one.assignment_id for one in held if one.outcome == "held"}
            contact |= {one.assignment_id for one in [*asked, *answered, *checked]}
            enough = len(checked) >= LEAST_CHECK_INS
            plain = {
                "mentoring_held": (sum(one.outcome == "held" for one in held), len(held)),
                "goals_reached": (sum(one.status == "reached" for one in agreed), len(agreed)),
                "questions_answered": (sum(one.answered_at is not None for one in asked), len(asked)),
                "mentoring_engaged": (sum(one.pk in contact for one in there), len(there)),
                "mentoring_progress": (sum(one.progress for one in checked), len(checked)) if enough else (0, 0),
            }
            if lead is None:
                plain["mentored"] = (sum(one.ended_at is None for one in pairs), len(set(learners)))
            assert {name: (figures[name].part, figures[name].whole) for name in plain} == plain
            took = [
                (one.answered_at - max(one.created_at, own[one.assignment_id].assigned_at))
                for one in answered
                if one.answered_at
            ]
            assert close(figures["answer_hours"], mean(one / timedelta(hours=1) for one in took))
            until = [min(one.ended_at or now, now, end - timedelta(seconds=1)) for one in there]
            lasted = [
                (last.astimezone(zone).date() - one.assigned_at.astimezone(zone).date()).days
                for one, last in zip(there, until, strict=True)
            ]
            assert told(figures["pair_days"]) == (sum(lasted), len(lasted))


def test_values_are_rounded_once(judged: Judged) -> None:
    """Shares down to one decimal, means half up to two."""
    for _own, _lead, _period, insight in insights(judged):
        for one in insight.figures.values():
            if one.definition.shape is Shape.PERCENT and one.whole:
                assert one.value == int(Decimal(one.part) * 1000 / one.whole) / 10
            if one.definition.shape is Shape.MEAN and one.whole:
                assert one.value == float((Decimal(one.part) / one.whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_every_figure_is_counted_somewhere(judged: Judged) -> None:
    period = periods(judged)[0]
    told_of = {*insight_into(scope_of(judged.admin), period).figures}
    told_of |= {*insight_into_mentoring(MentoringScope(judged.admin), period).figures}
    assert told_of == set(DEFINITIONS)
