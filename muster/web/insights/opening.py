"""Where the numbers of analytics lead: to exactly the rows that each counts, in the same days and parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format

from muster.core.numbers import in_figures
from muster.insights import mentoring, rows
from muster.insights.marks import Marks
from muster.insights.periods import Comparison, Period
from muster.insights.tables import PERCENT, FigureColumn, FigureRow, FigureTable
from muster.people.links import student_url
from muster.web.ui.widgets import percent

# What is longer is read in its file.
MOST_ROWS = 60


@dataclass(frozen=True)
class Opening:
    """The days and the part that a page is about. Without `opens` nothing leads anywhere: the rows are not for them."""

    period: Period
    compare: str = Comparison.BEFORE
    part: Mapping[str, Any] = field(default_factory=dict)
    route: str = "analytics:rows"
    opens: bool = True

    @property
    def _days(self) -> dict[str, Any]:
        return {"first": self.period.first.isoformat(), "last": self.period.last.isoformat()}

    def url(self, figure: str, number: Any, *, counted: bool = False, whole: bool = False, **narrowed: Any) -> str:
        """The rows of a figure, or those of its numerator; nothing where there are none or nobody may open them."""
        opened = mentoring.OPENED if self.route == "analytics:mentoring-rows" else rows.OPENED
        # Of seats there are no rows.
        if not self.opens or not number or figure not in opened or (whole and figure in rows.NUMERATORS):
            return ""
        asked = {**self._days, **self.part, **narrowed}
        if counted and figure not in rows.NUMERATORS:
            asked["counted"] = "yes"
        return f"{reverse(self.route, args=[figure])}?{urlencode(asked)}"

    def marks_url(self, marks: Marks | None, **narrowed: Any) -> str:
        """All marks behind a rate."""
        return self.url("attendance", marks.counted if marks else 0, **narrowed)

    def _page(self, url: str, **part: Any) -> str:
        """Another page of analytics over the same days, unless it has its own."""
        return f"{url}?{urlencode({**self._days, 'compare': self.compare, **part})}" if self.opens else ""

    def batch_url(self, pk: Any, **days: Any) -> str:
        """The analytics of a batch."""
        return self._page(reverse("analytics:batch", args=[pk]), **days)

    def part_urls(self, name: str) -> Callable[[Any], str]:
        """The page of one branch or department."""
        return lambda pk: self._page(reverse("analytics:institution"), **{name: pk})

    def row_url(self, narrowed: Mapping[str, Any]) -> str:
        """Where what a row is of leads."""
        if pk := narrowed.get("student"):
            return student_url(pk) if self.opens else ""
        if pk := narrowed.get("lead") or narrowed.get("instructor"):
            return self._page(reverse("analytics:instructor", args=[pk]))
        if pk := narrowed.get("batch"):
            return self.batch_url(pk, **{name: narrowed[name] for name in ("first", "last") if name in narrowed})
        part = {name: pk for name in ("branch", "department") if (pk := narrowed.get(name))}
        return self.part_urls(*part)(*part.values()) if part else ""


class OpenCell(NamedTuple):
    """A value in words, and where it leads."""

    text: str
    url: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class ShownTable:
    """A table of figures as a page shows it, with the addresses of its files."""

    table: FigureTable
    heads: Sequence[tuple[str, bool]]
    lines: Sequence[Sequence[OpenCell]]
    csv_url: str
    xlsx_url: str
    # How many more rows the files have.
    left_out: int = 0


def show_table(table: FigureTable, opening: Opening, here: Any) -> ShownTable:
    """The table with its links. `here` is what was asked of the page."""

    def file_url(kind: str) -> str:
        asked = here.copy()
        asked["export"], asked["table"] = kind, table.key
        return f"?{asked.urlencode()}"

    texts = [any(isinstance(row.cells[place], str) for row in table.rows) for place in range(len(table.columns))]
    heads = [
        (column.heading, not text and place > 0)
        for place, (column, text) in enumerate(zip(table.columns, texts, strict=True))
    ]
    lines = [
        [_cell(table.columns[place], row, place, opening, is_number=heads[place][1]) for place in range(len(row.cells))]
        for row in table.rows[:MOST_ROWS]
    ]
    left_out = max(0, len(table.rows) - MOST_ROWS)
    return ShownTable(table, heads, lines, file_url("csv"), file_url("xlsx"), left_out)


def _cell(column: FigureColumn, row: FigureRow, place: int, opening: Opening, *, is_number: bool) -> OpenCell:
    value = row.cells[place]
    if place == 0:
        return OpenCell(_words(value, column.unit), opening.row_url(row.narrowed))
    url = ""
    if column.opens and value:
        narrowed = dict(row.narrowed)
        figure, counted = narrowed.pop("figure", column.opens), narrowed.pop("counted", column.counted)
        url = opening.url(figure, value, counted=bool(counted), **narrowed)
    return OpenCell(_words(value, column.unit), url, is_number)


def _words(value: Any, unit: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return percent(value) if unit == PERCENT else in_figures(value)
    return date_format(value, "j M Y")
