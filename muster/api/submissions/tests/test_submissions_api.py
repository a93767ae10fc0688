"""Submissions and export templates over the API."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.conf import LazySettings

from muster.submissions.models import Submission
from muster.submissions.tests.make import Reporting
from tests.client import Api
from tests.make import NOBODY

pytestmark = pytest.mark.django_db
PATH = "/oversight/submissions"


@pytest.fixture
def place(settings: LazySettings, tmp_path: Any) -> Reporting:
    settings.MUSTER_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return Reporting()


@pytest.fixture
def api(place: Reporting) -> Api:
    return Api(place.campus.token())


def body(place: Reporting, **fields: Any) -> dict[str, Any]:
    item = {"type": "ATTENDANCE_REGISTER", "batch_id": str(place.batch.pk), "from": "2030-01-01", "to": "2030-01-31"}
    return {"title": "January", "regulator_id": str(place.regulator.pk), "resources": [item], **fields}


def test_it_is_frozen_at_once_and_the_regulator_reads_it(place: Reporting, api: Api) -> None:
    made = api.call("POST", PATH, body(place))
    assert (made.status, made.data["status"]) == (201, "submitted")
    [item] = made.data["resources"]
    assert (item["type"], item["rows"], item["from"], item["to"]) == (
        "ATTENDANCE_REGISTER",
        2,
        "2030-01-01",
        "2030-01-31",
    )
    reader, one = Api(place.campus.token(place.regulator)), f"{PATH}/{made.data['_id']}"
    assert [row["_id"] for row in reader.call("GET", PATH).data] == [made.data["_id"]]
    assert reader.call("GET", one).data["status"] == "received"
    content = reader.call("GET", f"{one}/files/{item['file_name']}").content
    assert hashlib.sha256(content).hexdigest() == item["sha256"]
    manifest = reader.call("GET", f"{one}/manifest").content
    assert json.loads(manifest)["files"][0]["sha256"] == item["sha256"]
    assert reader.call("GET", f"{one}/signature").content
    assert reader.call("GET", f"{one}/archive").content[:2] == b"PK"
    looks = api.call("GET", f"{one}/looks").data
    assert [look["file_name"] for look in looks][-2:] == [item["file_name"], None]
    assert reader.call("POST", PATH, body(place)).status == 403


def test_a_draft_is_changed_handed_in_and_withdrawn(place: Reporting, api: Api) -> None:
    draft = api.call("POST", PATH, body(place, draft=True)).data
    one = f"{PATH}/{draft['_id']}"
    assert draft["status"] == "draft"
    assert api.call("GET", f"{one}/manifest").status == 404
    changed = api.call("PUT", one, {"title": "Changed", "regulator_id": None})
    assert (changed.data["title"], changed.data["regulator"], len(changed.data["resources"])) == ("Changed", None, 1)
    assert api.call("POST", f"{one}/submit").data["status"] == "submitted"
    assert api.call("PUT", one, {"title": "x"}).body["code"] == "already_submitted"
    assert api.call("POST", f"{one}/withdraw", {"reason": " "}).fields == ["reason"]
    assert api.call("POST", f"{one}/withdraw", {"reason": "Wrong."}).data["status"] == "withdrawn"
    assert api.call("DELETE", one).status == 400


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"regulator_id": NOBODY}, "regulator_id"),
        ({"resources": []}, "resources"),
        ({"replaces_id": NOBODY}, "replaces_id"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_stays(place: Reporting, api: Api, fields: Any, field: str) -> None:
    answer = api.call("POST", PATH, body(place, **fields))
    assert (answer.status, answer.fields) == (400, [field])
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"type": "OTHER"}, "resources.0.type"),
        ({"batch_id": NOBODY}, "resources.0.batch_id"),
        ({"template_id": NOBODY}, "resources.0.template_id"),
        ({"type": "TEMPLATE"}, "resources.0.template_id"),
        ({"to": "2029-01-01"}, "resources.0.to"),
    ],
)
def test_what_is_wrong_with_an_item_is_named(place: Reporting, api: Api, fields: Any, field: str) -> None:
    given = body(place)
    given["resources"][0].update(fields)
    answer = api.call("POST", PATH, given)
    assert (answer.status, answer.fields) == (400, [field])


def test_a_template_is_run_all_rows_or_none(place: Reporting, api: Api) -> None:
    template = place.template({"source": "full_name", "heading": "Name", "width": 12}, name="Names")
    run = f"/export-templates/{template.pk}/run"
    asked = {"batch_ids": [str(place.batch.pk)], "from": "2030-01-01", "to": "2030-01-31"}
    assert api.call("POST", run, asked).content == b"Ada Byron   \r\n"
    template.columns.update(width=4)
    refused = api.call("POST", run, asked)
    assert (refused.status, refused.body["code"], refused.fields) == (400, "rows_refused", ["rows.1.Name"])
    assert api.call("POST", run, {**asked, "batch_ids": []}).fields == ["batch_ids"]
    assert api.call("POST", run, {**asked, "batch_ids": [NOBODY]}).fields == ["batch_ids.0"]


def test_deadlines_are_told(place: Reporting, api: Api) -> None:
    place.campus.let(enrollment_file_days=5)
    today = place.campus.admin.today()
    batch = place.campus.batch(start_date=today, end_date=today)
    [one] = [row for row in api.call("GET", "/oversight/submission-deadlines").data if row["type"] == "ENROLMENT_LIST"]
    assert (one["batch"]["_id"], one["days_left"]) == (str(batch.pk), 5)
