"""The sessions of a batch on its page: seen, added, moved, cancelled."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.batches.rules import cancel_session, change_session
from muster.timetable.models import ClassSession
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
MONDAY = date(2030, 1, 7)
DAY = timedelta(days=1)


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
    return campus.batch(code="PY-1", start_date=MONDAY, end_date=MONDAY + DAY * 13, lead=farid, slots=slots)


@pytest.fixture
def browser(campus):
    return Browser(campus)


def typed(**rest):
    return {
        "date": "2030-01-08",
        "start_time": "08:00",
        "end_time": "10:00",
        "session_type": "THEORY",
        "notes": "",
        "title": "",
        "location": "",
        **rest,
    }


def test_schedule_lists_the_sessions_ahead_with_what_was_done_to_them(campus, browser, batch):
    first, second = batch.sessions
    cancel_session(by=campus.admin, session=first, reason="Strike")
    change_session(by=campus.admin, session=second, changes={"start_time": time(9), "location": "Workshop"})
    words = words_of(browser.get(f"/batches/{batch.pk}/schedule/"))
    assert "Mon 7 Jan, 08:00 to 10:00 Strike Cancelled" in words
    assert "Mon 14 Jan, 09:00 to 10:00 Workshop Changed" in words
    assert "Restore session" in words
    student = campus.student()
    campus.enroll(batch, student)
    words = words_of(Browser(campus, student).get(f"/batches/{batch.pk}/schedule/"))
    assert "Mon 7 Jan, 08:00 to 10:00 Strike Cancelled" in words
    assert "Edit session" not in words


def test_session_is_added(campus, browser, batch):
    campus.enroll(batch)
    url = f"/batches/{batch.pk}/sessions/new/"
    assert browser.get(url).status_code == 200
    reply = browser.client.post(url, typed(title="Revision"), follow=True)
    assert "Session of PY-1 on Tue 8 Jan, 08:00 to 10:00 scheduled. 2 people notified." in words_of(reply)
    assert ClassSession.objects.filter(title="Revision").get().is_extra


def test_refused_session_offers_free_times_with_one_click(campus, browser, batch, farid):
    other = campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 13, lead=farid)
    url = f"/batches/{other.pk}/sessions/new/"
    reply = browser.post(url, typed(date="2030-01-07", start_time="09:00", end_time="11:00"))
    assert reply.status_code == 400
    words = words_of(reply)
    assert "Schedule conflict: Farid Osman teaches" in words
    assert "Mon 7 Jan, 10:00 – 12:00" in words
    posted = typed(date="2030-01-07", start_time="09:00", end_time="11:00", instead="2030-01-07 10:00 12:00")
    assert browser.post(url, posted).status_code == 302
    session = other.sessions.get()
    assert (session.start_time, session.end_time) == (time(10), time(12))


def test_session_is_moved_cancelled_and_held_after_all(browser, batch):
    session = batch.sessions[0]
    url = f"/sessions/{session.pk}"
    assert 'value="2030-01-07"' in browser.get(f"{url}/change/").content.decode()
    reply = browser.client.post(f"{url}/change/", typed(version="1"), follow=True)
    assert "PY-1, Mon 7 Jan, 08:00 to 10:00, moved to Tue 8 Jan, 08:00 to 10:00." in words_of(reply)
    reply = browser.post(f"{url}/change/", typed(version="1", date="2030-01-09"))
    assert reply.status_code == 400
    assert "1 person will be notified." in words_of(browser.get(f"{url}/cancel/"))
    browser.post(f"{url}/cancel/", {"reason": "Strike"})
    session.refresh_from_db()
    assert (session.status, session.cancel_reason) == ("cancelled", "Strike")
    assert browser.get(f"{url}/restore/").status_code == 200
    browser.post(f"{url}/restore/")
    session.refresh_from_db()
    assert session.status == "scheduled"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"date": ""}, "required"),
        ({"date": "x"}, "valid date"),
        ({"date": "1999-01-01"}, "between the years"),
        ({"start_time": ""}, "Enter both a start and an end"),
        ({"end_time": "07:00"}, "The end must be after the start"),
        ({"end_time": "25:00"}, "valid time"),
        ({"session_type": "PARTY"}, "Select a valid choice"),
        ({"room_id": "x"}, "Select a valid choice"),
        ({"instructor_id": "00000000-0000-7000-8000-000000000000"}, "Select a valid choice"),
        ({"subject_id": "x"}, "Select a valid choice"),
        ({"title": "x" * 151}, "at most 150"),
        ({"location": "x" * 151}, "at most 150"),
        ({"notes": "x" * 20_001}, "at most 20000"),
        ({"notes": "\x00"}, "Null characters"),
        ({"title": "\x00"}, "Null characters"),
    ],
)
def test_wrong_fields_stand_beside_what_was_typed(browser, batch, wrong, words):
    reply = browser.post(f"/batches/{batch.pk}/sessions/new/", typed(**wrong))
    assert reply.status_code == 400
    assert words in words_of(reply)


@pytest.mark.parametrize("query", ["date=x", "date=2030-01-08&start_time=x&end_time=%00", "start_time=08:00"])
def test_hour_asked_for_in_the_address_is_only_a_proposal(browser, batch, query):
    assert browser.get(f"/batches/{batch.pk}/sessions/new/?{query}").status_code == 200


def test_instructor_of_the_batch_moves_its_sessions(campus, batch, farid):
    session = batch.sessions[0]
    assert Browser(campus, farid).get(f"/sessions/{session.pk}/change/").status_code == 200
    assert Browser(campus, campus.instructor()).get(f"/sessions/{session.pk}/change/").status_code == 404


def test_schedule_costs_the_same_whatever_the_number_of_sessions(campus, browser, batch):
    many = campus.batch(lead=campus.instructor(), slots=[slot(day, "08:00", "10:00") for day in range(1, 6)])
    browser.get(f"/batches/{batch.pk}/schedule/")
    counted = []
    for one in (batch, many):
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/batches/{one.pk}/schedule/")
        counted.append(len(queries))
    assert counted[0] == counted[1]
