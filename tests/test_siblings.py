"""A batch beside its siblings, and how its scores are spread: each number is a plain count, for whoever may see it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.db.models import F, Q
from django.test import TestCase
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from muster.assessment.models import Assessment, AssessmentMark
from muster.attendance.models import CountedMark
from muster.batches.models import Batch
from muster.enrollments.models import SeatPeriod
from muster.feedback.models import FeedbackInvitation
from muster.insights.periods import Period
from muster.insights.queries import insight_into
from muster.insights.scope import scope_of
from muster.insights.siblings import MOST_SIBLINGS, Siblings, offered_siblings, siblings_of
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from tests import database
from tests.client import Api
from tests.judged import Judged
from tests.pages import Browser, words_of


@pytest.fixture(scope="module")
def actor(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Actor]:
    """Whoever may see everything of a generated institution."""
    with django_db_blocker.unblock(), database.generated() as objects:
        yield Actor.system(Institution.objects.get(slug=sorted(objects)[1]))


def all_siblings_of(actor: Actor, batch: Batch) -> Siblings | None:
    today = batch.today()
    return siblings_of(actor, batch, today, offered_siblings(actor, batch, today))


def begun(actor: Actor) -> list[Batch]:
    """Some batches of courses of which several have begun."""
    rows = Batch.objects.filter(institution=actor.institution, course__isnull=False, start_date__lte=actor.today())
    courses = [one.course_id for one in rows.exclude(status=Batch.Status.CANCELLED)]
    found = [one for one in rows.order_by("pk") if courses.count(one.course_id) > 1]
    return random.Random(3).sample(found, min(4, len(found)))


def test_each_figure_equals_the_plain_count_over_the_batchs_own_days(actor: Actor) -> None:
    looked_at = 0
    for batch in begun(actor):
        today = batch.today()
        siblings = all_siblings_of(actor, batch)
        assert siblings is not None
        assert (siblings.rows[0].batch, len(siblings.rows) > 1) == (batch.pk, True)
        assert len(siblings.rows) <= MOST_SIBLINGS
        for row in siblings.rows:
            one = Batch.objects.get(pk=row.batch)
            assert one.course_id == batch.course_id
            usual = Period.of_batch(one.start_date, one.end_date, today)
            assert row.period == usual
            marks = CountedMark.objects.filter(batch=one, record_date__range=(usual.first, usual.last))
            counted = [status for status in marks.values_list("status", flat=True) if status != "EXCUSED"]
            came = sum(status in ("PRESENT", "LATE") for status in counted)
            assert tuple(siblings.marks.get(one.pk, (0, 0))) == (came, len(counted))
            looked_at += len(counted)
            seats = siblings.cohorts.seats.get(one.pk)
            on = SeatPeriod.objects.filter(batch=one, from_date__lte=min(one.end_date or today, today))
            held = on.filter(Q(until_date__isnull=True) | Q(until_date__gte=min(one.end_date or today, today))).count()
            assert (seats.taken, seats.seats) == (held, one.capacity) if seats else one.capacity is None
            # What is over after the last day counts too: a round that closed, a result that came later.
            alone = insight_into(scope_of(actor, Q(pk=one.pk)), Period(usual.first, today)).cohorts
            for name in ("completion", "results", "scores", "satisfaction", "at_risk"):
                assert getattr(siblings.cohorts, name).get(one.pk) == getattr(alone, name).get(one.pk), name
    assert looked_at > 0


def test_weeks_and_types_of_siblings_are_plain_counts(actor: Actor) -> None:
    shown = set()
    for batch in begun(actor):
        siblings = all_siblings_of(actor, batch)
        assert siblings is not None
        weeks: dict[Any, list[bool]] = defaultdict(list)
        types: dict[Any, list[bool]] = defaultdict(list)
        for row in siblings.rows:
            one = Batch.objects.get(pk=row.batch)
            assert one.start_date is not None
            begins = one.start_date - timedelta(days=one.start_date.weekday())
            days = (row.period.first, row.period.last)
            marks = CountedMark.objects.filter(batch=one, record_date__range=days).exclude(status="EXCUSED")
            for day, kind, status in marks.values_list("record_date", "session__session_type", "status"):
                came = status in ("PRESENT", "LATE")
                weeks[one == batch, (day - begins).days // 7].append(came)
                if kind:
                    types[one == batch, kind].append(came)
        told = [
            {(True, week): marks for week, marks in siblings.weeks_of_own().items()}
            | {(False, week): marks for week, marks in siblings.weeks_of_others().items()},
            {(True, kind): marks for kind, marks in siblings.own_parts.by_type.items()}
            | {(False, kind): marks for kind, marks in siblings.types_of_others().items()},
        ]
        for found, plain in zip(told, (weeks, types), strict=True):
            assert found == {key: (sum(some), len(some)) for key, some in plain.items()}
        first = siblings.rows[0].starts_on - timedelta(days=siblings.rows[0].starts_on.weekday())
        for week in range(60):
            others = weeks.get((False, week), [])
            value = siblings.in_week(first + timedelta(weeks=week))
            assert value == (1000 * sum(others) // len(others) / 10 if len(others) >= 30 else None)
            shown.add((bool(others), value is not None))
    assert shown >= {(True, True), (False, False)}


class TestOfACourse(TestCase):
    """Four batches of one course, two in each of two branches."""

    judged: Judged

    @classmethod
    def setUpTestData(cls) -> None:
        cls.judged = Judged(5)
        course = cls.judged.campus.course()
        Batch.objects.filter(pk__in=[one.pk for one in cls.judged.batches]).update(
            course=course, start_date=cls.judged.today - timedelta(days=110)
        )

    def path(self, number: int = 0) -> str:
        return reverse("analytics:batch", args=[self.judged.batches[number].pk])

    def test_a_branch_manager_is_told_of_no_batch_of_another_branch(self) -> None:
        judged = self.judged
        manager = judged.campus.person("branch-manager", branch=judged.parts[0]["branch"])
        codes = [one.code for one in judged.batches]
        for user, seen in ((None, codes), (manager, codes[::2]), (judged.leads[0], codes[::2])):
            browser, path = Browser(judged.campus, user), self.path()
            page: Any = browser.get(path)
            assert {line.code for line in page.context["siblings"]} == set(seen)
            table: Any = browser.get(f"{path}?export=csv&table=siblings")
            file = b"".join(table.streaming_content).decode()
            assert {code for code in codes if code in file} == set(seen)
            tables = Api(judged.campus.token(user)).get(f"/analytics/batches/{judged.batches[0].pk}").data["tables"]
            told = next(one for one in tables if one["key"] == "siblings")
            assert {row[0] for row in told["rows"]} == set(seen)

    def test_points_of_fewer_than_five_are_hidden_on_the_page(self) -> None:
        judged = self.judged
        page: Any = Browser(judged.campus).get(self.path())
        shown = {
            line.code: next(cell for cell in line.cells if cell.label == "Satisfaction")
            for line in page.context["siblings"]
        }
        few = set()
        for batch in judged.batches:
            answers = FeedbackInvitation.objects.filter(round__batch=batch, answered=True).count()
            assert shown[batch.code].is_hidden == (answers < 5)
            assert (shown[batch.code].text == "–") == (answers < 5)
            few.add(answers < 5)
        assert few == {True, False}
        assert "Hidden until 5 answers" in words_of(page)

    def test_a_batch_without_siblings_is_compared_with_none(self) -> None:
        judged = self.judged
        year: Any = Browser(judged.campus).get(reverse("analytics:batch", args=[judged.years[0].pk]))
        assert year.context["siblings"] == ()
        assert "Compared with siblings" not in words_of(year)

    def test_canceled_batches_and_those_to_come_are_no_siblings(self) -> None:
        judged = self.judged
        later, gone = judged.batches[1:3]
        Batch.objects.filter(pk=later.pk).update(start_date=judged.today + timedelta(days=1))
        Batch.objects.filter(pk=gone.pk).update(status=Batch.Status.CANCELLED)
        siblings = all_siblings_of(judged.admin, Batch.objects.get(pk=judged.batches[0].pk))
        assert siblings is not None
        assert {one.batch for one in siblings.rows} == {judged.batches[0].pk, judged.batches[3].pk}

    def test_the_chosen_siblings_are_compared_on_the_page_in_the_file_and_over_the_api(self) -> None:
        judged = self.judged
        own, over, *running = judged.batches
        Batch.objects.filter(pk=over.pk).update(end_date=judged.today - timedelta(days=1))
        browser, api, path = Browser(judged.campus), Api(judged.campus.token()), self.path()
        for chosen, expected in (
            ("", [over, *running]),
            ("running", running),
            (str(over.pk), [over]),
            ("none", []),
        ):
            codes = {one.code for one in [own, *expected]} if expected else set()
            page: Any = browser.get(f"{path}?siblings={chosen}")
            assert {line.code for line in page.context["siblings"]} == codes, chosen
            tables = api.get(f"/analytics/batches/{own.pk}?siblings={chosen}").data["tables"]
            told = [row[0] for one in tables if one["key"] == "siblings" for row in one["rows"]]
            assert set(told) == codes, chosen
            if expected:
                file: Any = browser.get(f"{path}?siblings={chosen}&export=csv&table=siblings")
                words = b"".join(file.streaming_content).decode()
                assert {one.code for one in judged.batches if one.code in words} == codes
        refused: Any = browser.get(f"{path}?siblings={judged.years[0].pk}")
        assert refused.status_code == 200
        assert "siblings" in refused.context["form"].errors
        answer = api.get(f"/analytics/batches/{own.pk}?siblings={judged.years[0].pk}")
        assert (answer.status, answer.body["errors"][0]["field"]) == (400, "siblings")

    def test_bars_are_the_plain_count_of_the_scores_of_the_chosen_assessment(self) -> None:
        judged = self.judged
        browser, path, batch = Browser(judged.campus), self.path(), judged.batches[0]
        usual: Any = browser.get(path)
        last = max(Assessment.objects.filter(batch=batch), key=lambda one: one.due_on)
        assert usual.context["histogram"].assessment.due_on == last.due_on
        for one in Assessment.objects.filter(batch=batch):
            page: Any = browser.get(f"{path}?assessment={one.pk}")
            scores = list(AssessmentMark.objects.filter(assessment=one, score__isnull=False).values_list(F("score")))
            scores = [score for (score,) in scores]
            shown = page.context["histogram"]
            tenth = Decimal(one.maximum) / 10
            plain = [0] * 10
            for score in scores:
                plain[min(9, int(score / tenth))] += 1
            assert [bar.number for bar in shown.bars] == plain
            assert [row.cells[-1] for row in page.context["tables"]["scores"].table.rows] == plain
            assert Decimal(shown.median) == pytest.approx(median(scores), abs=Decimal("0.01"))

    def test_the_api_tells_the_scores_of_the_assessment_that_is_asked_for(self) -> None:
        judged = self.judged
        browser, path, batch = Browser(judged.campus), self.path(), judged.batches[0]
        api, told = Api(judged.campus.token()), set()
        for query in ("", *(f"?assessment={one.pk}" for one in Assessment.objects.filter(batch=batch))):
            page: Any = browser.get(path + query)
            table = page.context["tables"]["scores"].table
            [found] = [
                one for one in api.get(f"/analytics/batches/{batch.pk}{query}").data["tables"] if one["key"] == "scores"
            ]
            assert (found["title"], found["rows"]) == (table.title, [list(row.cells) for row in table.rows])
            told.add(found["title"])
        assert len(told) == 3

    def test_the_api_refuses_what_is_no_assessment_of_the_batch_with_scores(self) -> None:
        judged = self.judged
        batch, other = judged.batches[:2]
        category = batch.assessment_categories.get()
        empty = Assessment.objects.create(
            **judged.here, batch=batch, category=category, title="Empty", maximum=9, due_on=judged.today
        )
        api = Api(judged.campus.token())
        for pk in (Assessment.objects.filter(batch=other).first().pk, empty.pk, "nothing"):
            answer = api.get(f"/analytics/batches/{batch.pk}?assessment={pk}")
            assert answer.status == 400
            [error] = answer.body["errors"]
            assert error["field"] == "assessment"
            assert error["message"].startswith("This is no assessment of this batch with scores that you may see.")

    def test_an_assessment_of_another_batch_is_refused_at_its_field(self) -> None:
        judged = self.judged
        other = Assessment.objects.filter(batch=judged.batches[1]).first()
        page: Any = Browser(judged.campus).get(f"{self.path()}?assessment={other.pk}")
        assert page.status_code == 200
        assert "assessment" in page.context["form"].errors
        assert page.context["histogram"].assessment.batch_id == judged.batches[0].pk

    def test_each_figure_says_beside_it_what_it_counts(self) -> None:
        judged = self.judged
        page: Any = Browser(judged.campus).get(self.path())
        content, words = page.content.decode(), words_of(page)
        for one in page.context["figures"]:
            assert content.count(f'popovertarget="def-{one.figure.name}"') == 1
            assert content.count(f'id="def-{one.figure.name}" popover') == 1
            # Beside it and in the table of all.
            assert words.count(str(one.figure.definition.says)) >= 2
