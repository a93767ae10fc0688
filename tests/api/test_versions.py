"""Versions: who changes something that was changed meanwhile is told so."""

from __future__ import annotations

import pytest

from tests.client import Api
from tests.make import Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def api(campus):
    return Api(campus.token())


def test_the_etag_of_an_object_is_what_if_match_takes(campus, api):
    batch = campus.batch()
    enrollment = campus.enroll(batch)
    for path, change in (
        (f"/batches/{batch.pk}", {"batch_notes": "a"}),
        (f"/enrollments/{enrollment.pk}", {"reason": "a"}),
    ):
        seen = api.get(path)
        assert seen.headers["ETag"].startswith(f'"{seen.data["version"]}-')
        changed = api.put(path, change, If_Match=seen.headers["ETag"])
        assert changed.status == 200
        assert changed.headers["ETag"] == f'"{api.get(path).data["version"]}"'


def changes(campus):
    """Every change that takes a version, as (method, path, body)."""
    batch = campus.batch()
    enrollment = campus.enroll(campus.batch())
    return [
        ("PUT", f"/batches/{batch.pk}", {"batch_notes": "b"}),
        ("PUT", f"/batches/{batch.pk}/capacity", {"capacity": 11}),
        ("PUT", f"/batches/{batch.pk}/assign-instructor/{campus.instructor().pk}", {}),
        ("DELETE", f"/batches/{batch.pk}", {}),
        ("PUT", f"/enrollments/{enrollment.pk}", {"enrollment_source": "fair"}),
    ]


def test_another_version_is_refused_with_412_and_changes_nothing(campus, api):
    for method, path, body in changes(campus):
        path_of_object = "/".join(path.split("/")[:3])
        before = api.get(path_of_object).data
        for headers, more in (
            ({"If_Match": f'"{before["version"] + 1}"'}, {}),
            ({"If_Match": f'W/"{before["version"] + 1}"'}, {}),
            ({"If_Match": "999999999"}, {}),
            ({}, {"version": before["version"] + 1}),
        ):
            if more and not body:
                continue
            stale = api.call(method, path, {**body, **more}, **headers)
            assert (stale.status, stale.body["code"]) == (412, "stale"), (method, path)
        assert api.get(path_of_object).data == before


def test_the_current_version_any_version_and_none_are_taken(campus, api):
    batch = campus.batch()
    path = f"/batches/{batch.pk}"
    for headers in ({}, {"If_Match": "*"}, {"If_Match": f"{batch.version}"}):
        api.put(path, {"batch_notes": ""})
        if headers.get("If_Match", "*") != "*":
            headers = {"If_Match": str(api.get(path).data["version"])}
        assert api.put(path, {"batch_notes": "c"}, **headers).status == 200


def test_an_if_match_that_is_no_version_is_refused(campus, api):
    batch = campus.batch()
    for header in ("abc", "-1", '"1", "2"', "9999999999", "1.5", "١"):
        refused = api.put(f"/batches/{batch.pk}", {"batch_notes": "d"}, If_Match=header)
        assert (refused.status, refused.fields) == (400, ["If-Match"]), header


def test_of_two_who_change_the_same_version_one_is_told(campus, api):
    batch = campus.batch()
    path, version = f"/batches/{batch.pk}", api.get(f"/batches/{batch.pk}").data["version"]
    first = api.put(path, {"batch_notes": "mine", "version": version})
    second = api.put(path, {"batch_notes": "yours", "version": version})
    assert (first.status, second.status) == (200, 412)
    assert api.get(path).data["batch_notes"] == "mine"
