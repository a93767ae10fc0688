"""What the API refuses is refused truly: with the status, the shape and the field that it is about."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, TestCase

from tests.access.world import World
from tests.api.described import operations
from tests.api.examples import EXAMPLES
from tests.client import Api
from tests.make import Campus

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPEN = {"login"}


class Strangers(TestCase):
    """Every call without a token, as a browser makes it too; the world is built once."""

    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def test_a_call_without_a_token_is_401_in_json(self) -> None:
        client, wrong = Client(enforce_csrf_checks=True), []
        objects = self.world.objects["own"]
        for method, path, operation in operations():
            if operation["operationId"] in OPEN or not operation["security"]:
                continue
            response = client.generic(method, path.format(**_names(path, objects)), "{", content_type="text/html")
            said = (response.status_code, response["Content-Type"], _code(response), response["WWW-Authenticate"])
            if said != (401, "application/json; charset=utf-8", "not_signed_in", "Bearer"):
                wrong.append((method, path, said))
        self.assertEqual(wrong, [])

    def test_a_deletion_needs_no_body(self) -> None:
        """What it needs to know is named as a field; most need nothing."""
        wrong = []
        own = self.world.objects["own"]
        for method, path, operation in operations():
            if method != "DELETE":
                continue
            example = EXAMPLES[operation["operationId"]]
            objects = {**own, **(example.objects(own["campus"]) if example.objects else {})}
            client = Client(headers={"Authorization": f"Bearer {self.world.tokens['admin']}"})
            response = client.delete(path.format(**objects))
            named = [one["field"] for one in json.loads(response.content).get("errors", ())]
            if response.status_code not in (200, 400) or "body" in named:
                wrong.append((path, response.status_code, response.content[:200]))
        self.assertEqual(wrong, [])


def _names(path: str, objects: dict[str, Any]) -> dict[str, Any]:
    return {part[1:-1]: objects.get(part[1:-1], "x") for part in path.split("/") if part.startswith("{")}


def _code(response: Any) -> str:
    return str(json.loads(response.content).get("code"))


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_a_path_that_is_none_is_404_for_every_method(method):
    campus = Campus.found()
    for headers in ({}, {"Authorization": f"Bearer {campus.token()}"}, {"Authorization": "Bearer wrong"}):
        client = Client(enforce_csrf_checks=True, headers=headers)
        for path in ("/api/nothing", "/api/batches/x/y/z/", "/api/v9/users"):
            response = client.generic(method, path, "{}", content_type="application/json")
            assert (response.status_code, response["Content-Type"], _code(response)) == (
                404,
                "application/json; charset=utf-8",
                "missing",
            )


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "fields"), [("/rooms", ["branch_id", "name"]), ("/holidays", ["name", "start_date"])])
def test_what_is_missing_is_named(path, fields):
    api = Api(Campus.found().token())
    bodies: tuple[Any, ...] = ({}, None)
    for body in bodies:
        refused = api.call("POST", path, body)
        assert (refused.status, sorted(refused.fields)) == (400, fields)


@pytest.mark.django_db
def test_answers_come_in_one_order():
    """401, then 403 of a role that never may, then 404, then 403 of what may be seen, then 400."""
    campus, other = Campus.found(), Campus.found()
    batch, foreign = campus.batch(), other.batch()
    student = campus.student()
    campus.enroll(batch, student)
    wrong = {"capacity": "many"}
    assert Api().put(f"/batches/{foreign.pk}", wrong).status == 401
    assert Api(campus.token(student)).put(f"/batches/{foreign.pk}", wrong).status == 403
    assert Api(campus.token()).put(f"/batches/{foreign.pk}", wrong).status == 404
    assert Api(campus.token()).put(f"/batches/{batch.pk}", wrong).fields == ["capacity"]
