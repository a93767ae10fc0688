"""A list that is asked how much of it there is, and how it is narrowed, without being drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict


class Inquiry(HttpRequest):
    """The request of somebody who asks a page that much: it is opened for them, and draws nothing."""

    def __init__(self, actor: Any, path: str, query: str) -> None:
        super().__init__()
        self.method, self.path, self.path_info = "GET", path, path
        self.META = {"QUERY_STRING": query, "REQUEST_METHOD": "GET"}
        self.GET = QueryDict(query)
        # Nobody signed in for it: it has nothing but the actor.
        self.user, self.actor, self.htmx = actor.user, actor, None


class ListAnswer(HttpResponse):
    """What a page answers to an `Inquiry`: its parameters, and what it shows under those that were sent.

    `count` is None where it shows figures and no rows.
    """

    def __init__(
        self, parameters: Iterable[str], *, sorts: Iterable[str] = (), count: int | None = None, words: str = ""
    ) -> None:
        super().__init__(status=204)
        self.parameters, self.sorts = frozenset(parameters), frozenset(sorts)
        self.count, self.words = count, words
