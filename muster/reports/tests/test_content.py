"""How the values of a report stand on paper."""

from __future__ import annotations

from typing import Any

from muster.insights.definitions import Figure
from muster.reports.content import Cells, ReportColumn, ReportFigure, ReportTable, figures_table


def on_paper(table: ReportTable, key: str) -> list[str]:
    place = next(at for at, column in enumerate(table.columns) if column.key == key)
    return [table.words(row, place) for row in table.rows]


def test_a_column_has_as_many_decimals_everywhere() -> None:
    columns = [ReportColumn(key, key, Cells.PERCENT) for key in ("some", "none")]
    table = ReportTable(
        "t", "T", [*columns, ReportColumn("hours", "", Cells.NUMBER)], [[98.0, 3.0, 1.5], [6.9, 4.0, 2]]
    )
    assert on_paper(table, "some") == ["98.0%", "6.9%"]
    assert on_paper(table, "none") == ["3%", "4%"]
    assert on_paper(table, "hours") == ["1.5", "2.0"]


def test_figures_of_one_unit_are_written_alike_and_sums_whole() -> None:
    now: Any = {
        one.name: one
        for one in (
            Figure("attendance", 98, 100),
            Figure("passed", 1, 3),
            Figure("new_enrollments", 27, None),
            Figure("average_score", 1234, 20),
        )
    }
    before = {"attendance": Figure("attendance", 97, 100), "new_enrollments": Figure("new_enrollments", 30, None)}
    table = figures_table(now, before)
    assert on_paper(table, "value") == ["98.0%", "33.3%", "27", "61.70"]
    assert on_paper(table, "numerator") == ["98", "1", "27", "1,234"]
    assert on_paper(table, "change") == ["+1", "–", "−3", "–"]


def test_what_is_compared_with_nothing_has_no_empty_columns_on_paper() -> None:
    figures = {"attendance": Figure("attendance", 98, 100)}
    spare = {column.key for column in figures_table(figures).columns if column.spare}
    assert spare >= {"before", "change"}
    assert not {column.key for column in figures_table(figures, {}).columns if column.spare} & {"before", "change"}


def test_a_mean_says_of_how_many_values_and_nothing_of_none() -> None:
    assert ReportFigure(Figure("satisfaction", 247, 60)).of == "from 60 values"
    assert ReportFigure(Figure("satisfaction", 0, 0)).of == ""
    assert ReportFigure(Figure("completed", 0, 0)).of == ""
    assert ReportFigure(Figure("completed", 3, 4)).of == "3 of 4"
