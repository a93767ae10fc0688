"""A report as a file: PDF, a workbook with a sheet for each table, or the main table as CSV."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.core.errors import Invalid
from muster.core.files.downloads import Download, csv_download, xlsx_download
from muster.core.printing import breakable, print_pdf
from muster.core.spreadsheets import new_workbook, sheet_name
from muster.institutions.access import Actor
from muster.institutions.queries import logo_of
from muster.reports.content import NOTHING, Cells, ReportColumn, ReportContent, ReportTable, WeeklyLine
from muster.reports.models import ReportFormat

TEMPLATE = Path(__file__).with_name("print") / "report.typ"
# What the printer does in a few seconds.
MOST_CELLS = 20_000
# More columns than this are laid across the page.
MOST_UPRIGHT = 8
WIDEST_COLUMN = 60


def report_file(content: ReportContent, form: str, actor: Actor) -> Download:
    """The report in this format. Raises Invalid for what is too long for paper, NotPrinted."""
    if form == ReportFormat.CSV:
        return csv_download(_lines(content.main_table), f"{content.name}.csv")
    if form == ReportFormat.XLSX:
        return xlsx_download(_workbook(content), f"{content.name}.xlsx")
    return Download(f"{content.name}.pdf", "application/pdf", [_on_paper(content, actor)])


def _lines(table: ReportTable) -> Iterator[Sequence[Any]]:
    yield [str(column.heading) for column in table.columns]
    yield from table.rows


def _workbook(content: ReportContent) -> io.BytesIO:
    """A sheet for each table, and one that says what the report is about."""
    target = io.BytesIO()
    book = new_workbook(target)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    about = book.add_worksheet(sheet_name(_("Report")))
    about.set_column(0, 0, 24)
    about.set_column(1, 1, WIDEST_COLUMN)
    told = [
        (content.title, content.subject),
        *content.facts,
        *content.definitions,
        *(("", one) for one in content.notes),
    ]
    for place, (word, value) in enumerate(told):
        about.write_string(place, 0, word, bold)
        about.write_string(place, 1, value)
    used = {about.get_name().lower()}
    for table in content.tables:
        name = sheet_name(table.title)
        sheet = book.add_worksheet(name if name.lower() not in used else sheet_name(f"{table.key} {name}"))
        used.add(sheet.get_name().lower())
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, _width(column, table.rows, place))
        for line, row in enumerate(_lines(table)):
            for place, cell in enumerate(row):
                if cell is None:
                    continue
                if isinstance(cell, str):
                    sheet.write_string(line, place, cell[:32767], bold if line == 0 else None)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(line, place, cell, day)
                else:
                    sheet.write_number(line, place, cell)
        sheet.freeze_panes(1, 0)
    book.close()
    target.seek(0)
    return target


def _width(column: ReportColumn, rows: Sequence[Sequence[Any]], place: int) -> int:
    longest = max((len(str(row[place])) for row in rows[:200]), default=0)
    return min(WIDEST_COLUMN, max(len(str(column.heading)), longest) + 2)


# --- on paper -------------------------------------------------------------------------------------------------------
def _on_paper(content: ReportContent, actor: Actor) -> bytes:
    """The report as a PDF. Raises Invalid at `format` where it is too long."""
    shown = [(one, [place for place, column in enumerate(one.columns) if not column.spare]) for one in content.tables]
    if sum(len(one.rows) * len(places) for one, places in shown) > MOST_CELLS:
        words = _("This report is too long for paper. Choose XLSX or CSV, or fewer days, batches or students.")
        raise Invalid(words, field="format", code="too_long_for_paper")
    place = actor.institution
    data = {
        "title": content.title,
        "subject": breakable(content.subject),
        "institution": breakable(place.name),
        "contact": " · ".join(filter(None, (place.contact_email, place.contact_phone))),
        "printed": _("Made %(when)s by %(who)s")
        % {"when": date_format(actor.now(), "j M Y, H:i"), "who": actor.history_name},
        "across": any(len(places) > MOST_UPRIGHT for _table, places in shown),
        "facts": [[word, breakable(value)] for word, value in content.facts],
        "figures": [
            {
                "label": str(one.figure.definition.label),
                "value": one.value,
                "of": one.of,
                "change": one.change,
                "worse": _is_worse(one),
            }
            for one in content.figures
        ],
        "line": _line(content.line) if content.line else None,
        "tables": [_table(one, places) for one, places in shown],
        "notes": [breakable(one) for one in content.notes],
        "definitions": content.definitions,
        "words": {
            "page": _("Page {page} of {pages}"),
            "definitions": _("What the figures mean"),
            "confidential": _("Confidential"),
        },
    }
    return print_pdf(TEMPLATE, data, logo=logo_of(place))


def _is_worse(one: Any) -> bool:
    much = one.figure.change_from(one.before)
    return bool(much) and (much > 0) == one.figure.definition.fewer


def _table(table: ReportTable, places: Sequence[int]) -> dict[str, Any]:
    return {
        "title": table.title,
        "empty": table.empty or _("Nothing to show."),
        "columns": [
            {
                "heading": str(table.columns[place].heading),
                "end": table.columns[place].cells not in (Cells.TEXT, Cells.DAY),
                "wide": table.columns[place].wide,
            }
            for place in places
        ],
        "rows": [[breakable(table.words(row, place)) for place in places] for row in table.rows],
    }


def _line(line: WeeklyLine) -> dict[str, Any] | None:
    """The line of the weeks as parts of the height between the two rules, and what each week says."""
    known = [value for value in line.values if value is not None]
    if not known:
        return None
    low = max(0, (min(*known, line.minimum) // 10) * 10 - 10)
    return {
        "title": _("Attendance by week"),
        "points": [None if value is None else (value - low) / (100 - low) for value in line.values],
        "limit": (line.minimum - low) / (100 - low),
        "limit_word": _("minimum %(limit)d%%") % {"limit": line.minimum},
        "low": f"{low:.0f}%",
        "high": "100%",
        "names": [date_format(week, "j M") for week in line.weeks],
        "values": [NOTHING if value is None else f"{value:g}%" for value in line.values],
    }
