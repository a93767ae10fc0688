"""What a report says, as plain data, before it is laid out: figures, a line over weeks, and tables with real values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.insights.definitions import DEFINITIONS, Figure, Shape


class Cells(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    # A sum, whole on paper.
    WHOLE = "whole"
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


def in_words(cells: Cells, value: Any, decimals: int | None = None) -> str:
    """A value as it stands on paper; nothing is a dash. Without `decimals` it has one where it needs one."""
    if value is None or value == "":
        return NOTHING
    if cells is Cells.DAY and isinstance(value, date):
        return date_format(value, "j M Y")
    if cells in (Cells.TEXT, Cells.DAY):
        return str(value)
    some = (1 if float(value) % 1 else 0) if decimals is None else decimals
    if cells is Cells.PERCENT:
        return f"{number_format(value, some)}%"
    if cells is Cells.MEAN:
        return number_format(value, 2)
    if cells is Cells.CHANGE:
        return change_in_words(value, some)
    return number_format(value, 0 if cells is Cells.WHOLE else some, force_grouping=True)


def change_in_words(much: float, decimals: int | None = None) -> str:
    """How much something moved: "+2.5", "−3"."""
    if not much:
        return "0"
    some = (1 if abs(much) % 1 else 0) if decimals is None else decimals
    return f"{'+' if much > 0 else '−'}{number_format(abs(much), some)}"


@dataclass(frozen=True)
class ReportTable:
    """A table: a sheet of the workbook, and a part of the PDF."""

    key: str
    title: str
    columns: Sequence[ReportColumn]
    rows: Sequence[Sequence[Any]]
    empty: str = ""

    def words(self, row: Sequence[Any], place: int) -> str:
        """A cell as it stands on paper; what stands below each other in one unit has as many decimals."""
        cells, unit = self.columns[place].cells, self._unit(row, place)
        return in_words(unit if cells is Cells.FIGURE else cells, row[place], self._decimals.get((place, unit), 0))

    def _unit(self, row: Sequence[Any], place: int) -> Cells:
        cells = self.columns[place].cells
        if cells not in (Cells.FIGURE, Cells.CHANGE):
            return cells
        return Cells(row[next(at for at, column in enumerate(self.columns) if column.key == "unit")])

    @cached_property
    def _decimals(self) -> Mapping[tuple[int, Cells], int]:
        return {
            (place, self._unit(row, place)): 1
            for row in self.rows
            for place, value in enumerate(row)
            if isinstance(value, (int, float, Decimal)) and value % 1
        }


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
        if not self.figure.whole:
            return ""
        if self.figure.definition.shape is Shape.MEAN:
            words = ngettext("from %(count)s value", "from %(count)s values", self.figure.whole)
            return words % {"count": number_format(self.figure.whole, 0, force_grouping=True)}
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
        ReportColumn("numerator", _("Numerator"), Cells.WHOLE),
        ReportColumn("denominator", _("Denominator"), Cells.NUMBER),
        ReportColumn("before", _("Before"), Cells.FIGURE, spare=before is None),
        ReportColumn("change", _("Change"), Cells.CHANGE, spare=before is None),
        ReportColumn("unit", _("Unit"), spare=True),
        ReportColumn("definition", _("Definition"), spare=True),
    ]
    return ReportTable("figures", _("All figures"), columns, rows)
