"""Suggested instructors over the API."""

from __future__ import annotations

import pytest

from muster.batches.rules import assign_lead
from muster.institutions.resources import INSTITUTION
from tests.client import Api
from tests.make import NOBODY, Campus, slot

pytestmark = pytest.mark.django_db


def test_who_could_teach_a_batch_is_ranked_with_reasons() -> None:
    campus = Campus.found(time_zone="UTC")
    course = campus.course(title="Data")
    knows, _free, busy = (campus.instructor(name) for name in ("Zoe Knows", "Ann Free", "Bea Busy"))
    first = campus.batch(course=course, lead=knows, slots=[slot(2, "08:00", "10:00")])
    campus.batch(lead=busy, slots=[slot(1, "09:00", "11:00")])
    batch = campus.batch(course=course, slots=[slot(1, "08:00", "10:00")])
    reply = Api(campus.token()).get(f"/batches/{batch.pk}/suggested-instructors")
    assert (reply.status, reply.message) == (200, "2 instructors could be assigned.")
    assert [one["instructor"]["full_name"] for one in reply.data["suggestions"]] == ["Zoe Knows", "Ann Free"]
    best = reply.data["suggestions"][0]
    assert best["score"] == 62
    assert {part["kind"]: (part["points"], part["weight"], part["reason"]) for part in best["parts"]} == {
        "skills": (0.5, 4, "no skills required"),
        "availability": (0.5, 4, "no weekly availability set"),
        "workload": (0.75, 3, "1 of 4 batches, 2 of 40 hours in the busiest week"),
        "rating": (0.5, 2, "not rated yet"),
        "familiarity": (1.0, 2, "has taught this course before"),
    }
    assert best["reasons"] == [part["reason"] for part in best["parts"]]
    (out,) = reply.data["left_out"]
    assert (out["instructor"]["full_name"], out["kind"]) == ("Bea Busy", "busy")
    assert out["reason"].startswith("Bea Busy teaches Batch")
    assign_lead(by=campus.admin, batch=first, instructor=knows)
    less = Api(campus.token()).get(f"/batches/{batch.pk}/suggested-instructors?limit=1")
    assert (len(less.data["suggestions"]), less.data["total"]) == (1, 2)


def test_weights_decide_who_stands_first() -> None:
    campus = Campus.found(time_zone="UTC")
    course = campus.course()
    knows, free = campus.instructor("Zoe Knows"), campus.instructor("Ann Free")
    for hour in ("08:00", "10:00", "12:00"):
        campus.batch(course=course, lead=knows, slots=[slot(2, hour, f"{int(hour[:2]) + 2}:00")])
    batch = campus.batch(course=course, slots=[slot(1, "08:00", "10:00")])
    path = f"/batches/{batch.pk}/suggested-instructors"

    def first() -> str:
        return str(Api(campus.token()).get(path).data["suggestions"][0]["instructor"]["_id"])

    def set_weights(weights: dict[str, int]) -> None:
        INSTITUTION.change(by=campus.admin, row=campus.institution, changes=weights)

    INSTITUTION.change(
        by=campus.admin, row=campus.institution, changes={"weight_familiarity": 10, "weight_workload": 0}
    )
    assert first() == str(knows.pk)
    INSTITUTION.change(
        by=campus.admin, row=campus.institution, changes={"weight_familiarity": 0, "weight_workload": 10}
    )
    assert first() == str(free.pk)


@pytest.mark.parametrize("limit", ["0", "201", "x", "-1", ""])
def test_a_limit_out_of_bounds_is_refused(limit: str) -> None:
    campus = Campus.found()
    reply = Api(campus.token()).get(f"/batches/{campus.batch().pk}/suggested-instructors?limit={limit}")
    assert (reply.status, reply.fields) == (400, ["limit"])


def test_unknown_batches_and_students_are_missing() -> None:
    campus = Campus.found()
    for path in (f"/batches/{NOBODY}", f"/students/{NOBODY}", f"/students/{campus.instructor().pk}"):
        assert Api(campus.token()).get(f"{path}/suggested-instructors").status == 404


@pytest.mark.parametrize("kind", ["skills", "availability", "workload", "language", "style", "rating", "familiarity"])
@pytest.mark.parametrize("weight", [-1, 11, 1.5, "much", None, 10**30])
def test_a_weight_is_a_whole_number_from_0_to_10(kind: str, weight: object) -> None:
    campus = Campus.found()
    reply = Api(campus.token()).put("/institution", {f"weight_{kind}": weight})
    assert (reply.status, reply.fields) == (400, [f"weight_{kind}"])
