"""What instructors are told when a batch is given to them or taken away."""

from datetime import timedelta

import pytest

from muster.batches.models import Batch
from muster.batches.rules import assign_instructor, assign_lead, change_batch, end_assignment
from muster.core.errors import DomainError
from muster.notifications.models import Notification
from muster.notifications.rules import quietly
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def thandi(campus):
    return campus.instructor("Thandi Nkosi")


@pytest.fixture
def batch(campus):
    return campus.batch(code="DA-2030", name="Data Analytics")


def told(person):
    return [row.title for row in Notification.objects.filter(user=person).order_by("id")]


def test_lead_and_assistants_are_told_when_a_batch_is_opened(campus, thandi):
    assistant = campus.instructor()
    batch = campus.batch(code="DA-2030", name="Data Analytics", lead=thandi, assistants=[assistant])
    assert told(thandi) == ["You lead DA-2030"]
    assert told(assistant) == ["You're an assistant in DA-2030"]
    row = Notification.objects.get(user=thandi)
    assert row.url == f"/batches/{batch.pk}/"
    assert row.text.startswith("Data Analytics. From ")
    assert campus.admin.user.full_name in row.text


def test_a_batch_that_is_refused_tells_nobody(campus, thandi, batch):
    before = Notification.objects.count()
    with pytest.raises(DomainError):
        campus.batch(code="DA-2030", lead=thandi)
    assert Notification.objects.count() == before


def test_a_new_lead_and_the_one_before_are_told(campus, thandi, batch):
    successor = campus.instructor()
    assign_lead(by=campus.admin, batch=batch, instructor=thandi)
    assign_lead(by=campus.admin, batch=batch, instructor=successor)
    assert told(thandi) == ["You lead DA-2030", "You no longer lead DA-2030"]
    assert told(successor) == ["You lead DA-2030"]


def test_the_same_lead_again_is_told_nothing(campus, thandi, batch):
    assign_lead(by=campus.admin, batch=batch, instructor=thandi)
    assign_lead(by=campus.admin, batch=batch, instructor=thandi)
    change_batch(by=campus.admin, batch=batch, changes={"lead": thandi})
    assert told(thandi) == ["You lead DA-2030"]


def test_a_lead_given_while_the_batch_is_edited_is_told(campus, thandi, batch):
    change_batch(by=campus.admin, batch=batch, changes={"lead": thandi})
    assert told(thandi) == ["You lead DA-2030"]


def test_a_substitute_is_told_the_days(campus, thandi, batch):
    first = campus.admin.today() + timedelta(days=3)
    assign_instructor(
        by=campus.admin,
        batch=batch,
        instructor=thandi,
        role="substitute",
        from_date=first,
        until_date=first + timedelta(days=1),
    )
    row = Notification.objects.get(user=thandi)
    assert row.title == "You're the substitute in DA-2030"
    assert f" to {(first + timedelta(days=1)).day} " in row.text


def test_what_is_recorded_of_the_past_is_told_to_nobody(campus, thandi, batch):
    day = campus.admin.today() - timedelta(days=30)
    assign_instructor(by=campus.admin, batch=batch, instructor=thandi, role="substitute", from_date=day, until_date=day)
    assert told(thandi) == []


def test_an_assignment_that_ends_is_told_with_its_day(campus, thandi, batch):
    assignment = assign_instructor(by=campus.admin, batch=batch, instructor=thandi, role="assistant")
    last = campus.admin.today() + timedelta(days=10)
    end_assignment(by=campus.admin, assignment=assignment, until_date=last)
    end_assignment(by=campus.admin, assignment=assignment)
    assert told(thandi) == [
        "You're an assistant in DA-2030",
        f"You're an assistant in DA-2030 until {last.day} {last:%B %Y}",
        "You're no longer an assistant in DA-2030",
    ]


def test_nobody_is_told_of_a_batch_that_is_over(campus, thandi):
    campus.batch(lead=thandi, status=Batch.Status.COMPLETED)
    assert told(thandi) == []


def test_a_timetable_taken_over_from_elsewhere_tells_nobody(campus, thandi):
    with quietly():
        campus.batch(lead=thandi)
    assert told(thandi) == []
