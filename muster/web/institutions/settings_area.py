"""The settings area: one place to which every app adds its own pages.

An app registers an entry in `AppConfig.ready`; its page extends `settings/base.html`, fills the block `settings`, and
stands in the sub-navigation of those who may open it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest

from muster.web.ui.shell import url_or_empty


class May(Protocol):
    """Who may open an entry: an action of an `Access` table, or anything that can answer for an actor."""

    def may(self, actor: Any) -> bool:
        """Whether this actor may ever do it."""


@dataclass(frozen=True)
class SettingsEntry:
    """One page of the settings area; `hint` says in a sentence what is set there."""

    key: str
    label: Any
    icon: str
    url_name: str
    permission: May
    hint: Any = ""
    order: int = 100


@dataclass(frozen=True)
class ShownEntry:
    """An entry as one person sees it on one page."""

    key: str
    label: Any
    icon: str
    url: str
    hint: Any
    current: bool


_entries: dict[str, SettingsEntry] = {}


def register_settings(*entries: SettingsEntry) -> None:
    """Add entries to the settings area; a second registration of a key replaces the first."""
    _entries.update({entry.key: entry for entry in entries})


def entries_for(request: HttpRequest) -> list[ShownEntry]:
    """The entries that the person may open and whose page exists, in order."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return []
    held = sorted((entry for entry in _entries.values() if entry.permission.may(actor)), key=lambda entry: entry.order)
    placed = [(entry, url) for entry in held if (url := url_or_empty(entry.url_name))]
    here = max((url for _entry, url in placed if request.path.startswith(url)), key=len, default="")
    return [ShownEntry(entry.key, entry.label, entry.icon, url, entry.hint, url == here) for entry, url in placed]
