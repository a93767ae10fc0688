"""The pages on which instructors keep their profile, week and days away."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.people.models import TimeOff
from muster.people.queries import profile_of, skills_of, windows_of
from muster.people.rules import WindowInput, add_time_off, replace_availability
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def person(campus):
    return campus.instructor("Naledi Mokoena")


def windows(campus, person):
    return [
        (one.weekday, f"{one.start_time:%H:%M}", f"{one.end_time:%H:%M}")
        for one in windows_of(campus.institution.pk, person.pk)
    ]


def typed(*rows):
    data: dict[str, object] = {}
    for place, (day, start, end) in enumerate(rows):
        data |= {
            f"windows.{place}.day": day,
            f"windows.{place}.start_time": start,
            f"windows.{place}.end_time": end,
        }
    return data


def test_instructors_find_their_own_page_and_keep_their_profile(campus, person):
    browser = Browser(campus, person)
    path = f"/instructors/{person.pk}/"
    assert browser.get("/instructors/me/")["Location"] == path
    saved = browser.post(
        f"{path}profile/",
        {
            "domain": "Data",
            "bio": "Hello.",
            "languages": "English, isiZulu,",
            "teaching_styles": "workshop",
            "max_active_batches": "2",
            "max_mentees": "",
            "skill_0": "",
            "level_0": "3",
            "skill_1": "SQL",
            "level_1": "4",
        },
    )
    assert (saved.status_code, saved["Location"]) == (302, path)
    row = profile_of(campus.institution.pk, person.pk)
    assert (row.domain, row.languages, row.max_active_batches) == ("Data", ["English", "isiZulu"], 2)
    assert [(one.skill, one.level) for one in skills_of(campus.institution.pk, person.pk)] == [("SQL", 4)]
    said = words_of(browser.get(path))
    assert "SQL (4)" in said
    assert "English, isiZulu" in said
    assert 'value="SQL"' in browser.get(f"{path}profile/").content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("domain", "x" * 101),
        ("bio", "x" * 4001),
        ("bio", "a\x00b"),
        ("languages", "x" * 36),
        ("teaching_styles", ",".join("abcdefghijklmnopqrstuvw")),
        ("max_active_batches", "-1"),
        ("max_mentees", "9" * 30),
        ("skill_0", "x" * 61),
        ("skill_1", "SQL"),
        ("level_0", "6"),
    ],
)
def test_a_refused_profile_names_the_field_and_keeps_what_was_typed(campus, person, name, value):
    data = {"domain": "", "skill_0": "sql", "level_0": "3", "skill_1": "", "level_1": "3", name: value}
    response = Browser(campus, person).post(f"/instructors/{person.pk}/profile/", data)
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {name}
    assert not list(skills_of(campus.institution.pk, person.pk))


def test_a_week_is_typed_without_scripts(campus, person):
    browser, path = Browser(campus, person), f"/instructors/{person.pk}/"
    saved = browser.post(f"{path}availability/", typed((1, "08:00", "12:00"), (2, "", ""), (3, "13:00", "17:30")))
    assert (saved.status_code, saved["Location"]) == (302, path)
    assert windows(campus, person) == [(1, "08:00", "12:00"), (3, "13:00", "17:30")]
    said = words_of(browser.get(path))
    assert "Monday 08:00–12:00" in said
    shown = browser.get(f"{path}availability/").content.decode()
    assert shown.count('aria-selected="true"') == 8 + 9
    assert browser.post(f"{path}availability/", typed((1, "", ""))).status_code == 302
    assert windows(campus, person) == []


def test_more_rows_keep_what_was_typed_and_write_nothing(campus, person):
    data = {**typed((1, "08:00", "12:00"), (2, "x", "")), "add": "1"}
    response = Browser(campus, person).post(f"/instructors/{person.pk}/availability/", data)
    assert (response.status_code, len(response.context["rows"])) == (200, 5)
    assert 'value="08:00"' in response.content.decode()
    assert windows(campus, person) == []


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([(1, "08:00", "")], "windows.0.end_time"),
        ([(1, "12:00", "08:00")], "windows.0.end_time"),
        ([(1, "", "08:00")], "windows.0.start_time"),
        ([(8, "08:00", "09:00")], "windows.0.day"),
        ([(1, "25:00", "26:00")], "windows.0.start_time"),
        ([(2, "", ""), (1, "08:00", "10:00"), (1, "09:00", "11:00")], "windows.2.start_time"),
    ],
)
def test_a_refused_week_names_the_row(campus, person, rows, name):
    response = Browser(campus, person).post(f"/instructors/{person.pk}/availability/", typed(*rows))
    assert response.status_code == 400
    wrong = [f"windows.{row.place}.{field}" for row in response.context["rows"] for field in row.errors]
    assert name in wrong
    assert windows(campus, person) == []


def test_days_away_are_put_down_with_the_meetings_that_need_cover(campus, person):
    today = campus.admin.today()
    batch = campus.batch(
        lead=person,
        start_date=today - timedelta(days=20),
        end_date=today + timedelta(days=60),
        slots=[slot(day, "09:00", "10:30") for day in range(1, 8)],
    )
    browser, path = Browser(campus, person), f"/instructors/{person.pk}/"
    days = {"first_date": today + timedelta(days=3), "last_date": today + timedelta(days=5), "reason": "Leave"}
    said = words_of(browser.client.post(f"{path}time-off/", days, follow=True))
    assert "3 sessions need cover." in said
    assert "Leave 3 sessions affected" in said
    assert batch.code in said
    refused = browser.post(f"{path}time-off/", days)
    assert refused.status_code == 400
    assert "is already away from" in words_of(refused)
    row = TimeOff.objects.get()
    assert "would no longer be away" in words_of(browser.get(f"{path}time-off/{row.pk}/remove/"))
    assert browser.post(f"{path}time-off/{row.pk}/remove/").status_code == 302
    assert not TimeOff.objects.exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "first_date"),
        ({"first_date": "2030-02-30", "last_date": "2030-03-01"}, "first_date"),
        ({"first_date": "2030-03-02", "last_date": "2030-03-01"}, "last_date"),
        ({"first_date": "9999-01-01", "last_date": "9999-12-31"}, "first_date"),
        ({"first_date": "2030-03-01", "last_date": "2030-03-01", "reason": "x" * 301}, "reason"),
        ({"first_date": "2030-03-01", "last_date": "2030-03-01", "reason": "a\x00b"}, "reason"),
    ],
)
def test_refused_days_name_the_field(campus, person, data, field):
    response = Browser(campus, person).post(f"/instructors/{person.pk}/time-off/", data)
    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert not TimeOff.objects.exists()


def test_time_off_of_somebody_else_is_not_removed_through_ones_own(campus, person):
    other = campus.instructor()
    row = add_time_off(by=campus.admin, instructor=other, first_date=date(2030, 1, 1), last_date=date(2030, 1, 1))
    browser = Browser(campus, person)
    assert browser.post(f"/instructors/{person.pk}/time-off/{row.pk}/remove/").status_code == 404
    assert browser.post(f"/instructors/{other.pk}/time-off/{row.pk}/remove/").status_code == 404
    assert TimeOff.objects.exists()


def test_an_instructors_page_costs_the_same_whatever_was_said(campus, person):
    browser, path = Browser(campus, person), f"/instructors/{person.pk}/"

    def cost():
        with CaptureQueriesContext(connection) as statements:
            browser.get(path)
        return len(statements)

    add_time_off(by=campus.admin, instructor=person, first_date=date(2030, 1, 1), last_date=date(2030, 1, 1))
    cost()
    before = cost()
    for month in range(2, 6):
        add_time_off(
            by=campus.admin, instructor=person, first_date=date(2030, month, 1), last_date=date(2030, month, 9)
        )
    replace_availability(
        by=campus.admin, instructor=person, windows=[WindowInput(day, time(8), time(12)) for day in range(1, 6)]
    )
    assert cost() == before
