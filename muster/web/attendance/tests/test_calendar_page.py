"""The calendar's page as it stands without scripts: periods, filters, and who sees what."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from muster.batches.feeds import render_feed
from muster.batches.rules import cancel_session, make_feed
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
MONDAY = date(2030, 1, 7)
DAY = timedelta(days=1)
URL = "/institution/attendance/calendar"


@pytest.fixture
def campus():
    campus = Campus.found()
    campus.institution.session_horizon_days = 7300
    campus.institution.save()
    return campus


@pytest.fixture
def farid(campus):
    return campus.instructor("Farid Osman")


@pytest.fixture
def batch(campus, farid):
    slots = [slot(1, "08:00", "10:00")]
    return campus.batch(
        name="Python Evening", code="PY-1", start_date=MONDAY, end_date=MONDAY + DAY * 34, lead=farid, slots=slots
    )


@pytest.fixture
def browser(campus):
    return Browser(campus)


def words(browser, query=""):
    response = browser.get(f"{URL}?{query}")
    assert response.status_code == 200
    return words_of(response)


def test_each_view_shows_its_period(browser, batch):
    assert "January 2030" in words(browser, "view=month&date=2030-01-20")
    assert words(browser, "view=month&date=2030-01-20").count("08:00 – 10:00 Python Evening") == 4
    week = words(browser, "view=week&date=2030-01-16")
    assert "14 Jan – 20 Jan 2030" in week
    assert week.count("08:00 – 10:00") == 1
    assert "Monday 7 January 2030" in words(browser, "view=day&date=2030-01-07")
    assert "No sessions in this time" in words(browser, "view=day&date=2030-01-08")


def test_steps_lead_to_the_periods_around(browser, batch):
    page = browser.get(f"{URL}?view=month&date=2030-01-20").content.decode()
    assert "?view=month&amp;date=2029-12-31" in page
    assert "?view=month&amp;date=2030-02-01" in page


@pytest.mark.parametrize(
    "query",
    ["date=x", "date=0001-01-01", "date=9999-12-31", "view=x", "cohort_id=x", "instructor_id=%00", "colour=x", "date="],
)
def test_what_an_address_says_wrongly_is_passed_over(browser, batch, query):
    assert browser.get(f"{URL}?{query}").status_code == 200


@pytest.mark.parametrize("day", ["2000-01-01", "2199-12-31"])
def test_periods_at_the_ends_of_time_have_steps_too(browser, day):
    for view in ("month", "week", "day", "list"):
        assert browser.get(f"{URL}?view={view}&date={day}").status_code == 200


def test_calendar_is_narrowed_by_batch_and_by_instructor(campus, browser, batch, farid):
    zanele = campus.instructor("Zanele Dube")
    campus.batch(
        name="Welding",
        start_date=MONDAY,
        end_date=MONDAY + DAY * 6,
        lead=zanele,
        slots=[slot(2, "08:00", "9:00".zfill(5))],
    )
    both = words(browser, "date=2030-01-07")
    assert "08:00 – 09:00 Welding" in both
    assert "08:00 – 10:00 Python Evening" in both
    narrowed = words(browser, f"date=2030-01-07&cohort_id={batch.pk}")
    assert "08:00 – 09:00 Welding" not in narrowed
    narrowed = words(browser, f"date=2030-01-07&instructor_id={zanele.pk}")
    assert "08:00 – 10:00 Python Evening" not in narrowed


def test_cancelled_session_says_so_and_cannot_be_moved(campus, browser, batch):
    assert "Edit session" in words(browser, "view=day&date=2030-01-07")
    cancel_session(by=campus.admin, session=batch.sessions[0])
    said = words(browser, "view=day&date=2030-01-07")
    assert "Cancelled" in said
    assert "Python Evening , PY-1" not in said
    assert (
        f"/sessions/{batch.sessions[0].pk}/change/"
        not in browser.get(f"{URL}?view=day&date=2030-01-07").content.decode()
    )


def test_students_see_their_own_and_no_filters_of_others(campus, batch):
    student = campus.student()
    campus.enroll(batch, student)
    said = words(Browser(campus, student), "date=2030-01-07")
    assert "08:00 – 10:00 Python Evening" in said
    assert "All instructors" not in said
    assert "Edit session" not in said
    assert "08:00" not in words(Browser(campus, campus.student()), "date=2030-01-07")


def test_a_session_is_added_to_the_batch_that_is_shown_by_those_who_may(campus, browser, batch):
    assert "Add session" in words(browser, f"cohort_id={batch.pk}")
    assert "Add session" not in words(browser)
    student = campus.student()
    campus.enroll(batch, student)
    assert "Add session" not in words(Browser(campus, student), f"cohort_id={batch.pk}")


def test_the_calendar_is_narrowed_by_branch_and_room_and_names_who_teaches(campus):
    lead, here, there = campus.instructor("Lena Lead"), campus.branch(name="Here"), campus.branch(name="There")
    room = campus.room(here, name="Lab 9")
    campus.room(there)
    department = campus.department()
    campus.batch(
        name="Ours", branch=here, department=department, lead=lead, slots=[slot(1, "08:00", "09:00", room=room)]
    )
    campus.batch(name="Theirs", branch=there, lead=campus.instructor(), slots=[slot(1, "08:00", "09:00")])
    address, browser = "/institution/attendance/calendar?view=week&date=2030-01-14", Browser(campus)
    page = browser.get(address)
    whole = words_of(page)
    assert [word in whole for word in ("Ours", "Theirs", "Lab 9, Lena Lead")] == [True] * 3
    content = page.content.decode()
    offered = re.findall(r'<select [^>]*name="(dept|branch_id|room_id)"', content)
    assert (sorted(offered), "data-legend" in content) == (["branch_id", "dept", "room_id"], True)
    assert re.search(r'view=list[^"]*#today"', content)
    api = Api(campus.token())
    for name, row in (("branch_id", here), ("room_id", room)):
        shown = words_of(browser.get(f"{address}&{name}={row.pk}"))
        assert (name, "08:00 – 09:00 Ours" in shown, "08:00 – 09:00 Theirs" in shown) == (name, True, False)
        events = api.get(f"/institution/attendance/calendar?from=2030-01-14&to=2030-01-20&{name}={row.pk}").data
        assert [(event["cohort_name"], event["instructor"]) for event in events] == [("Ours", "Lena Lead")]
    assert api.get("/institution/attendance/calendar?room_id=x").fields == ["room_id"]


def test_feeds_name_the_lead(campus):
    lead = campus.instructor("Lena Lead")
    batch = campus.batch(lead=lead, slots=[slot(day, "08:00", "09:00") for day in range(1, 8)], **around_now(campus))
    feed, _secret = make_feed(by=campus.admin, kind="batch", batch=batch)
    assert b"Lena Lead" in render_feed(feed, campus.admin, lambda session: "/")


def around_now(campus):
    today = campus.admin.today()
    return {"start_date": today - timedelta(days=3), "end_date": today + timedelta(days=30)}


def test_instructors_reach_their_availability_and_time_off_from_the_navigation(campus):
    teacher = campus.instructor()
    browser = Browser(campus, teacher)
    home = browser.get("/").content.decode()
    assert ['href="/instructors/me/availability/"' in home, 'href="/instructors/me/time-off/"' in home] == [True, True]
    assert browser.get("/instructors/me/availability/")["Location"] == f"/instructors/{teacher.pk}/availability/"
    assert browser.get("/instructors/me/time-off/")["Location"] == f"/instructors/{teacher.pk}/#time-off"
