"""Who is reminded of what is due, and of marks that are missing: once each, by the class's own day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar

from muster.assessment.queries import due_soon
from muster.assessment.rules import chase_missing_marks, publish_marks, remind_before_due
from muster.assessment.tests.test_marks import Marked
from muster.batches.feeds import render_feed
from muster.batches.rules import make_feed
from muster.institutions.access import Actor
from muster.notifications.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Marked:
    return Marked()


def due_in(room: Marked, days: int) -> None:
    room.test.due_on = room.batch.today() + timedelta(days=days)
    room.test.save(update_fields=["due_on"])


def told(kind: str) -> list[str]:
    rows = Notification.objects.filter(kind=kind).order_by("user__full_name")
    return [row.user.full_name for row in rows]


@pytest.mark.parametrize(("days", "number"), [(3, 0), (2, 1), (0, 1), (-1, 0)])
def test_students_are_reminded_two_days_before(room: Marked, days: int, number: int) -> None:
    due_in(room, days)
    system = Actor.system(room.campus.institution)
    assert [remind_before_due(by=system), remind_before_due(by=system)] == [number, 0]
    assert told("assessment_due") == ["Ann Abel", "Ben Bold", "Cat Cole"] * number


def test_whoever_has_a_mark_is_not_reminded(room: Marked) -> None:
    due_in(room, 1)
    room.mark(room.test, 15)
    remind_before_due(by=Actor.system(room.campus.institution))
    assert told("assessment_due") == ["Ben Bold", "Cat Cole"]


@pytest.mark.parametrize(("days", "number"), [(-6, 0), (-7, 1), (-60, 1), (-61, 0)])
def test_instructors_are_reminded_a_week_later(room: Marked, days: int, number: int) -> None:
    due_in(room, days)
    room.mark(room.test, 15, 12)
    system = Actor.system(room.campus.institution)
    assert [chase_missing_marks(by=system), chase_missing_marks(by=system)] == [number, 0]
    assert told("marks_missing") == ["Ada Ford"] * number
    assert [row.title for row in Notification.objects.filter(kind="marks_missing")] == ["1 mark of Test is missing"] * (
        number
    )


def test_nobody_is_chased_for_marks_that_are_all_there_or_in_an_archived_batch(room: Marked) -> None:
    due_in(room, -8)
    room.mark(room.test, 15, 12, 9)
    assert chase_missing_marks(by=Actor.system(room.campus.institution)) == 0


def test_students_are_told_of_their_marks_and_not_of_others(room: Marked) -> None:
    room.mark(room.test, 15)
    publish_marks(by=room.admin, assessment=room.test)
    assert told("marks_published") == ["Ann Abel"]


def test_calendars_show_what_is_due_to_those_who_learn_and_teach(room: Marked) -> None:
    due_in(room, 3)
    room.essay.due_on = room.test.due_on + timedelta(days=12)
    room.essay.save(update_fields=["due_on"])
    found = {
        name: [one.title for one in due_soon(room.campus.actor(person))]
        for name, person in (
            ("ann", room.ann.student),
            ("teacher", room.teacher),
            ("other", room.campus.student()),
        )
    }
    assert found == {"ann": ["Test"], "teacher": ["Test"], "other": []}
    for person in (room.ann.student, room.teacher):
        actor = room.campus.actor(person)
        feed, _secret = make_feed(by=actor, kind="personal")
        events = Calendar.from_ical(render_feed(feed, actor, str)).walk("VEVENT")
        days = {one["summary"]: one["dtstart"].dt for one in events}
        assert days["Due: Test"] == room.test.due_on
