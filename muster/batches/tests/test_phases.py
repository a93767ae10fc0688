"""The phase of a batch: on its page, in the list and through the API it is one and the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.batches.models import Batch
from muster.batches.queries import batches_of, phase_of, with_phase
from muster.batches.rules import archive_batch, assign_instructor
from tests.client import Api
from tests.make import Campus, slot
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db
MONDAYS = [slot(1, "09:00", "10:00")]


@pytest.fixture
def campus():
    return Campus.found()


def phases_of(campus):
    """What Python says of each batch, by its name."""
    rows = batches_of(campus.admin, Batch.objects.filter(institution=campus.institution))
    return {one.name: phase_of(one, has_lead=one.lead is not None, has_slots=bool(one.week)) for one in rows}


@pytest.fixture
def every(campus):
    """A batch of each kind there is, by the phase that it is in."""
    today = campus.admin.today()
    lead = campus.instructor()
    campus.batch(name="Bare")
    campus.batch(name="Unled", slots=MONDAYS)
    campus.batch(name="Unscheduled", lead=lead)
    campus.batch(name="Planned", lead=lead, slots=MONDAYS)
    later = campus.batch(name="Led later", slots=[slot(2, "09:00", "10:00")])
    assign_instructor(by=campus.admin, batch=later, instructor=lead, role="lead", from_date=today + timedelta(9))
    campus.batch(name="Running", status="Active")
    campus.batch(name="Done", status="Completed")
    campus.batch(name="Off", status="Cancelled")
    archive_batch(by=campus.admin, batch=campus.batch(name="Kept", status="Completed"))
    return {
        "planning": {"Bare", "Unled", "Unscheduled"},
        "enrollment": {"Planned", "Led later"},
        "active": {"Running"},
        "completion": {"Done"},
        "closed": {"Off", "Kept"},
    }


def test_python_and_the_lists_agree_on_the_phase(campus, every):
    expected = {name: phase for phase, names in every.items() for name in names}
    assert phases_of(campus) == expected
    rows = with_phase(Batch.objects.filter(institution=campus.institution))
    assert {one.name: one.phase for one in rows} == expected


def test_the_list_and_the_api_are_narrowed_to_a_phase(campus, every):
    api, browser = Api(campus.token()), Browser(campus)
    for phase, names in every.items():
        listed = api.get(f"/batches?phase={phase}").data
        assert {one["batch_name"] for one in listed} == names
        assert {one["phase"] for one in listed} == {phase}
        page = words_of(browser.get(f"/batches/?phase={phase}&archived=all"))
        assert {name for name in phases_of(campus) if f" {name} " in page} == names
    both = api.get("/batches?phase=active,completion").data
    assert {one["batch_name"] for one in both} == {"Running", "Done"}
    unknown = api.get("/batches?phase=asleep")
    assert (unknown.status, unknown.fields) == (400, ["phase"])
