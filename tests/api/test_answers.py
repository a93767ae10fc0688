"""What every route answers is what the description says, and nothing beside it."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.test import Client, TestCase

from tests.access.world import World
from tests.api.described import description, disagreement, operations
from tests.api.examples import EXAMPLES, Example

# A student of the world has no results yet, and so no document of them.
UNPRINTED = {"/api/students/{student_id}/record"}


class GoodCalls(TestCase):
    """One test a route, added below; the world is built once."""

    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def called(self, method: str, path: str, operation: dict[str, Any]) -> None:
        """The example of the route succeeds, and its answer is as described."""
        response = good_call(self.world, EXAMPLES[operation["operationId"]], method, path)
        self.assertLess(response.status_code, 300, getattr(response, "content", ""))
        self.assertEqual(disagreement(response), "")
        self.assertIn("no-store", response["Cache-Control"])
        self.assertTrue(response["X-Request-ID"])

    def test_each_format_that_is_described_can_be_asked_for_and_no_other_is_answered(self) -> None:
        tried, wrong = 0, []
        for method, path, operation in operations():
            schema: dict[str, Any] = next(
                (one["schema"] for one in operation["parameters"] if one["name"] == "format"), {}
            )
            # Of one alone the description says `const`.
            told = schema.get("enum") or [schema.get("const")]
            if not any(told) or path in UNPRINTED:
                continue
            example, found = EXAMPLES[operation["operationId"]], set()
            for kind in filter(None, told):
                tried += 1
                query = f"{example.query}&format={kind}" if example.query else f"format={kind}"
                response = good_call(self.world, replace(example, query=query), method, path)
                found.add(response["Content-Type"].partition(";")[0])
                if response.status_code != 200 or disagreement(response):
                    wrong.append((path, kind, response.status_code, disagreement(response)))
            described = operation["responses"]["200"]["content"]
            if missing := set(described) - found - {"application/json"}:
                wrong.append((path, missing))
        self.assertEqual(wrong, [])
        self.assertGreater(tried, 20)


def good_call(
    world: World,
    example: Example,
    method: str,
    path: str,
    *,
    around: AbstractContextManager[Any] = nullcontext(),  # noqa: B008
) -> Any:
    """The answer to the example, its effect undone. What is `around` sees the call alone, not what it is made on."""
    own = world.objects["own"]
    objects = {**own, "open_batch_id": own["batch_id"], **(example.objects(own["campus"]) if example.objects else {})}
    headers = {"Authorization": f"Bearer {world.tokens['admin']}"}
    with transaction.atomic():
        whole = path.format(**objects) + (f"?{example.query}" if example.query else "")
        if example.form:
            form = example.form(objects)
            with around:
                response = Client(headers=headers).post(whole, form)
        else:
            body = json.dumps(example.body(objects)) if example.body else ""
            with around:
                response = Client(headers=headers).generic(method, whole, body, content_type="application/json")
        transaction.set_rollback(True)
    return response


def _test_of(method: str, path: str, operation: dict[str, Any]) -> Any:
    def test(self: GoodCalls) -> None:
        self.called(method, path, operation)

    return test


for _method, _path, _operation in operations():
    if _operation["operationId"] in EXAMPLES:
        setattr(GoodCalls, f"test_{_operation['operationId']}", _test_of(_method, _path, _operation))


def test_every_route_has_a_good_call() -> None:
    names = {operation["operationId"] for _method, _path, operation in operations()}
    assert names - set(EXAMPLES) == set()
    assert set(EXAMPLES) - names == set()


def test_every_route_says_what_it_answers() -> None:
    """A success names its shape: a route that forgets `data` or `rows` would be described as anything."""
    silent = []
    for method, path, operation in operations():
        success = next(reply for status, reply in operation["responses"].items() if status < "300")
        if "application/json" not in success["content"]:
            assert all(kind["schema"]["format"] == "binary" for kind in success["content"].values()), path
            continue
        name = success["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        shape = description()["components"]["schemas"][name]["properties"]["data"]
        inner = shape.get("items", shape)
        # Of a list whose rows can be deleted also what is left of these.
        inner = inner.get("anyOf", [inner])[0]
        if "$ref" not in inner and inner != {"title": "Data", "type": "null"}:
            silent.append(f"{method} {path}: {inner}")
    assert silent == []


def test_every_route_is_told_apart_and_explained() -> None:
    for method, path, operation in operations():
        # Where a route says nothing, its name in capitals stands there.
        named = operation["operationId"].replace("_", " ").title()
        assert operation["summary"] not in ("", named), f"{method} {path}"
        assert operation["description"].startswith(operation["summary"]), f"{method} {path}"
        assert operation["tags"], f"{method} {path}"
        assert operation["operationId"].islower()
