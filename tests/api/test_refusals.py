"""What the API refuses is refused truly: with the status, the shape and the field that it is about."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, TestCase

from tests.access.routes import Route
from tests.access.table import EVERY_ROLE, STAFF, Who
from tests.access.world import World
from tests.api.described import disagreement, operations
from tests.api.examples import EXAMPLES, Example
from tests.api.test_bad_values import changed, dotted, one_within_the_other, places, refused_in_its_row, value_at
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
            is_needed = response.status_code == 400 and named and "body" not in named
            if response.status_code != 200 and not is_needed:
                wrong.append((path, response.status_code, response.content[:200]))
        self.assertEqual(wrong, [])

    def test_answers_come_in_one_order(self) -> None:
        """401, then 403 of a role that never may, 404, 403 of what may be seen, all before the body; then 400 there.

        Every writing route is tried with a body that nobody can read, by the first who is in each of these cases; then
        with a good one that names an object of another part, by everybody who may not see that.
        """
        wrong: list[Any] = []
        tried: Counter[str] = Counter()
        for method, path, operation in operations():
            route = Route(method, path)
            if method == "GET" or route.who.public:
                continue
            with transaction.atomic():
                for case, role, whose, status in ends_before_the_body(route.who, has_object=bool(route.objects)):
                    tried[case] += 1
                    answered = self.sent(method, route.address(self.world.objects[whose]), role, "{")
                    if answered.status_code != status or disagreement(answered):
                        wrong.append((str(route), case, role, answered.status_code, disagreement(answered)))
                for place, role, answered in self.naming_unseen(route, EXAMPLES[operation["operationId"]]):
                    tried["named"] += 1
                    named = [one["field"] for one in json.loads(answered.content).get("errors", ())]
                    if refused_in_its_row(answered, place):
                        continue
                    if answered.status_code != 400 or not any(
                        one_within_the_other(one, dotted(place)) for one in named
                    ):
                        wrong.append((str(route), place, role, answered.status_code, named))
                transaction.set_rollback(True)
        self.assertEqual(wrong, [], "\n".join(map(str, wrong)))
        self.assertEqual(sorted(tried), ["named", "never", "seen", "stranger", "unseen"])

    def naming_unseen(self, route: Route, example: Example) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
        """The answers to the example with each object in its body changed for the sibling's: place, role, answer.

        By each role that could make the call with the own objects, and does not see the sibling's.
        """
        own, sibling = self.world.objects["own"], self.world.objects["sibling"]
        if not example.body:
            return
        made = example.objects(own["campus"]) if example.objects else {}
        good = example.body({**own, "open_batch_id": own["batch_id"], **made})
        keys = {str(own[key]): key for key in reversed(SEEN)}
        found = {place: keys.get(str(value_at(good, place)), "") for place in places(good)}
        named = {place: key for place, key in found.items() if key and f"{{{place[-1]}}}" not in route.path}
        for role in EVERY_ROLE:
            if {who.expected(role, "own") for who in (route.who, *(SEEN[key] for key in named.values()))} != {"reach"}:
                continue
            for place, key in named.items():
                if SEEN[key].expected(role, "sibling") == "reach":
                    continue
                with transaction.atomic():
                    path = route.address({**made, **own})
                    answered = self.sent(route.method, path, role, json.dumps(changed(good, place, str(sibling[key]))))
                    # Who may not set the field at all is told so, whatever it names.
                    is_forbidden = answered.status_code == 403
                    if not is_forbidden or self.sent(route.method, path, role, json.dumps(good)).status_code != 403:
                        yield place, role, answered
                    transaction.set_rollback(True)

    def sent(self, method: str, path: str, role: str, body: str) -> Any:
        """The answer to somebody of this role; to nobody without one."""
        headers = {"Authorization": f"Bearer {self.world.tokens[role]}"} if role else {}
        return Client().generic(method, path, body, content_type="application/json", headers=headers)


# Who sees an object that a body may name.
SEEN = {
    key: Route("GET", f"/api/{path}").who
    for key, path in {
        "student_id": "students/{student_id}/attendance",
        "branch_id": "branches/{branch_id}",
        "department_id": "departments/{department_id}",
        "room_id": "rooms/{room_id}",
        "course_id": "courses/{course_id}",
        "subject_id": "subjects/{subject_id}",
        "batch_id": "batches/{batch_id}",
        "cohort_id": "institution/cohorts/{cohort_id}",
        "register_id": "institution/class-sessions/{session_id}",
        "missed_id": "institution/class-sessions/{session_id}",
        "learner_id": "enrollments/{enrollment_id}",
        "organisation_id": "organisations/{organisation_id}",
    }.items()
} | {
    # Instructors know their colleagues by name, to hand a session on and to ask for cover.
    "instructor_id": Who(STAFF, STAFF)
}


def ends_before_the_body(who: Who, *, has_object: bool) -> Iterator[tuple[str, str, str, int]]:
    """Each case that ends before the body is read, with the first who is in it: case, role, whose object, status."""
    whose = ("own", "sibling", "other") if has_object else ("own",)
    ever = f"{who.own} {who.sibling} {who.elsewhere}".split()
    ends = [(role, one, who.expected(role, one)) for role in ever for one in whose]
    cases = {
        # Where a later case holds as well, the earlier one is told.
        "stranger": [("", whose[-1], 401)],
        "never": [(role, whose[-1], 403) for role in EVERY_ROLE if role not in ever],
        "unseen": [(role, one, 404) for role, one, end in ends if has_object and end == "404"],
        "seen": [(role, one, 403) for role, one, end in ends if end == "403"],
    }
    yield from ((case, *found[0]) for case, found in cases.items() if found)


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
