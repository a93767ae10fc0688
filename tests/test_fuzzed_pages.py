"""Addresses and forms made up from what pages show: none is a fault, and what is refused writes nothing."""

from __future__ import annotations

import random
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import lxml.html
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, TestCase

from tests.access.routes import Route, routes
from tests.access.table import EVERY_ROLE
from tests.access.world import LastingWorld
from tests.fuzzing import CASES, NASTY, SEED, share_of

# Parameters that lists know, whether or not a page shows them.
COMMON = (
    "q",
    "page",
    "sort",
    "per_page",
    "export",
    "_export",
    "pick",
    "archived",
    "status",
    "day",
    "week",
    "month",
    "at",
)
FILES = (b"", b"%PDF-1.4", b"name,email\n\x00\xff,", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n")
OK, REFUSED, FAULT = 200, 400, 500


class MadeUpPages(TestCase):
    """As every role, on its own objects. A test for each role is added below."""

    world: LastingWorld

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = LastingWorld.built()

    def fuzz(self, role: str) -> None:
        faults: list[str] = []
        for (_role, route), cases in TRIED.get(role, []):
            dice = random.Random(f"{SEED} {role} {route}")
            path = route.address(self.world.objects["own"])
            page, fault = self.answer(role, "GET", path)
            if page is None:
                faults.append(fault)
                continue
            document = read(page)
            for _case in range(cases):
                faults += self.list_case(role, path, document, dice)
                faults += self.form_case(role, path, document, dice)
        self.assertEqual(faults, [])

    def list_case(self, role: str, path: str, document: Any, dice: random.Random) -> list[str]:
        """Ask for the page with a made-up query."""
        names = [*COMMON, *document.xpath("//@name"), *queried(document)]
        query = [(dice.choice(names), dice.choice(NASTY)) for _part in range(dice.randint(1, 4))]
        headers = {"HX-Request": "true"} if dice.random() < 0.3 else {}
        address = f"{path.partition('?')[0]}?{urlencode(query, errors='surrogatepass')}"
        _page, fault = self.answer(role, "GET", address, headers=headers)
        return [fault] if fault else []

    def form_case(self, role: str, path: str, document: Any, dice: random.Random) -> list[str]:
        """Send one of the page's forms with some of its fields spoilt."""
        forms = [form for form in document.forms if form.method == "POST"]
        if not forms:
            return []
        form = dice.choice(forms)
        fields: list[tuple[str, Any]] = list(form.form_values())
        names = [element.name for element in form.inputs if element.name and element.name != "csrfmiddlewaretoken"]
        for _spoilt in range(dice.randint(1, 3)):
            if not names:
                break
            name, deed = dice.choice(names), dice.choice(("replace", "replace", "drop", "repeat"))
            if deed != "repeat":
                fields = [(other, value) for other, value in fields if other != name]
            if deed != "drop":
                fields.append((name, dice.choice(NASTY)))
        data: dict[str, Any] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        for upload in form.xpath(".//input[@type='file']/@name"):
            data[upload] = SimpleUploadedFile("made-up.pdf", dice.choice(FILES))
        action = urljoin(f"http://testserver{path}", form.action or "")
        if urlsplit(action).netloc != "testserver":
            return []
        _page, fault = self.answer(role, "POST", action.removeprefix("http://testserver"), data)
        return [fault] if fault else []

    def answer(
        self, role: str, method: str, path: str, data: Any = None, headers: Any = None
    ) -> tuple[HttpResponse | None, str]:
        """The answer, its effect undone, and what is wrong with it, if anything."""
        label = f"{role}: {method} {path} {data or ''}"[:600]
        client: Client = self.world.browser(role)
        try:
            with transaction.atomic():
                before = written()
                sent = (
                    client.post(path, data, headers=headers) if method == "POST" else client.get(path, headers=headers)
                )
                if sent.streaming:
                    list(sent)
                after = written()
                transaction.set_rollback(True)
        except Exception as fault:
            return None, f"{label}: {type(fault).__name__} {fault}"[:900]
        if sent.status_code >= FAULT:
            return None, f"{label}: {sent.status_code}"
        if sent.status_code >= REFUSED and after != before:
            return sent, f"{label}: refused with {sent.status_code}, and something was written all the same"
        return sent, ""


def written() -> int:
    """How much the history knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_auditentry")
        return int(cursor.fetchone()[0])


def read(page: HttpResponse) -> Any:
    """The page as a tree; an empty one where it is a file."""
    is_page = not page.streaming and page.headers.get("Content-Type", "").startswith("text/html") and page.content
    return lxml.html.fromstring(page.content.decode() if is_page else "<html></html>")


def queried(document: Any) -> list[str]:
    """Names that links of the page put into a query."""
    return [
        name
        for link in document.xpath("//@href")
        for name, _value in parse_qsl(urlsplit(re.sub(r"\s", "", link)).query)
    ]


def _test_of(role: str) -> Any:
    def test(self: MadeUpPages) -> None:
        self.fuzz(role)

    return test


TRIED: dict[str, list[tuple[tuple[str, Route], int]]] = {}
for _one, _cases in share_of(
    [
        (role, route)
        for role in EVERY_ROLE
        for route in routes()
        if route.method == "GET" and not route.is_api and route.who.expected(role, "own") == "reach"
    ],
    CASES // 5,
):
    TRIED.setdefault(_one[0], []).append((_one, _cases))

for _role in EVERY_ROLE:
    setattr(MadeUpPages, f"test_{_role.replace('-', '_')}", _test_of(_role))
