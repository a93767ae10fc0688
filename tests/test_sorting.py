"""Lists stand in the order in which people look names up: case and accents don't matter, rosters go by family name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from muster.accounts.models import User
from muster.institutions.models import Role
from muster.timetable.models import ClassSession
from tests.access.world import World
from tests.api.described import operations
from tests.api.examples import EXAMPLES
from tests.client import Api
from tests.make import Campus, slot

pytestmark = pytest.mark.django_db

IN_ORDER = ["ana Botha", "Émile Botha", "emile Cele", "Emile Dube", "Łukasz Adams", "Zoë Ångström"]
TURNED = [IN_ORDER[place] for place in (3, 5, 1, 0, 4, 2)]


@pytest.fixture
def campus() -> Campus:
    return Campus.found()


def listed(rows: list[dict[str, Any]], name: str = "full_name") -> list[str]:
    """What rows are called, those of the test alone."""
    return [row[name] for row in rows if row[name] in IN_ORDER]


def exported(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def of_the_test(lines: list[list[str]]) -> list[str]:
    return [cell for line in lines for cell in line if cell in IN_ORDER]


@pytest.mark.parametrize("role", [Role.STUDENT, Role.INSTRUCTOR])
def test_people_are_listed_alike_by_page_call_and_export(campus: Campus, role: str) -> None:
    for name in TURNED:
        campus.person(role, name)
    kind = f"{role}s"
    api, browser = Api(campus.token()), Client()
    browser.force_login(campus.admin.user)
    for path in (f"/{kind}", f"/{kind}?sort=full_name", "/users", "/users?sort=full_name"):
        assert listed(api.get(path).data) == IN_ORDER, path
    assert listed(api.get(f"/{kind}?sort=-full_name").data) == IN_ORDER[::-1]
    assert of_the_test(exported(browser.get(f"/api/exports/{kind}?format=csv"))) == IN_ORDER
    for page in (reverse("users"), reverse(f"{kind}:list")):
        shown = [row.record.full_name for row in browser.get(page).context["listing"].table.rows]
        assert [name for name in shown if name in IN_ORDER] == IN_ORDER, page
        assert of_the_test(exported(browser.get(f"{page}?export=csv"))) == IN_ORDER, page


def test_what_has_a_name_or_title_is_listed_alike(campus: Campus) -> None:
    branch = campus.branch(name="Here")
    for name in TURNED:
        campus.branch(name=name)
        campus.room(branch, name=name)
        campus.department(name=name)
        campus.course(title=name)
        campus.batch(name=name)
    api, browser = Api(campus.token()), Client()
    browser.force_login(campus.admin.user)
    names = {"courses": "course_title", "batches": "batch_name", "institution/cohorts": "name"}
    for path in ("branches", "rooms", "departments", "courses", "batches", "institution/cohorts"):
        name = names.get(path, "name")
        asked = [f"/{path}?sort={name}"] + ([f"/{path}"] if path != "institution/cohorts" else [])
        assert [listed(api.get(one).data, name) for one in asked] == [IN_ORDER] * len(asked), path
    for route in ("settings:branches", "courses:list", "batches:list"):
        column = "title" if route == "courses:list" else "name"
        for address in {reverse(route), f"{reverse(route)}?sort={column}"}:
            assert (
                of_the_test(exported(browser.get(f"{address}{'&' if '?' in address else '?'}export=csv"))) == IN_ORDER
            )


def test_a_roster_goes_by_family_name_then_given_name(campus: Campus) -> None:
    today = campus.admin.today()
    batch = campus.batch(
        start_date=today - timedelta(days=10),
        end_date=today + timedelta(days=10),
        slots=[slot(day, "00:10", "00:20") for day in range(1, 8)],
    )
    ordered = [
        ("Zanele", "adams"),
        ("Bea", "Ångström"),
        ("Piet", "de Wet"),
        ("Émile", "Dube"),
        ("emma", "Dube"),
        ("Q", ""),
    ]
    for given, family in reversed(ordered):
        student = campus.student(f"{given} {family}".strip())
        User.objects.filter(pk=student.pk).update(given_name=given, family_name=family)
        campus.enroll(batch, student, enrollment_date=batch.start_date)
    names = [f"{given} {family}".strip() for given, family in ordered]
    api, browser = Api(campus.token()), Client()
    browser.force_login(campus.admin.user)
    session = ClassSession.objects.filter(meeting=batch.pk, date=today - timedelta(days=1)).get()
    register = api.get(f"/institution/class-sessions/{session.pk}").data["register"]
    assert [row["learner"]["full_name"] for row in register] == names
    assert [row["full_name"] for row in api.get(f"/batches/{batch.pk}/students").data] == names
    span = f"from={today - timedelta(days=1)}&to={today}"
    files = (
        f"/institution/class-sessions/{session.pk}/export?format=csv",
        f"/institution/cohorts/{batch.pk}/register?format=csv&{span}",
    )
    for path in (*files, "/exports/enrollments?format=csv"):
        lines = exported(browser.get(f"/api{path}"))
        # A single name stands in the column of given names too.
        assert list(dict.fromkeys(cell for line in lines for cell in line if cell in names)) == names, path


# --- every list ------------------------------------------------------------------------------------------------------
# Rows in the order of the bytes of a name: "Émile" behind "Zoë".
BY_BYTES = re.compile(
    r'"?\w+"?\."?(?:full_name|given_name|family_name|learner|hod_name|name|title)"? (?:ASC|DESC)'
    r"|ORDER BY (?:\w+\.\w+, )*\w+\.(?:full_name|name|title)\b"
)


class EveryList(TestCase):
    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = World.built()

    def test_no_call_sorts_names_by_their_bytes(self) -> None:
        client = Client(headers={"Authorization": f"Bearer {self.world.tokens['admin']}"})
        with CaptureQueriesContext(connection) as sent:
            for address in self.lists():
                answer = client.get(f"{address}sort=no-column").json()
                assert "errors" in answer, (address, answer)
                for name in re.findall(r"\w+", answer["errors"][0]["message"].partition("by ")[2]):
                    assert client.get(f"{address}sort={name}").status_code == 200, (address, name)
                assert client.get(address).status_code == 200
        self.assertEqual(by_bytes(one["sql"] for one in sent.captured_queries), set())

    def lists(self) -> Iterator[str]:
        """The addresses of the API's lists that can be sorted, open for one more parameter."""
        own = self.world.objects["own"]
        for method, path, operation in operations():
            if method == "GET" and any(one["name"] == "sort" for one in operation.get("parameters", ())):
                example = EXAMPLES[operation["operationId"]]
                with transaction.atomic():
                    more = example.objects(own["campus"]) if example.objects else {}
                    query = f"{example.query}&" if example.query else ""
                    yield f"{path.format(**{**own, **more})}?{query}"
                    transaction.set_rollback(True)


def by_bytes(statements: Iterable[str]) -> set[str]:
    """By what they sort so. `tests.test_budgets` asks it of every page."""
    return {found[0] for statement in statements for found in BY_BYTES.finditer(statement)}
