"""Every role on every route, on its own, a sibling's and another institution's object.

The first route of each noun that the table lets the same people use is tried by everybody on everything, and each
further one by whoever shows that it asks the same: one who may, all who may not, and who comes nearest to the objects
of others. Who that is differs from route to route. `MUSTER_TRIALS=all` tries everything on all of them;
`few` treats no route as the first.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client, TestCase

from tests.access.routes import Route, routes
from tests.access.table import EVERY_ROLE, ROUTES, TABLE
from tests.access.world import LastingWorld
from tests.client import Api

REFUSED, AS_HTMX = ("403", "404"), {"HX-Request": "true"}
# Nothing was reached, and nobody told anything: the page knows no such method.
NO_SUCH_METHOD = 405
TRIALS = os.environ.get("MUSTER_TRIALS", "")


class RolesOnRoutes(TestCase):
    """One test a route, added below; the world is built once."""

    world: LastingWorld

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = LastingWorld.built()

    def answer(
        self, route: Route, who: Api | Client, objects: dict[str, Any], headers: dict[str, str] | None = None
    ) -> HttpResponse:
        """The answer to an empty body, its effect undone. Refused with 400 it has reached the rule all the same."""
        path = route.address(objects)
        with transaction.atomic():
            if isinstance(who, Api):
                body = "{}" if route.method != "GET" else ""
                response = who.client.generic(
                    route.method, path, body, content_type="application/json", headers=who.headers
                )
            elif route.method == "POST":
                response = who.post(path, headers=headers)
            else:
                response = who.get(path, headers=headers)
            transaction.set_rollback(True)
        return response

    def tried(self, route: Route) -> None:
        """Try the route, and compare all answers at once."""
        who_may = route.who
        expected = {"nobody": "reach" if who_may.public else ("401" if route.is_api else "sign in")}
        found = {"nobody": self.answer(route, Api() if route.is_api else Client(), self.world.objects["own"])}
        for role, whose in trials(route):
            who = self.world.api(role) if route.is_api else self.world.browser(role)
            label = f"{role} on {whose}"
            expected[label] = who_may.expected(role, whose)
            # Refused on their own they see a page; on that of others a sentence, as htmx asks.
            headers = AS_HTMX if whose != "own" and expected[label] in REFUSED else None
            found[label] = self.answer(route, who, self.world.objects[whose], headers)
        told = {
            label: said(answer, is_api=route.is_api) if answer.status_code != NO_SUCH_METHOD else expected[label]
            for label, answer in found.items()
        }
        self.assertEqual(told, expected, str(route))


def trials(route: Route) -> Iterator[tuple[str, str]]:
    """As whom, and on whose object."""
    kinds = ("own", "sibling", "other") if route.objects else ("own",)
    if TRIALS == "all" or (str(route) in FIRST and TRIALS != "few"):
        yield from ((role, whose) for whose in kinds for role in EVERY_ROLE)
        return
    turn = zlib.crc32(str(route).encode())
    reaching = [role for role in EVERY_ROLE if route.who.expected(role, "own") == "reach"]
    yield from ((role, "own") for role in EVERY_ROLE if role not in reaching)
    if reaching:
        yield reaching[turn % len(reaching)], "own"
    for whose in kinds[1:]:
        nearest = [role for role in reaching if route.who.expected(role, whose) != "reach"] or EVERY_ROLE
        yield nearest[turn % len(nearest)], whose


def said(response: HttpResponse, *, is_api: bool) -> str:
    """An answer as the table speaks of it."""
    if response.status_code in (401, 403, 404):
        return str(response.status_code)
    if response.status_code >= 500:
        return f"fault {response.status_code}"
    if not is_api and response.status_code == 302 and "/login/" in response["Location"]:
        return "sign in"
    return "reach"


def _test_of(route: Route) -> Any:
    def test(self: RolesOnRoutes) -> None:
        self.tried(route)

    return test


ALL = list(routes())
# The first route of each noun and of those who may, of the API and of the pages.
FIRST = set({(route.deed[0], route.who, route.is_api): str(route) for route in reversed(ALL)}.values())
for _route in ALL:
    setattr(RolesOnRoutes, "test_" + re.sub(r"\W+", "_", str(_route)).strip("_").lower(), _test_of(_route))


def test_every_row_of_the_table_is_about_a_route() -> None:
    deeds = {route.deed for route in ALL}
    named = {
        (noun, action)
        for nouns, rows in TABLE.items()
        for noun in nouns.split()
        for row in rows
        for action in row.split()
    }
    assert {(noun, action) for noun, action in named if action != "*"} - deeds == set()
    assert {noun for noun, _action in named} - {noun for noun, _action in deeds} == set()
    assert set(ROUTES) - {str(route) for route in ALL} == set()
