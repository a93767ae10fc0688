"""The overview of a batch: the phase it is in, and how attendance went, in all and by week; who sees them, and when."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.attendance.queries import cohorts_of, progress_of, sessions_in_full
from muster.attendance.rules import MarkInput, mark_learners
from muster.batches.models import Batch
from muster.batches.rules import cancel_session
from muster.core.ownership import as_owner
from muster.enrollments.models import Enrollment, SeatPeriod
from muster.enrollments.rules import change_capacity, change_status
from muster.insights.periods import Period
from muster.timetable.models import ClassSession
from muster.web.home.tests.test_home_cards import card_of, taught
from muster.web.ui.widgets import percent
from tests.make import Campus, slot
from tests.pages import Browser, words_of
from tests.test_budgets import MORE, statements

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
        weeks = [(figure.part, figure.whole) for _name, figure, _others in page.context["trend"].weeks]
        assert weeks == [tuple(row.cells[2:4]) for row in there.context["tables"]["weeks"].table.rows]
        assert "40%" in words_of(there)


def test_the_line_of_the_siblings_is_that_of_analytics_and_of_those_alone_that_the_reader_sees(campus: Campus) -> None:
    today, course, branch = campus.admin.today(), campus.course(), campus.branch()
    days = {"start_date": today - timedelta(days=today.weekday() + 14), "end_date": today + timedelta(days=9)}
    every_day = [slot(day, "09:00", "10:00") for day in range(1, 8)]
    batch, sibling = (
        campus.batch(**days, course=course, branch=place, slots=every_day) for place in (branch, campus.branch())
    )
    # Thirty marks a week are enough for a value; the last week of the siblings has fewer.
    for one, learners, met in ((batch, 1, 15), (sibling, 5, 15)):
        seats = [campus.enroll(one) for _each in range(learners)]
        with as_owner():
            SeatPeriod.objects.filter(batch=one).update(from_date=one.start_date)
        for place, session in enumerate(sessions_in_full(campus.admin, one.sessions.order_by("date")[:met])):
            status = "ABSENT" if place % 3 else "PRESENT"
            mark_learners(by=campus.admin, session=session, marks=[MarkInput(seat.pk, status) for seat in seats])
    manager = campus.person("branch-manager", branch=branch)
    for user, is_beside in ((None, True), (manager, False)):
        browser = Browser(campus, user)
        page, there = browser.get(f"/batches/{batch.pk}/"), browser.get(f"/batches/{batch.pk}/analytics/")
        told = [(figure.value, others) for _name, figure, others in page.context["trend"].weeks]
        tables = there.context["tables"]
        if is_beside:
            assert told == [(row.cells[1], row.cells[4]) for row in tables["sibling_weeks"].table.rows]
            assert [others is None for _own, others in told] == [False, False, True]
        else:
            assert "sibling_weeks" not in tables
            assert {others for _own, others in told} == {None}
        assert (bool(page.context["trend"].plot.beside), "Siblings" in words_of(page)) == (is_beside, is_beside)


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
            "minimum 75%" in words,
            b'class="phases"' in page.content,
            "analytics.css" in str(page.content),
        ] == [False] * 4


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


def test_the_head_tells_attendance_since_the_first_day_and_leads_to_who_is_below(campus: Campus) -> None:
    batch = taught(campus, campus.instructor(), "PRESENT", "ABSENT", "LATE", "ABSENT", "ABSENT")
    browser = Browser(campus)
    page = browser.get(f"/batches/{batch.pk}/")
    assert "Attendance 40% minimum 75%, 1 student below" in words_of(page)
    there = browser.get(page.context["facts"][3].url.partition("#")[0])
    assert [one.value for one in there.context["low_students"]] == ["40%"]
    assert b'id="low"' in there.content
    rate = progress_of(cohorts_of(campus.admin, Batch.objects.filter(pk=batch.pk)).get()).rate
    assert page.context["facts"][3].value == percent(rate)
    well = taught(campus, campus.instructor(), "PRESENT")
    assert "Attendance 100% minimum 75%, no one below" in words_of(browser.get(f"/batches/{well.pk}/"))


def test_an_active_batch_says_how_many_of_its_sessions_there_were(campus: Campus) -> None:
    batch = taught(campus, campus.instructor(), "PRESENT", "ABSENT")
    browser = Browser(campus)

    def told() -> str:
        return words_of(browser.get(f"/batches/{batch.pk}/"))

    assert "Active 3 of 4 sessions" in told()
    cancel_session(by=campus.admin, session=batch.sessions.get(date=batch.end_date))
    assert "Active 3 of 3 sessions" in told()
    assert "3 sessions to date" in words_of(browser.get(f"/institution/attendance/cohorts/{batch.pk}"))
    days = {"start_date": batch.start_date, "end_date": batch.end_date}
    batch = campus.batch(lead=campus.instructor(), status="Active", **days)
    assert "Active week 1 of 1" in told()


def test_of_a_batch_whose_last_marks_are_long_ago_the_weeks_until_then_are_shown(campus: Campus) -> None:
    today = campus.admin.today()
    days = {"start_date": today - timedelta(weeks=20), "end_date": today + timedelta(weeks=1)}
    batch = campus.batch(**days, lead=campus.instructor(), slots=[slot(day, "09:00", "10:00") for day in range(1, 8)])
    seat = campus.enroll(batch)
    with as_owner():
        SeatPeriod.objects.filter(enrollment=seat).update(from_date=batch.start_date)
    first = ClassSession.objects.filter(meeting=batch.pk, date=batch.start_date)
    session = sessions_in_full(campus.admin, first).get()
    mark_learners(by=campus.admin, session=session, marks=[MarkInput(seat.pk, "PRESENT")])
    page = Browser(campus).get(f"/batches/{batch.pk}/")
    assert "Attendance 100% minimum 75%, no one below" in words_of(page)
    assert [figure.whole for _name, figure, _others in page.context["trend"].weeks] == [1]
    assert NO_MARKS not in words_of(page)


def test_what_it_tells_is_within_the_budget(campus: Campus) -> None:
    browser, today = Browser(campus), campus.admin.today()
    browser.get("/batches/")
    running, over = (taught(campus, campus.instructor(), "PRESENT", "ABSENT") for _each in range(2))
    full = taught(campus, campus.instructor(), "PRESENT", "ABSENT")
    change_capacity(by=campus.admin, batch=full, capacity=1)
    change_status(by=campus.admin, batch=over, status="Completed")
    empty = campus.batch(start_date=today - timedelta(days=3), end_date=today + timedelta(days=9))
    for batch, has_marks in ((running, True), (full, True), (over, True), (empty, False)):
        with CaptureQueriesContext(connection) as sent:
            page = browser.get(f"/batches/{batch.pk}/")
        assert bool(page.context["trend"]) == has_marks
        assert len(statements(sent)) <= MORE["/batches/{batch_id}/"]
