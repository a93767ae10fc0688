"""Every role on every route, on its own, a sibling's and another institution's object."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client, TestCase
from django.urls import URLPattern, URLResolver, get_resolver

import tests.access
from muster.api.root import api
from tests.access.cases import EVERY_ROLE, Case
from tests.access.world import World
from tests.client import Api

CASES: list[Case] = [
    case
    for module in pkgutil.iter_modules(tests.access.__path__)
    for case in getattr(importlib.import_module(f"tests.access.{module.name}"), "CASES", [])
    if module.name not in ("test_access", "cases", "world")
]


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern with its whole path, parameters written as {name}."""
    for entry in resolver.url_patterns:
        path = before + re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", r"{\1\2}", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path.replace("^", "").replace("$", "").replace("\\Z", ""), entry


def all_routes() -> set[str]:
    """Every route of the API as `METHOD /path`, and every page as `/path`."""
    schema = api.get_openapi_schema(path_prefix="/api/")
    routes = {f"{method.upper()} {path}" for path, methods in schema["paths"].items() for method in methods}
    pages = {f"/{path}" for path, _entry in patterns(get_resolver()) if not path.startswith("api/")}
    return routes | pages


class RolesOnRoutes(TestCase):
    """One test a case, added below; the world is built once."""

    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def answer(self, case: Case, who: Api | Client, objects: dict[str, Any]) -> HttpResponse:
        """The answer, its effect undone."""
        path = case.filled(objects)
        with transaction.atomic():
            if isinstance(who, Api):
                client, headers = who.client, who.headers
            else:
                client, headers = who, {}
            if case.path.startswith("/api/"):
                body: Any = json.dumps(case.body) if case.method != "GET" else ""
                response = client.generic(case.method, path, body, content_type="application/json", headers=headers)
            elif case.method == "POST":
                response = client.post(path, case.body)
            else:
                response = client.generic(case.method, path)
            transaction.set_rollback(True)
        return response

    def tried(self, case: Case) -> None:
        """Try the case as everybody on everything, and compare all answers at once."""
        is_api = case.path.startswith("/api/")
        expected: dict[str, str] = {}
        found: dict[str, str] = {}
        stranger = self.answer(case, Api() if is_api else Client(), self.world.objects["own"])
        expected["nobody"] = "reach" if case.public else ("401" if is_api else "sign in")
        found["nobody"] = said(stranger, is_api=is_api)
        for role in EVERY_ROLE:
            who = self.world.api(role) if is_api else self.world.browser(role)
            for whose in ("own", "sibling", "other") if case.has_object else ("own",):
                label = f"{role} on {whose}" if case.has_object else role
                expected[label] = "reach" if case.public else case.expected(role, whose)
                found[label] = said(self.answer(case, who, self.world.objects[whose]), is_api=is_api)
        self.assertEqual({label: found[label] for label in expected}, expected, case.route)


def said(response: HttpResponse, *, is_api: bool) -> str:
    """An answer as the table speaks of it."""
    if response.status_code in (401, 403, 404):
        return str(response.status_code)
    if response.status_code >= 500:
        return f"fault {response.status_code}"
    if not is_api and response.status_code == 302 and "/login/" in response["Location"]:
        return "sign in"
    return "reach"


def _test_of(case: Case) -> Any:
    def test(self: RolesOnRoutes) -> None:
        self.tried(case)

    return test


for _case in CASES:
    _name = "test_" + re.sub(r"\W+", "_", _case.route).strip("_").lower()
    assert not hasattr(RolesOnRoutes, _name), f"{_case.route} stands in two tables"
    setattr(RolesOnRoutes, _name, _test_of(_case))


def test_every_route_stands_in_a_table() -> None:
    listed = {case.route if case.path.startswith("/api/") else case.path for case in CASES}
    # What the table names must exist, and what exists must be in the table.
    assert all_routes() - OPEN - listed == set()
    assert listed - all_routes() == set()


# Read by programs before anybody signs in; they hold nothing of an institution.
OPEN = {"/api/openapi.json", "/api/docs"}
