"""The calendar through the API: exact fields, who sees what, one price for any number of sessions."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from muster.batches.rules import (
    SessionInput,
    add_session,
    assign_instructor,
    cancel_session,
    change_session,
    share_meeting,
)
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db
MONDAY = date(2030, 1, 7)
DAY = timedelta(days=1)
JANUARY = "/institution/attendance/calendar?from=2030-01-01&to=2030-01-31"


@pytest.fixture
def campus():
    campus = Campus.found(time_zone="Africa/Johannesburg")
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
        name="Python Evening", code="PY-1", start_date=MONDAY, end_date=MONDAY + DAY * 13, lead=farid, slots=slots
    )


@pytest.fixture
def api(campus):
    return Api(campus.token())


def test_events_have_the_fields_of_the_contract(campus, api, batch):
    campus.enroll(batch)
    [first, second] = api.get(JANUARY).data
    session = batch.sessions[0]
    fixed = {
        "session_id": str(session.pk),
        "title": "Python Evening",
        "start": "2030-01-07T06:00:00.000Z",
        "end": "2030-01-07T08:00:00.000Z",
        "cohort_id": str(batch.pk),
        "cohort_name": "Python Evening",
        "session_type": "THEORY",
        "location": "",
        "is_locked": False,
        "marked": 0,
        "expected": 1,
    }
    assert {name: first[name] for name in fixed} == fixed
    assert (second["start"], second["local_start"], second["may_change"]) == (
        "2030-01-14T06:00:00.000Z",
        "2030-01-14T08:00:00",
        True,
    )


def test_class_stays_at_its_clock_time_when_the_clocks_change(campus, api):
    campus.batch(
        branch=campus.branch(time_zone="Europe/Berlin"),
        start_date=date(2030, 3, 25),
        end_date=date(2030, 4, 7),
        slots=[slot(1, "08:00", "10:00")],
    )
    events = api.get("/institution/attendance/calendar?from=2030-03-25&to=2030-04-07").data
    assert [(event["start"], event["local_start"]) for event in events] == [
        ("2030-03-25T07:00:00.000Z", "2030-03-25T08:00:00"),
        ("2030-04-01T06:00:00.000Z", "2030-04-01T08:00:00"),
    ]


def test_moved_cancelled_and_extra_sessions_stand_where_they_are(campus, api, batch):
    first, second = batch.sessions
    change_session(by=campus.admin, session=first, changes={"date": MONDAY + DAY, "title": "Loops"})
    cancel_session(by=campus.admin, session=second, reason="Strike")
    add_session(by=campus.admin, batch=batch, fields=SessionInput(MONDAY + DAY * 4, location="Museum"))
    events = api.get(JANUARY).data
    assert [(event["date"], event["title"], event["status"], event["all_day"]) for event in events] == [
        ("2030-01-08", "Loops", "scheduled", False),
        ("2030-01-11", "Python Evening", "scheduled", True),
        ("2030-01-14", "Python Evening", "cancelled", False),
    ]
    assert (events[1]["local_start"], events[1]["local_end"], events[1]["location"]) == (
        "2030-01-11T00:00:00",
        "2030-01-12T00:00:00",
        "Museum",
    )
    assert (events[2]["cancel_reason"], events[2]["may_change"]) == ("Strike", False)


def test_calendar_is_narrowed_to_a_batch_or_an_instructor(campus, api, batch, farid):
    zanele = campus.instructor()
    other = campus.batch(start_date=MONDAY, end_date=MONDAY + DAY * 13, lead=zanele, slots=[slot(2, "08:00", "10:00")])
    share_meeting(by=campus.admin, name="Both", batches=[batch, other], slots=[slot(5, "12:00", "13:00")])
    assert len(api.get(JANUARY).data) == 6
    assert len(api.get(f"{JANUARY}&cohort_id={batch.pk}").data) == 4
    assert [event["date"] for event in api.get(f"{JANUARY}&instructor_id={zanele.pk}").data] == [
        "2030-01-08",
        "2030-01-11",
        "2030-01-15",
        "2030-01-18",
    ]
    substitute = campus.instructor()
    assign_instructor(
        by=campus.admin,
        batch=other,
        instructor=substitute,
        role="substitute",
        from_date=MONDAY,
        until_date=MONDAY + DAY * 6,
    )
    assert [event["date"] for event in api.get(f"{JANUARY}&instructor_id={zanele.pk}").data] == [
        "2030-01-15",
        "2030-01-18",
    ]
    assert len(api.get(f"{JANUARY}&instructor_id={substitute.pk}").data) == 2


def test_people_see_the_sessions_that_are_theirs(campus, batch, farid):
    student = campus.student()
    campus.enroll(batch, student)
    for person, number in ((farid, 2), (student, 2), (campus.instructor(), 0), (campus.student(), 0)):
        assert len(Api(campus.token(person)).get(JANUARY).data) == number
    assert not any(event["may_change"] for event in Api(campus.token(student)).get(JANUARY).data)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=x", "from"),
        ("to=2030-02-30", "to"),
        ("from=2030-02-01&to=2030-01-01", "to"),
        ("from=2030-01-01&to=2031-12-31", "to"),
        ("from=2030-01-01&to=2030-03-05", "to"),
        ("from=2030-01-01&to=2031-12-31&cohort_id=00000000-0000-0000-0000-000000000000", "to"),
        ("from=9999-12-31", "from"),
        ("to=0001-01-01", "to"),
        ("cohort_id=x", "cohort_id"),
        ("instructor_id=x", "instructor_id"),
        ("cohort_id=%00", "cohort_id"),
    ],
)
def test_wrong_spans_are_refused_at_their_field(api, query, field):
    reply = api.get(f"/institution/attendance/calendar?{query}")
    assert (reply.status, reply.fields) == (400, [field])


def test_one_batch_may_be_asked_for_a_year(api, batch):
    events = api.get(f"/institution/attendance/calendar?from=2030-01-01&to=2030-12-31&cohort_id={batch.pk}").data
    assert [event["date"] for event in events] == ["2030-01-07", "2030-01-14"]


def test_calendar_comes_in_pages_where_pages_are_asked_for(api, batch):
    second = api.get(f"{JANUARY}&page=2&page_size=1")
    assert [event["date"] for event in second.data] == ["2030-01-14"]
    assert {name: second.body[name] for name in ("total", "count", "page", "page_size")} == {
        "total": 2,
        "count": 1,
        "page": 2,
        "page_size": 1,
    }


def test_shared_meeting_goes_by_the_clock_of_its_first_batch(campus, api):
    berlin = campus.branch(time_zone="Europe/Berlin")
    dates = {"start_date": MONDAY, "end_date": MONDAY + DAY * 6}
    one = campus.batch(code="AA", branch=berlin, **dates)
    two = campus.batch(code="BB", branch=berlin, **dates)
    share_meeting(by=campus.admin, name="Both", batches=[one, two], slots=[slot(1, "08:00", "10:00")])
    [event] = api.get(JANUARY).data
    assert (event["start"], event["title"], event["cohort_code"]) == ("2030-01-07T07:00:00.000Z", "Both", "AA, BB")
    assert time.fromisoformat(event["local_start"][11:]) == time(8)
