"""Calendar feeds, read back by a library that did not write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.test import Client
from icalendar import Calendar, Event

from muster.batches.models import CalendarFeed
from muster.batches.rules import (
    SessionInput,
    add_session,
    archive_batch,
    assign_lead,
    cancel_session,
    change_session,
    make_feed,
    make_sessions,
    restore_session,
    revoke_feed,
    share_meeting,
)
from muster.core.zones import time_zone
from muster.enrollments.rules import cancel_enrollment
from muster.institutions.rules import deactivate_person
from muster.timetable.models import ClassSession
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def campus():
    return Campus.found(time_zone="Africa/Johannesburg")


@pytest.fixture
def farid(campus):
    return campus.instructor("Farid Osman")


@pytest.fixture
def monday(campus):
    """Next Monday: a feed reaches from three months back to a year ahead."""
    today = campus.admin.today()
    return today + DAY * (7 - today.weekday())


@pytest.fixture
def batch(campus, farid, monday):
    slots = [slot(1, "08:00", "10:00")]
    dates = {"start_date": monday, "end_date": monday + DAY * 13}
    return campus.batch(name="Python Evening", code="PY-1", lead=farid, slots=slots, **dates)


def fetched(secret, **headers):
    return Client().get(f"/calendar/{secret}.ics", headers=headers)


def read(secret):
    """The events of a feed by their UID."""
    response = fetched(secret)
    assert response.status_code == 200
    calendar = vobject.readOne(response.content.decode())
    return {event.uid.value: event for event in calendar.contents.get("vevent", [])}


def starts(secret):
    return sorted(f"{event.dtstart.value:%Y-%m-%d %H:%M %Z}" for event in read(secret).values())


def test_feed_tells_each_session_where_and_when(campus, batch, farid, monday):
    _feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    first = batch.sessions[0]
    room = campus.room(name="Lab 2")
    change_session(
        by=campus.admin,
        session=first,
        changes={
            "room": room,
            "title": "Loops; and, more",
            "notes": "Bring a laptop.\nAnd a pen.",
            "location": "Wing ü",
        },
    )
    response = fetched(secret)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "\r\n" in response.content.decode()
    assert all(len(line.encode()) <= 75 for line in response.content.decode().split("\r\n"))
    event = read(secret)[f"{first.pk}@muster"]
    assert event.summary.value == "Loops; and, more"
    assert event.location.value == "Wing ü, Lab 2"
    assert event.description.value == "PY-1\nFarid Osman\nBring a laptop.\nAnd a pen."
    assert event.dtstart.value.astimezone(UTC) == datetime.combine(monday, time(6), UTC)
    assert event.dtend.value - event.dtstart.value == timedelta(hours=2)
    assert event.status.value == "CONFIRMED"
    assert event.url.value.endswith(f"/institution/attendance/sessions/{first.pk}")


def test_moved_session_stays_the_same_event_with_a_higher_sequence(campus, batch, farid, monday):
    _feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    first = batch.sessions[0]
    uid = f"{first.pk}@muster"
    before = read(secret)
    change_session(by=campus.admin, session=first, changes={"date": monday + DAY, "start_time": time(9)})
    after = read(secret)
    assert before.keys() == after.keys()
    assert (int(before[uid].sequence.value), int(after[uid].sequence.value)) == (0, 1)
    assert after[uid].dtstart.value.astimezone(UTC) == datetime.combine(monday + DAY, time(7), UTC)
    change_session(by=campus.admin, session=first, changes={"notes": "Bring a laptop."})
    assert int(read(secret)[uid].sequence.value) == 1


def test_cancelled_session_stays_and_says_so(campus, batch, farid):
    _feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    first = batch.sessions[0]
    cancel_session(by=campus.admin, session=first, reason="Strike")
    event = read(secret)[f"{first.pk}@muster"]
    assert (event.status.value, event.summary.value, event.transp.value) == (
        "CANCELLED",
        "Cancelled: Python Evening",
        "TRANSPARENT",
    )
    assert "Strike" in event.description.value
    assert int(event.sequence.value) == 1
    restore_session(by=campus.admin, session=first)
    event = read(secret)[f"{first.pk}@muster"]
    assert (event.status.value, int(event.sequence.value)) == ("CONFIRMED", 2)


def test_class_keeps_its_clock_time_through_the_change_of_clocks(campus, farid):
    """The zone travels with the feed, so that 08:00 is 08:00 before and after, in every calendar."""
    today = campus.admin.today()
    berlin = campus.branch(time_zone="Europe/Berlin")
    batch = campus.batch(
        branch=berlin, lead=farid, start_date=today, end_date=today + DAY * 364, slots=[slot(1, "08:00", "10:00")]
    )
    campus.institution.session_horizon_days = 364
    campus.institution.save()
    _feed, secret = make_feed(by=campus.actor(farid), kind="batch", batch=batch)
    text = fetched(secret).content.decode()
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert "TZID:Europe/Berlin" in text
    events = read(secret).values()
    assert len(events) == batch.sessions.count() > 50
    assert {event.dtstart.value.strftime("%H:%M") for event in events} == {"08:00"}
    # Summer and winter.
    assert {event.dtstart.value.utcoffset() for event in events} == {timedelta(hours=1), timedelta(hours=2)}


@pytest.mark.parametrize(
    "name",
    ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Tokyo", "Europe/London", "Africa/Johannesburg"],
)
def test_written_zones_tell_the_right_time_on_every_day(name):
    zone = ZoneInfo(name)
    calendar, first = Calendar(), date(2026, 1, 1)
    calendar.add("prodid", "-//Muster//Tests//EN")
    calendar.add("version", "2.0")
    calendar.add_component(time_zone(zone, first, first + DAY * 730))
    for number in range(730):
        event = Event()
        event.add("uid", str(number))
        event.add("dtstart", datetime.combine(first + DAY * number, time(8), zone))
        calendar.add_component(event)
    read_back = vobject.readOne(calendar.to_ical().decode())
    for event in read_back.vevent_list:
        expected = datetime.combine(first + DAY * int(event.uid.value), time(8), zone)
        assert event.dtstart.value.utcoffset() == expected.utcoffset(), expected


def test_session_without_times_lasts_the_day(campus, batch, farid, monday):
    _feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    extra = add_session(by=campus.admin, batch=batch, fields=SessionInput(monday + DAY * 4, title="Museum")).session
    event = read(secret)[f"{extra.pk}@muster"]
    assert (event.dtstart.value, event.dtend.value) == (monday + DAY * 4, monday + DAY * 5)
    assert isinstance(event.dtstart.value, date)


def test_personal_feed_follows_who_teaches_and_who_attends(campus, batch, farid):
    student, zanele = campus.student(), campus.instructor()
    enrollment = campus.enroll(batch, student)
    own = {person: make_feed(by=campus.actor(person), kind="personal")[1] for person in (farid, student, zanele)}
    assert [len(read(secret)) for secret in own.values()] == [2, 2, 0]
    assign_lead(by=campus.admin, batch=batch, instructor=zanele)
    cancel_enrollment(by=campus.admin, enrollment=enrollment)
    assert [len(read(secret)) for secret in own.values()] == [0, 0, 2]


def test_feed_shows_only_what_its_owner_may_see(campus, batch, farid, monday):
    other = campus.batch(
        lead=campus.instructor(), start_date=monday, end_date=monday + DAY * 6, slots=[slot(2, "08:00", "10:00")]
    )
    by_batch = make_feed(by=campus.actor(farid), kind="batch", batch=other)[1]
    assert read(by_batch) == {}
    by_person = make_feed(by=campus.actor(campus.student()), kind="instructor", instructor=farid)[1]
    assert read(by_person) == {}
    managers = make_feed(by=campus.admin, kind="instructor", instructor=farid)[1]
    assert len(read(managers)) == 2


def test_shared_meeting_is_one_event(campus, farid, monday):
    dates = {"start_date": monday, "end_date": monday + DAY * 6}
    one, two = (campus.batch(code=code, lead=farid if code == "AA" else None, **dates) for code in ("AA", "BB"))
    share_meeting(by=campus.admin, name="Both", batches=[one, two], slots=[slot(1, "08:00", "10:00")])
    [event] = read(make_feed(by=campus.actor(farid), kind="personal")[1]).values()
    assert event.description.value == "AA, BB\nFarid Osman"


def test_wrong_revoked_and_left_behind_links_show_nothing(campus, batch, farid):
    feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    assert fetched("x" * 43).status_code == 410
    assert fetched("a%00b").status_code == 410
    assert len(read(secret)) == 2
    revoke_feed(feed=feed)
    assert fetched(secret).status_code == 410
    _feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    student = campus.student()
    _feed, secret = make_feed(by=campus.actor(student), kind="personal")
    deactivate_person(by=campus.admin, user=student)
    assert fetched(secret).status_code == 410


def test_secret_is_not_kept(campus, farid):
    feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    stored = CalendarFeed.objects.filter(pk=feed.pk).values().get()
    assert secret not in str(stored)


def test_unchanged_feed_is_not_sent_again(campus, batch, farid):
    _feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    tag = fetched(secret)["ETag"]
    assert fetched(secret, if_none_match=tag).status_code == 304
    cancel_session(by=campus.admin, session=batch.sessions[0])
    assert fetched(secret, if_none_match=tag).status_code == 200


def test_feed_costs_the_same_whatever_its_length(campus, batch, farid, monday, django_assert_max_num_queries):
    _feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    read(secret)
    with django_assert_max_num_queries(6):
        assert len(read(secret)) == 2
    rows = [
        ClassSession(institution=campus.institution, meeting_id=batch.pk, date=monday, is_edited=True)
        for _each in range(300)
    ]
    ClassSession.objects.bulk_create(rows)
    with django_assert_max_num_queries(6):
        assert len(read(secret)) == 302


def test_archived_batch_stays_in_the_feed(campus, batch, farid):
    _feed, secret = make_feed(by=campus.admin, kind="batch", batch=batch)
    archive_batch(by=campus.admin, batch=batch)
    assert len(read(secret)) == 2


def test_sessions_that_are_made_later_appear(campus, batch, farid):
    _feed, secret = make_feed(by=campus.actor(farid), kind="personal")
    ClassSession.objects.all().delete()
    assert read(secret) == {}
    make_sessions(by=campus.admin, batch=batch)
    assert len(read(secret)) == 2


# --- pages and API --------------------------------------------------------------------------------------------------
def test_link_is_made_shown_once_and_revoked(campus, batch, farid):
    browser = Browser(campus, farid)
    reply = browser.post("/calendar/links/", {"what": "personal"})
    assert "created. Copy it now" in words_of(reply)
    address = reply.content.decode().split('id="secret" value="')[1].split('"')[0]
    assert Client().get(urlsplit(address).path).status_code == 200
    again = browser.get("/calendar/links/")
    assert "My own sessions" in words_of(again)
    assert address not in again.content.decode()
    feed = CalendarFeed.objects.get()
    assert browser.get(f"/calendar/links/{feed.pk}/revoke/").status_code == 200
    assert browser.post(f"/calendar/links/{feed.pk}/revoke/").status_code == 302
    assert Client().get(urlsplit(address).path).status_code == 410
    assert browser.post(f"/calendar/links/{feed.pk}/revoke/").status_code == 404


def test_only_those_who_may_see_a_batch_are_offered_it(campus, batch, farid):
    theirs = f'value="batch:{batch.pk}"'
    assert theirs in Browser(campus, farid).get("/calendar/links/").content.decode()
    student = campus.student()
    assert theirs not in Browser(campus, student).get("/calendar/links/").content.decode()
    campus.enroll(batch, student)
    assert theirs in Browser(campus, student).get("/calendar/links/").content.decode()
    assert (
        Browser(campus, campus.instructor()).post("/calendar/links/", {"what": f"batch:{batch.pk}"}).status_code == 400
    )


def test_links_are_made_by_the_api_too(campus, batch, farid):
    api = Api(campus.token(farid))
    made = api.post("/institution/calendar-links", {"kind": "batch", "cohort_id": str(batch.pk)})
    assert (made.status, made.data["name"]) == (201, "Python Evening (PY-1)")
    assert Client().get(urlsplit(made.data["url"]).path).status_code == 200
    listed = api.get("/institution/calendar-links").data
    assert [row["_id"] for row in listed] == [made.data["_id"]]
    assert "url" not in listed[0]
    assert api.delete(f"/institution/calendar-links/{made.data['_id']}").status == 200
    assert api.get("/institution/calendar-links").data == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "x"}, "kind"),
        ({"kind": "batch"}, "cohort_id"),
        ({"kind": "batch", "cohort_id": "x"}, "cohort_id"),
        ({"kind": "instructor"}, "instructor_id"),
        ({"kind": "instructor", "instructor_id": "x"}, "instructor_id"),
    ],
)
def test_wrong_fields_are_named(campus, body, field):
    reply = Api(campus.token()).post("/institution/calendar-links", body)
    assert (reply.status, reply.fields) == (400, [field])


def test_nobody_has_more_links_than_one_can_keep_track_of(campus, farid):
    for _each in range(50):
        make_feed(by=campus.actor(farid), kind="personal")
    assert Api(campus.token(farid)).post("/institution/calendar-links", {}).status == 400
