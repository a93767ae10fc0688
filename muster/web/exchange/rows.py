"""The rows of an import as its page shows them: each cell with what is wrong with it, or what would be different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.exchange.lists import LISTS, RowOutcome, label_of
from muster.exchange.models import ImportRun
from muster.web.ui.widgets import pill

AT_ONCE = 50
# Who needs somebody comes first.
ORDER = (
    RowOutcome.WRONG,
    RowOutcome.KEPT,
    RowOutcome.CHANGED,
    RowOutcome.SKIPPED,
    RowOutcome.NEW,
    RowOutcome.SAME,
)
# The sums above the rows: the first four always.
SUMS = (
    *(RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.SAME, RowOutcome.WRONG),
    *(RowOutcome.KEPT, RowOutcome.SKIPPED),
)
PILLS = {
    RowOutcome.NEW: ("good", "plus"),
    RowOutcome.CHANGED: ("accent", "edit"),
    RowOutcome.SAME: ("", "okc"),
    RowOutcome.KEPT: ("warn", "lock"),
    RowOutcome.WRONG: ("bad", "alert"),
    RowOutcome.SKIPPED: ("", "x"),
}
# What stands in the first cell, and below it.
NAMED_BY = {"batches": ("name", "code"), "enrollments": ("number", "email")}
HOW = {
    "chosen": gettext_lazy("Your choice"),
    "kept": gettext_lazy("As the last time"),
    "heading": gettext_lazy("By its heading"),
    "content": gettext_lazy("A guess, by its cells"),
}


@dataclass(frozen=True)
class ShownCell:
    """What one cell says, and what is to be said of it."""

    field: str
    label: str
    text: str
    problems: Sequence[str]
    change: Any = None


@dataclass(frozen=True)
class ShownRow:
    """A row: how it ends, whom it is about, and its other cells."""

    line: int
    outcome: str
    state: SafeString
    title: Sequence[ShownCell]
    cells: Sequence[ShownCell]
    problems: Sequence[str]


@dataclass(frozen=True)
class OutcomeChip:
    """A button that shows the rows of one outcome, or all."""

    value: str
    label: Any
    count: int
    current: bool


def rows_context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """The rows that the page shows, the wrong ones first, and the buttons that choose among them."""
    if not run.rows:
        return {}
    counts = Counter(row["outcome"] for row in run.rows)
    wanted = request.GET.get("show", "")
    wanted = wanted if wanted in counts else ""
    rows = sorted(
        (row for row in run.rows if not wanted or row["outcome"] == wanted),
        key=lambda row: (ORDER.index(row["outcome"]), row["line"]),
    )
    most = AT_ONCE * max(1, _number(request.GET.get("parts", "")))
    named = NAMED_BY.get(run.kind, ("full_name", "number")) if run.kind in LISTS else ("name", "code")
    names = {name for row in rows[:most] for name in _names_of(row)}
    order = [column.name for column in LISTS[run.kind].columns] if run.kind in LISTS else sorted(names)
    others = [name for name in order if name in names and name not in named]
    chips = [OutcomeChip("", _("All"), len(run.rows), not wanted)]
    chips += [OutcomeChip(one.value, one.label, counts[one], wanted == one) for one in ORDER if counts[one]]
    return {
        "rows": [_shown_row(run.kind, row, named, others) for row in rows[:most]],
        "headings": [label_of(run.kind, name) for name in others],
        "chips": chips,
        "show": wanted,
        "more": max(0, len(rows) - most),
        "next_parts": most // AT_ONCE + 1,
        "sums": [(one, one.label, counts[one], *PILLS[one]) for one in SUMS if one in SUMS[:4] or counts[one]],
    }


def columns_context(run: ImportRun) -> dict[str, Any]:
    """The columns of the file, each with what it is taken for and what it could be."""
    columns = run.report.get("columns", [])
    if not columns:
        return {}
    choices = [(column.name, column.label) for column in LISTS[run.kind].columns]
    return {
        "columns": [(number, column, HOW.get(column["how"], "")) for number, column in enumerate(columns)],
        "fields": choices,
        "used": sum(bool(column["field"]) for column in columns),
        "guesses": sum(column["how"] == "content" for column in columns),
    }


def _names_of(row: dict[str, Any]) -> Iterable[str]:
    yield from row["cells"]
    yield from (one["field"] for one in (*row["problems"], *row["changes"]) if one["field"])


def _shown_row(kind: str, row: dict[str, Any], named: Sequence[str], others: Sequence[str]) -> ShownRow:
    def cell(name: str) -> ShownCell:
        problems = [one["message"] for one in row["problems"] if one["field"] == name]
        change = next((one for one in row["changes"] if one["field"] == name), None)
        return ShownCell(name, label_of(kind, name), row["cells"].get(name, ""), problems, change)

    outcome = RowOutcome(row["outcome"])
    return ShownRow(
        row["line"],
        outcome.value,
        pill(outcome.label, *PILLS[outcome]),
        [cell(name) for name in named],
        [cell(name) for name in others],
        [one["message"] for one in row["problems"] if not one["field"]],
    )


def _number(text: str) -> int:
    return min(int(text), 1000) if text.isascii() and text.isdigit() and len(text) < 5 else 1
