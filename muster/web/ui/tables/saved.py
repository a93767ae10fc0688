"""The saved views of a list, as the row of views above it shows them. The area that keeps them says which there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest


@dataclass(frozen=True)
class SavedChip:
    """A saved view above its list."""

    label: str
    url: str
    current: bool = False
    mailed: bool = False
    shared: bool = False


@dataclass(frozen=True)
class SavedViews:
    """The first of them, where the others stand, and what may be done: save what is shown, work on the current one."""

    chips: Sequence[SavedChip]
    save_url: str
    all_url: str = ""
    # Label, address and icon of each dialog.
    actions: Sequence[tuple[Any, str, str]] = ()


def narrowing_of(asked: Mapping[str, Any], known: Collection[str]) -> str:
    """What of an address narrows, orders and shapes a list, in one order."""
    return urlencode(sorted((name, str(value)) for name, value in asked.items() if value and name in known))


class SavedViewsOfLists:
    """Who says which views of a page are saved, and what of its address they keep."""

    def __init__(self) -> None:
        self.of: Callable[[HttpRequest, str], SavedViews | None] = lambda request, narrowing: None


saved_views = SavedViewsOfLists()
