"""A history on a page: what `told_on` gives as `told`, and `{% include "components/history.html" %}`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import HttpRequest
from django.utils.timezone import localtime

from muster.core.audit import HistoryEntry, HistoryPage
from muster.web.ui.pages import page_number

PAGE_SIZE = 30


# From this many in a row on, what somebody did again and again is told once.
ALIKE = 3


@dataclass(frozen=True)
class Told:
    """Some entries, the latest first, and the numbers of the pages beside; 0 where there is none."""

    entries: Sequence[HistoryEntry]
    newer: int
    older: int

    @property
    def days(self) -> list[tuple[date, list[tuple[HistoryEntry, Sequence[HistoryEntry]]]]]:
        """Each day in the zone in force, with its entries; behind an entry those of the same kind that follow it."""
        return [
            (day, [run for _kind, alike in groupby(of_day, _kind_of) for run in _runs(list(alike))])
            for day, of_day in groupby(self.entries, lambda entry: localtime(entry.at).date())
        ]


def _kind_of(entry: HistoryEntry) -> tuple[object, ...]:
    # What has more to tell than its title is never folded away.
    return (entry.by_id, entry.by_name, entry.use_case, entry.reason, id(entry) if entry.below else 0)


def _runs(alike: list[HistoryEntry]) -> list[tuple[HistoryEntry, Sequence[HistoryEntry]]]:
    return [(alike[0], alike[1:])] if len(alike) >= ALIKE else [(entry, ()) for entry in alike]


def told_on(request: HttpRequest, history: Callable[..., HistoryPage]) -> Told:
    """The page of a history that the address asks for: `told_on(request, partial(history_of, room))`."""
    number = page_number(request, 10_000)
    found = history(page=number, page_size=PAGE_SIZE)
    return Told(found.entries, number - 1, number + 1 if number * PAGE_SIZE < found.total else 0)
