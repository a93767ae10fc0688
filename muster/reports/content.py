"""What a report says, as plain data, before it is laid out: figures, a line over weeks, and tables with real values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from muster.insights.definitions import DEFINITIONS, Figure, Shape


class Cells(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    MEAN = "mean"
    DAY = "day"
    # Of a table of figures: in the unit that its row names, and how much it moved.
    FIGURE = "figure"
    CHANGE = "change"


OF_SHAPES = {Shape.PERCENT: Cells.PERCENT, Shape.MEAN: Cells.MEAN, Shape.NUMBER: Cells.NUMBER}
NOTHING = "–"


@dataclass(frozen=True)
class ReportColumn:
    """A column of a table. `wide` takes what the others leave; `spare` ones stand in spreadsheets alone."""

    key: str
    heading: Any
    cells: Cells = Cells.TEXT
    wide: bool = False
    spare: bool = False


def in_words(cells: Cells, value: Any) -> str:
    """A value as it stands on paper; nothing is a dash."""
    if value is None or value == "":
        return NOTHING
    if cells is Cells.PERCENT:
        return f"{number_format(value, 1 if float(value) % 1 else 0)}%"
    if cells is Cells.MEAN:
        return number_format(value, 2)
    if cells is Cells.CHANGE:
        return change_in_words(value)
    if cells is Cells.NUMBER:
        return number_format(value, 0 if float(value) % 1 == 0 else 1, force_grouping=True)
    if cells is Cells.DAY and isinstance(value, date):
        return date_format(value, "j M Y")
    return str(value)


def change_in_words(much: float) -> str:
    """How much something moved: "+2.5", "−3"."""
    if not much:
        return "0"
    return f"{'+' if much > 0 else '−'}{number_format(abs(much), 1 if abs(much) % 1 else 0)}"


@dataclass(frozen=True)
class ReportTable:
    """A table: a sheet of the workbook, and a part of the PDF."""

    key: str
    title: str
    columns: Sequence[ReportColumn]
    rows: Sequence[Sequence[Any]]
    empty: str = ""

    def words(self, row: Sequence[Any], place: int) -> str:
        """A cell as it stands on paper."""
        cells = self.columns[place].cells
        if cells is Cells.FIGURE:
            unit = next(at for at, column in enumerate(self.columns) if column.key == "unit")
            cells = Cells(row[unit])
        return in_words(cells, row[place])


@dataclass(frozen=True)
class ReportFigure:
    """A figure as a report shows it."""

    figure: Figure
    before: Figure | None = None

    @property
    def value(self) -> str:
        return in_words(OF_SHAPES[self.figure.definition.shape], self.figure.value)

    @property
    def of(self) -> str:
        """Its two numbers in words."""
        if self.figure.whole is None or self.figure.definition.shape is Shape.MEAN:
            return ""
        return _("%(part)s of %(whole)s") % {
            "part": number_format(self.figure.part, 0, force_grouping=True),
            "whole": number_format(self.figure.whole, 0, force_grouping=True),
        }

    @property
    def change(self) -> str:
        """How much it moved."""
        much = self.figure.change_from(self.before)
        if much is None:
            return ""
        if not much:
            return _("no change")
        said = change_in_words(much)
        return _("%(much)s points") % {"much": said} if self.figure.definition.shape is Shape.PERCENT else said


@dataclass(frozen=True)
class WeeklyLine:
    """Attendance by week: the Mondays, the percentages, and the minimum."""

    weeks: Sequence[date]
    values: Sequence[float | None]
    minimum: int


@dataclass(frozen=True)
class ReportContent:
    """A whole report. Its CSV is `main`, the first table unless another is named."""

    title: str
    subject: str
    name: str
    facts: Sequence[tuple[str, str]] = ()
    figures: Sequence[ReportFigure] = ()
    line: WeeklyLine | None = None
    tables: Sequence[ReportTable] = field(default_factory=list)
    main: str = ""
    notes: Sequence[str] = ()

    @property
    def main_table(self) -> ReportTable:
        return next((one for one in self.tables if one.key == self.main), self.tables[0])

    @property
    def definitions(self) -> list[tuple[str, str]]:
        """What each of the figures means."""
        return [(str(one.figure.definition.label), str(one.figure.definition.says)) for one in self.figures]


def figures_table(figures: Mapping[str, Figure], before: Mapping[str, Figure] | None = None) -> ReportTable:
    """Every figure with both its numbers, as the API gives them; with those of the days before where they are given."""
    then = before or {}
    rows = [
        [
            str(one.definition.label),
            one.value,
            float(one.part),
            one.whole,
            then[name].value if name in then else None,
            one.change_from(then.get(name)),
            DEFINITIONS[name].shape.value,
            name,
        ]
        for name, one in figures.items()
    ]
    columns = [
        ReportColumn("figure", _("Figure"), wide=True),
        ReportColumn("value", _("Value"), Cells.FIGURE),
        ReportColumn("numerator", _("Numerator"), Cells.NUMBER),
        ReportColumn("denominator", _("Denominator"), Cells.NUMBER),
        ReportColumn("before", _("Before"), Cells.FIGURE),
        ReportColumn("change", _("Change"), Cells.CHANGE),
        ReportColumn("unit", _("Unit"), spare=True),
        ReportColumn("definition", _("Definition"), spare=True),
    ]
    return ReportTable("figures", _("All figures"), columns, rows)
