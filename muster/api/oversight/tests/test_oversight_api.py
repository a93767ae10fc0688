"""The API of oversight: asked for, decided, read and looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from muster.oversight.tests.make import Inspected
from tests.client import Api
from tests.make import NOBODY, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Inspected()


@pytest.fixture
def admin(place):
    return Api(place.campus.token())


@pytest.fixture
def regulator(place):
    return Api(place.campus.token(place.regulator))


def wanted(place, **fields):
    return {
        "institution_id": str(place.campus.institution.pk),
        "from": place.day(0).isoformat(),
        "to": place.day(9).isoformat(),
        "purpose": "Accreditation visit",
        **fields,
    }


def end(days=9):
    return (timezone.now() + timedelta(days=days)).isoformat()


def test_from_asking_to_reading(place, admin, regulator):
    batch = place.batch("ECD")
    session = place.session(batch, 5, place.seat(batch, "Aisha Dlamini"))
    [named] = regulator.get("/oversight/batches").data
    assert named == {"_id": str(batch.pk), "code": "ECD", "name": "Batch ECD"}
    asked = regulator.post("/oversight/requests", wanted(place, batch_ids=[named["_id"]]))
    assert (asked.status, asked.data["status"], asked.data["registers"]) == (201, "pending", 1)
    path = f"/oversight/requests/{asked.data['_id']}"
    assert admin.get("/oversight/requests?status=pending").data[0]["_id"] == asked.data["_id"]
    done = admin.put(path, {"decision": "approve", "expires_at": end(), "note": "The sample"})
    assert (done.status, done.data["status"], done.data["note"]) == (200, "approved", "The sample")
    assert [row["_id"] for row in regulator.get("/oversight/registers").data] == [str(session.pk)]
    assert regulator.get(f"/oversight/registers?batch={batch.pk}&from={place.day(6)}").data == []
    found = regulator.get(f"/oversight/registers/{session.pk}").data
    assert [(row["full_name"], row["status"]) for row in found["rows"]] == [("Aisha Dlamini", "ABSENT")]
    assert (found["evidence"], found["reference"]) == (None, done.data["reference"])
    for kind, begin in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        file = regulator.get(f"/oversight/registers/{session.pk}?format={kind}")
        assert file.content.startswith(begin)
    whole = regulator.get("/oversight/registers?format=csv").content.decode()
    assert "Aisha Dlamini" in whole
    assert done.data["reference"] in whole
    hows = [row["how"] for row in admin.get("/oversight/looks").data]
    assert hows == ["csv", "csv", "xlsx", "pdf", "opened"]
    assert [row["how"] for row in regulator.get("/oversight/looks").data] == hows
    moved = admin.put(path, {"decision": "extend", "expires_at": end(90), "note": "Moved"})
    assert (moved.status, moved.data["note"], moved.data["expires_at"] > done.data["expires_at"]) == (
        200,
        "Moved",
        True,
    )
    assert admin.put(path, {"decision": "extend", "expires_at": end(), "note": "Less"}).status == 400
    assert admin.put(path, {"decision": "revoke", "note": "Over"}).data["status"] == "revoked"
    assert regulator.get(f"/oversight/registers/{session.pk}").status == 404
    assert regulator.get("/oversight/registers?format=csv").status == 403
    assert admin.get("/oversight/looks").data[0]["how"] == "denied"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"institution_id": NOBODY}, "institution_id"),
        ({"batch_ids": [NOBODY]}, "batch_ids"),
        ({"batch_ids": []}, "batch_ids"),
        ({"to": "2001-01-01"}, "to"),
        ({"purpose": " "}, "purpose"),
        ({"needed_until": "2001-01-01"}, "needed_until"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(place, regulator, fields, field):
    answer = regulator.post("/oversight/requests", wanted(place, **fields))
    assert answer.status == 400
    assert [error["field"] for error in answer.body["errors"]] == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decision": "maybe"}, "decision"),
        ({"decision": "approve"}, "expires_at"),
        ({"decision": "extend"}, "expires_at"),
        ({"decision": "approve", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"decision": "approve", "expires_at": "2001-01-01"}, "expires_at"),
        ({"decision": "reject"}, "note"),
        ({"decision": "approve", "expires_at": "soon", "batch_ids": [NOBODY]}, "expires_at"),
    ],
)
def test_a_decision_says_what_it_needs(place, admin, body, field):
    answer = admin.put(f"/oversight/requests/{place.ask().pk}", body)
    assert answer.status == 400
    assert [error["field"] for error in answer.body["errors"]] == [field]


def test_batches_of_another_institution_are_unknown(place, admin, regulator):
    other = Campus.found().batch()
    asked = regulator.post("/oversight/requests", wanted(place, batch_ids=[str(other.pk)]))
    assert (asked.status, asked.body["errors"][0]["field"]) == (400, "batch_ids")
    body = {"decision": "approve", "expires_at": end(), "batch_ids": [str(other.pk)]}
    done = admin.put(f"/oversight/requests/{place.ask().pk}", body)
    assert (done.status, done.body["errors"][0]["field"]) == (400, "batch_ids")


def test_decided_once_and_withdrawn_before(place, admin, regulator):
    granted, asked = place.grant(), place.ask()
    assert admin.put(f"/oversight/requests/{granted.pk}", {"decision": "reject", "note": "No"}).status == 400
    assert regulator.delete(f"/oversight/requests/{granted.pk}").status == 400
    assert regulator.put(f"/oversight/requests/{asked.pk}", {"decision": "approve", "expires_at": end()}).status == 403
    assert regulator.delete(f"/oversight/requests/{asked.pk}").status == 200
    assert regulator.get(f"/oversight/requests/{asked.pk}").status == 404
