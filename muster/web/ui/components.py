"""What a page hands to the shared components of `muster/web/templates/components`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Tone = Literal["", "good", "bad", "warn", "info", "accent"]


@dataclass(frozen=True)
class Tab:
    """One tab of a page; `count` stands in a small badge when it is not None."""

    label: Any
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Phase:
    """One step of a lifecycle."""

    label: Any
    state: Literal["done", "current", "todo"] = "todo"
    note: Any = ""


@dataclass(frozen=True)
class Fact:
    """A term and its value; the note stands below the value, in the second voice."""

    term: Any
    value: Any
    note: Any = ""
    url: str = ""


@dataclass(frozen=True)
class View:
    """A named set of filters, shown as a chip above a list."""

    label: Any
    url: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True)
class Action:
    """A way out: a link that looks like a button."""

    label: Any
    url: str
    icon: str = ""
    primary: bool = False


@dataclass(frozen=True)
class BulkAction:
    """A button of the bar; the number of selected rows follows its word. `url` answers with `bulk.bulk_dialog`."""

    label: Any
    url: str
    icon: str
    primary: bool = False
    # A page instead of a dialog over the list; or done at once, as it takes nothing away.
    is_page: bool = False
    posts: bool = False
