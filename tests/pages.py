"""Pages as a signed-in person opens them."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from muster.accounts.models import User
from tests.make import Campus


class Browser:
    """A browser in which somebody is signed in; the administrator when nobody is named."""

    def __init__(self, campus: Campus, user: User | None = None) -> None:
        self.client = Client()
        self.client.force_login(user or campus.admin.user)

    def get(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.client.get(path, data, headers=headers)

    def post(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self.client.post(path, data or {}, headers=headers)


def words_of(response: HttpResponse) -> str:
    """What a page says, without its markup; spaces as one."""
    content = b"".join(response) if response.streaming else response.content
    text = re.sub(r"<(script|style|template)\b.*?</\1>", " ", content.decode(), flags=re.DOTALL)
    text = text.replace("<wbr>", "")
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def lines_of(response: HttpResponse) -> list[list[str]]:
    """The lines of a CSV file that a page gives out, its headings first."""
    return csv_lines_of(b"".join(response) if response.streaming else response.content)


def csv_lines_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
