"""The overview of a batch: the phase it is in, and how attendance went by week; who is shown them, and when."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.batches.models import Batch
from muster.enrollments.models import Enrollment
from muster.enrollments.rules import change_status
from muster.insights.periods import Period
from muster.web.home.tests.test_home_cards import card_of, taught
from tests.make import Campus, slot
from tests.pages import Browser, words_of
from tests.test_budgets import OF_A_PAGE, statements

pytestmark = pytest.mark.django_db
MONDAYS = [slot(1, "09:00", "10:00")]
NO_MARKS = "No marks yet. They appear here week by week once registers are taken."
NO_REGISTER = "No register was taken."


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def phases_on(page: object) -> list[tuple[str, str]]:
    """The steps of the phase line, each with how it stands."""
    line = page.content.decode().split('<ol class="phases"')[1].split("</ol>")[0]
    steps = re.findall(r'<li (class="done"|aria-current="step")?.*?</span>(\w+)<small>', line, re.DOTALL)
    return [(word, {'class="done"': "done", "": "todo"}.get(how, "here")) for how, word in steps]


def test_the_phase_line_says_where_the_batch_stands(campus: Campus) -> None:
    browser = Browser(campus)
    words = ["Planning", "Enrollment", "Active", "Completion", "Closed"]
    for status, stands in (
        ("Upcoming", ["done", "here", "todo", "todo", "todo"]),
        ("Active", ["done", "done", "here", "todo", "todo"]),
        ("Completed", ["done", "done", "done", "here", "todo"]),
        # It may have been cancelled before anything.
        ("Cancelled", ["todo", "todo", "todo", "todo", "here"]),
    ):
        batch = campus.batch(lead=campus.instructor(), slots=MONDAYS, status=status)
        assert phases_on(browser.get(f"/batches/{batch.pk}/")) == list(zip(words, stands, strict=True))


def test_attendance_by_week_is_that_of_the_batch_s_analytics(campus: Campus) -> None:
    me = campus.instructor()
    batch = taught(campus, me, "PRESENT", "ABSENT", "LATE", "ABSENT", "ABSENT", "EXCUSED")
    taught(campus, campus.instructor(), "PRESENT", "PRESENT")
    for person in (campus.admin.user, me):
        browser = Browser(campus, person)
        page = browser.get(f"/batches/{batch.pk}/")
        card = card_of(page, "h-trend")
        assert "Attendance by week" in card
        assert "40% 2 of 5," in card
        assert "minimum 75%" in card
        url = re.search(r'<a class="act" href="([^"]*/analytics/[^"]*)"', page.content.decode())
        assert url is not None
        there = browser.get(url[1].replace("&amp;", "&"))
        weeks = [(figure.part, figure.whole) for _name, figure in page.context["trend"].weeks]
        assert weeks == [tuple(row.cells[2:4]) for row in there.context["tables"]["weeks"].table.rows]
        assert "40%" in words_of(there)


def test_only_the_last_weeks_are_shown_and_each_of_them_whole() -> None:
    long = Period(date(2026, 1, 7), date(2026, 11, 18))
    assert long.latest_weeks() == Period(date(2026, 8, 31), date(2026, 11, 18))
    short = Period(date(2026, 11, 4), date(2026, 11, 18))
    assert short.latest_weeks() == short


def test_whoever_may_not_see_the_students_sees_neither(campus: Campus) -> None:
    batch = taught(campus, campus.instructor(), "PRESENT")
    learner = Enrollment.objects.get(batch=batch).student
    for person in (learner, campus.student()):
        page = Browser(campus, person).get(f"/batches/{batch.pk}/")
        assert page.status_code == 200
        words = words_of(page)
        assert [
            "Attendance by week" in words,
            b'class="phases"' in page.content,
            "analytics.css" in str(page.content),
        ] == [False] * 3


def test_attendance_is_told_from_the_first_day_on_and_of_a_batch_that_is_over(campus: Campus) -> None:
    browser, today = Browser(campus), campus.admin.today()

    def told(batch: Batch) -> str:
        page = browser.get(f"/batches/{batch.pk}/")
        words = words_of(page)
        said = [key for key, sentence in (("none yet", NO_MARKS), ("none", NO_REGISTER)) if sentence in words]
        return "by week" if page.context["trend"] else ", ".join(said)

    ahead = campus.batch(start_date=today + timedelta(days=1), end_date=today + timedelta(days=9), slots=MONDAYS)
    assert told(ahead) == ""
    begun = {"start_date": today - timedelta(days=3), "end_date": today + timedelta(days=9)}
    bare = campus.batch(**begun, lead=campus.instructor())
    assert told(bare) == "none yet"
    change_status(by=campus.admin, batch=bare, status="Cancelled")
    assert told(bare) == ""
    assert told(campus.batch(start_date=today - timedelta(days=9), end_date=today, status="Completed")) == "none"
    over = taught(campus, campus.instructor(), "PRESENT", "ABSENT")
    change_status(by=campus.admin, batch=over, status="Completed")
    assert told(over) == "by week"


def test_what_it_tells_of_a_running_batch_is_within_the_budget(campus: Campus) -> None:
    batch, browser = taught(campus, campus.instructor(), "PRESENT", "ABSENT"), Browser(campus)
    browser.get("/batches/")
    with CaptureQueriesContext(connection) as sent:
        page = browser.get(f"/batches/{batch.pk}/")
    assert page.context["trend"]
    assert len(statements(sent)) <= OF_A_PAGE
