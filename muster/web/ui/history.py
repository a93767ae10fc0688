"""A history on a page: what `told_on` gives as `told`, and `{% include "components/history.html" %}`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from muster.core.audit import HistoryEntry, HistoryPage
from muster.web.ui.pages import page_number

PAGE_SIZE = 30


@dataclass(frozen=True)
class Told:
    """Some entries, the latest first, and the numbers of the pages beside; 0 where there is none."""

    entries: Sequence[HistoryEntry]
    newer: int
    older: int


def told_on(request: HttpRequest, history: Callable[..., HistoryPage]) -> Told:
    """The page of a history that the address asks for: `told_on(request, partial(history_of, room))`."""
    number = page_number(request, 10_000)
    found = history(page=number, page_size=PAGE_SIZE)
    return Told(found.entries, number - 1, number + 1 if number * PAGE_SIZE < found.total else 0)
