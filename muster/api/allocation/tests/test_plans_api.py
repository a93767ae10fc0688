"""Staffing plans over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.allocation.models import Plan
from muster.batches.models import InstructorAssignment
from muster.batches.rules import assign_lead
from tests.client import Api
from tests.jobs import run_jobs
from tests.make import NOBODY, Campus, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


@pytest.fixture
def api(campus: Campus) -> Api:
    return Api(campus.token())


def morning(campus: Campus, day: int = 1, **fields: Any) -> Any:
    return campus.batch(slots=[slot(day, "08:00", "10:00")], **fields)


def planned(api: Api, **body: Any) -> Any:
    """A plan that is ready, as the API tells it."""
    asked = api.post("/allocation/plans", {"kind": "batches", **body})
    assert asked.status == 201
    run_jobs()
    return api.get(f"/allocation/plans/{asked.data['_id']}").data


def test_a_plan_is_asked_for_followed_and_applied(campus, api):
    ann, batch = campus.instructor("Ann"), morning(campus)
    asked = api.post("/allocation/plans", {"kind": "batches"})
    assert (asked.status, asked.data["status"], asked.data["progress"]) == (201, "queued", 0)
    run_jobs()
    plan = api.get(f"/allocation/plans/{asked.data['_id']}").data
    assert (plan["status"], plan["progress"], plan["wanted"], plan["staffed"]) == ("ready", 100, 1, 1)
    assert (plan["solver"], plan["gap"], plan["proved"], plan["bound"]) == ("flow", 0, True, plan["objective"])
    (item,) = plan["items"]
    assert item["batch"] == {"_id": str(batch.pk), "batch_code": batch.code, "batch_name": batch.name}
    assert (item["instructor"]["full_name"], item["score"], item["why_not"]) == ("Ann", plan["objective"], [])
    assert {"kind", "label", "points", "weight", "reason", "speaks"} == set(item["reasons"][0])
    assert plan["workload"] == [{"_id": str(ann.pk), "full_name": "Ann", "before": 0, "after": 1, "limit": 4}]
    done = api.post(f"/allocation/plans/{plan['_id']}/apply", {})
    assert (done.status, done.message) == (200, "1 proposal applied.")
    assert done.data == {"status": "applied", "applied": 1, "refused": []}
    again = api.post(f"/allocation/plans/{plan['_id']}/apply", {})
    assert (again.status, again.message) == (400, "This plan is applied, so it can't be applied or changed.")


def test_what_was_overtaken_is_named_item_by_item(campus, api):
    campus.instructor(), campus.instructor()
    batch = morning(campus)
    morning(campus)
    plan = planned(api)
    assign_lead(by=campus.admin, batch=batch, instructor=campus.instructor("Dan"))
    item = next(one["_id"] for one in plan["items"] if one["batch"]["_id"] == str(batch.pk))
    refused = api.post(f"/allocation/plans/{plan['_id']}/apply", {})
    words = f"{batch.code} is now led by Dan."
    assert (refused.status, refused.body["code"], refused.fields) == (400, "plan_overtaken", [f"items.{item}"])
    assert refused.data == {"overtaken": [{"item_id": item, "message": words}]}
    assert InstructorAssignment.objects.count() == 1
    done = api.post(f"/allocation/plans/{plan['_id']}/apply", {"partial": True})
    assert done.data == {"status": "partly_applied", "applied": 1, "refused": [{"item_id": item, "message": words}]}


def test_an_item_is_changed_by_hand(campus, api):
    campus.instructor("Ann")
    morning(campus)
    plan = planned(api)
    ben = campus.instructor("Ben")
    path = f"/allocation/plans/{plan['_id']}/items/{plan['items'][0]['_id']}"
    changed = api.put(path, {"instructor_id": str(ben.pk)})
    assert (changed.status, changed.data["instructor"]["full_name"], changed.data["by_hand"]) == (200, "Ben", True)
    assert api.put(path, {"instructor_id": None}).data["instructor"] is None
    busy = campus.instructor("Busy")
    morning(campus, lead=busy)
    refused = api.put(path, {"instructor_id": str(busy.pk)})
    assert (refused.status, refused.body["code"], refused.fields) == (400, "cannot_take", ["instructor_id"])


def test_plans_are_listed_the_newest_first(campus, api):
    morning(campus)
    plans = [planned(api)["_id"] for _each in range(3)]
    listed = api.get("/allocation/plans")
    assert [one["_id"] for one in listed.data] == plans[::-1]
    assert "items" not in listed.data[0]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["kind"]),
        ({"kind": None}, ["kind"]),
        ({"kind": "rooms"}, ["kind"]),
        ({"kind": "students"}, ["kind"]),
        ({"kind": "batches", "branch_id": NOBODY}, ["branch_id"]),
        ({"kind": "batches", "branch_id": "x"}, ["branch_id"]),
        ({"kind": "batches", "department_id": NOBODY}, ["department_id"]),
        ({"kind": "batches", "keep_to_limits": "yes"}, ["keep_to_limits"]),
        ({"kind": "batches", "least_score": 101}, ["least_score"]),
        ({"kind": "batches", "least_score": -1}, ["least_score"]),
        ({"kind": "batches", "least_score": "5"}, ["least_score"]),
        ({"kind": "batches", "least_score": 10**30}, ["least_score"]),
    ],
)
def test_asking_names_the_field_that_is_wrong(campus, api, body, wrong):
    morning(campus)
    reply = api.post("/allocation/plans", body)
    assert (reply.status, reply.fields) == (400, wrong)
    assert not Plan.objects.exists()


def test_places_of_another_institution_are_unknown(campus, api):
    morning(campus)
    reply = api.post("/allocation/plans", {"kind": "batches", "branch_id": str(Campus.found().branch().pk)})
    assert (reply.status, reply.fields) == (400, ["branch_id"])


@pytest.mark.parametrize(
    "body", [{"items": ["x"]}, {"items": [NOBODY]}, {"items": []}, {"items": "all"}, {"items": [1]}]
)
def test_applying_names_what_is_wrong(campus, api, body):
    campus.instructor(), morning(campus)
    reply = api.post(f"/allocation/plans/{planned(api)['_id']}/apply", body)
    assert reply.status == 400
    assert {field.split(".")[0] for field in reply.fields} == {"items"}


@pytest.mark.parametrize("body", [{}, {"instructor_id": 5}, {"instructor_id": "x"}, {"instructor_id": NOBODY}])
def test_changing_names_what_is_wrong(campus, api, body):
    campus.instructor(), morning(campus)
    plan = planned(api)
    reply = api.put(f"/allocation/plans/{plan['_id']}/items/{plan['items'][0]['_id']}", body)
    assert (reply.status, reply.fields) == (400, ["instructor_id"])
    other = api.put(f"/allocation/plans/{plan['_id']}/items/{NOBODY}", {"instructor_id": None})
    assert other.status == 404


def test_reading_costs_the_same_for_one_and_for_many(campus, api):
    def statements(path: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            assert api.get(path).status == 200
        return len(counted)

    campus.instructor(), morning(campus)
    one = statements(f"/allocation/plans/{planned(api)['_id']}"), statements("/allocation/plans")
    for day in range(2, 7):
        campus.instructor(), morning(campus, day)
    many = statements(f"/allocation/plans/{planned(api)['_id']}"), statements("/allocation/plans")
    assert many == one
    assert max(one) <= 4
