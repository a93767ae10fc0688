"""A history on a page: what `told_on` gives as `told`, and `{% include "components/history.html" %}`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from muster.core.audit import HistoryEntry, HistoryPage

PAGE_SIZE = 30


@dataclass(frozen=True)
class Told:
    """Some entries, the latest first, and the numbers of the pages beside; 0 where there is none."""

    entries: Sequence[HistoryEntry]
    newer: int
    older: int


def told_on(request: HttpRequest, history: Callable[..., HistoryPage]) -> Told:
    """The page of a history that the address asks for: `told_on(request, partial(history_of, room))`."""
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), 10_000) if asked.isdecimal() and len(asked) < 7 else 1
    found = history(page=number, page_size=PAGE_SIZE)
    return Told(found.entries, number - 1, number + 1 if number * PAGE_SIZE < found.total else 0)
