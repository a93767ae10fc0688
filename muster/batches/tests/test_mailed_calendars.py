"""What of the calendar goes with mails, as it stands when the mail is sent."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from muster.batches.mailed_calendars import schedule_of, session_of
from muster.batches.rules import cancel_session, change_session
from muster.notifications.models import Notification
from muster.timetable.models import ClassSession
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def lead(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def batch(campus, lead):
    slots = [slot(1, "09:00", "11:00"), slot(3, "09:00", "11:00")]
    return campus.batch(name="Data analytics", lead=lead, slots=slots, end_date=date(2030, 2, 1))


@pytest.fixture
def session(batch):
    return ClassSession.objects.filter(meeting=batch.pk).order_by("date").first()


def events_of(part):
    return Calendar.from_ical(part.content).walk("VEVENT")


def part_told_to(person):
    return session_of(Notification.objects.filter(user=person, kind="session_changed").latest("id"))


def test_a_schedule_holds_what_takes_place(campus, batch, session):
    dates = list(ClassSession.objects.filter(meeting=batch.pk).order_by("date").values_list("date", flat=True))
    cancel_session(by=campus.admin, session=session)
    part = schedule_of(batch)
    assert part.method == "PUBLISH"
    assert [event["dtstart"].dt.date() for event in events_of(part)] == dates[1:]
    assert {str(event["summary"]) for event in events_of(part)} == {"Data analytics"}


def test_a_batch_without_sessions_brings_no_file(campus):
    assert schedule_of(campus.batch()) is None


def test_who_no_longer_teaches_a_session_gets_it_cancelled_and_who_does_invited(campus, lead, session):
    other = campus.instructor()
    change_session(by=campus.admin, session=session, changes={"instructor": other})
    parts = {person: part_told_to(person) for person in (lead, other)}
    assert {person: part.method for person, part in parts.items()} == {lead: "CANCEL", other: "REQUEST"}
    ids = {str(event["uid"]) for part in parts.values() for event in events_of(part)}
    assert ids == {f"{session.pk}@muster"}
    [event] = events_of(parts[lead])
    assert str(event["status"]) == "CANCELLED"


def test_what_changed_again_before_the_mail_left_is_sent_as_it_is_now(campus, batch, session):
    student = campus.student()
    campus.enroll(batch, student)
    moved = {"date": session.date + timedelta(days=1)}
    change_session(by=campus.admin, session=session, changes=moved)
    first = Notification.objects.get(user=student, kind="session_changed")
    session.refresh_from_db()
    cancel_session(by=campus.admin, session=session, reason="No water")
    part = session_of(first)
    [event] = events_of(part)
    assert part.method == "CANCEL"
    assert event["dtstart"].dt.date() == moved["date"]
    assert event["sequence"] == 2


def test_nothing_comes_with_what_is_over_or_gone(campus, batch, session):
    student = campus.student()
    campus.enroll(batch, student)
    cancel_session(by=campus.admin, session=session)
    notice = Notification.objects.get(user=student, kind="session_changed")
    day = campus.admin.today() - timedelta(days=9)
    ClassSession.objects.filter(pk=session.pk).update(date=day)
    assert session_of(notice) is None
    notice.about = notice.pk
    assert session_of(notice) is None
