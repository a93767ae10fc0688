"""A substitute who goes: the lead takes the days back, or the refusal says what is in the way."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from muster.batches.models import InstructorAssignment
from muster.batches.rules import assign_instructor
from muster.institutions.models import Membership, Role
from muster.timetable.models import Booking
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2030, 1, 14), date(2030, 1, 27)
MONDAY = slot(1, "08:00", "10:00")


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def lead(campus):
    return campus.instructor("Ann Away")


@pytest.fixture
def substitute(campus):
    return campus.instructor("Bea Stands")


@pytest.fixture
def assignment(campus, lead, substitute):
    batch = campus.batch(code="NIGHT", lead=lead, slots=[MONDAY])
    return assign_instructor(
        by=campus.admin, batch=batch, instructor=substitute, role="substitute", from_date=FIRST, until_date=LAST
    )


@pytest.fixture
def elsewhere(campus, lead, assignment):
    """Meanwhile the lead teaches another batch on the days of the substitute."""
    return campus.batch(name="Meanwhile", code="DAY", lead=lead, slots=[MONDAY], start_date=FIRST, end_date=LAST)


TAKEN = "Ann Away teaches Meanwhile (DAY), Monday 08:00 to 10:00, on 2 dates from 14 January 2030 to 21 January 2030."


def test_the_lead_takes_the_days_back(campus, lead, assignment):
    body = {"assignment_id": str(assignment.pk)}
    assert Api(campus.token()).delete(f"/batches/{assignment.batch_id}/instructors", body).status == 200
    assert Booking.objects.filter(meeting__batches=assignment.batch_id, instructor=lead, on_date=FIRST).exists()


def test_a_substitute_ends_only_where_the_lead_is_free_again(campus, assignment, elsewhere):
    body = {"assignment_id": str(assignment.pk)}
    refused = Api(campus.token()).delete(f"/batches/{assignment.batch_id}/instructors", body)
    assert (refused.status, refused.message) == (400, f"Schedule conflict: {TAKEN}")
    assert [one["message"] for one in refused.data["conflicts"]] == [TAKEN]
    page = Browser(campus).post(reverse("batches:end-assignment", args=[assignment.batch_id, assignment.pk]), {})
    assert (page.status_code, TAKEN in words_of(page)) == (400, True)
    # What no longer stands in the way does not.
    last = FIRST + timedelta(days=8)
    ended = Api(campus.token()).delete(
        f"/batches/{assignment.batch_id}/instructors", {**body, "until_date": last.isoformat()}
    )
    assert ended.status == 200


@pytest.mark.parametrize("field", ["role", "active"])
def test_a_substitute_leaves_only_where_the_lead_is_free_again(campus, substitute, assignment, elsewhere, field):
    api, path = Api(campus.token()), f"/users/{substitute.pk}"
    refused = api.put(path, {"role": ["student"]}) if field == "role" else api.delete(path)
    assert (refused.status, refused.body["code"], refused.fields) == (400, "stands_in", [field])
    assert refused.message == (
        f"Bea Stands is the substitute in NIGHT, and the lead can't take those sessions back. {TAKEN} "
        "Assign another substitute first."
    )
    assert InstructorAssignment.objects.get(pk=assignment.pk).until_date == LAST
    assert Membership.objects.filter(user=substitute, role=Role.INSTRUCTOR).exists()
    days = {"from_date": FIRST, "until_date": LAST}
    assign_instructor(
        by=campus.admin, batch=assignment.batch, instructor=campus.instructor(), role="substitute", **days
    )
    assert (api.put(path, {"role": ["student"]}) if field == "role" else api.delete(path)).status == 200
