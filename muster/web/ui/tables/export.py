"""Every list as CSV and as a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.db.models import Model
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString

from muster.web.ui.tables.table import Table

CSV, XLSX = "csv", "xlsx"
EXPORTS = (CSV, XLSX)
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def export_response(table: Table, kind: str, *, name: str) -> StreamingHttpResponse | FileResponse:
    """All rows of the table, not only its page, as a download.

    Text that a spreadsheet would run as a formula is neutralised: a leading apostrophe in CSV, a text cell in XLSX.
    """
    stamp = timezone.localdate().isoformat()
    if kind == CSV:
        # The zone is handed over, since the lines are written after the page has returned.
        rows = exported_rows(table, timezone.get_current_timezone())
        return csv_response(csv_lines(rows), f"{name}-{stamp}.csv")
    book = io.BytesIO()
    write_xlsx(exported_rows(table), book, name=name)
    book.seek(0)
    return xlsx_response(book, f"{name}-{stamp}.xlsx")


def csv_response(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """A download that is written while it is sent."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def xlsx_response(book: IO[bytes], name: str) -> FileResponse:
    """A workbook as a download."""
    return FileResponse(
        book,
        as_attachment=True,
        filename=name,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def exported_rows(table: Table, zone: dt.tzinfo | None = None) -> Iterator[list[Any]]:
    """The headings, then every row, as plain values; times in this zone, else the one in force."""
    columns = [column for column in table.columns.iterall() if not column.column.exclude_from_export]
    yield [strip_tags(str(column.header)) for column in columns]
    for row in table.rows:
        yield [_plain(row.get_cell_value(column.name), zone) for column in columns]


def neutral(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _plain(value: Any, zone: dt.tzinfo | None) -> Any:
    if isinstance(value, SafeString):
        return html.unescape(strip_tags(value)).strip()
    if isinstance(value, dt.datetime):
        # Spreadsheets know no zones: the wall clock of the institution is what people expect to read.
        return (
            timezone.localtime(value, zone).replace(tzinfo=None, microsecond=0) if timezone.is_aware(value) else value
        )
    if value is None or isinstance(value, (bool, int, float, Decimal, dt.date, dt.time)):
        return value
    if isinstance(value, (uuid.UUID, Model)):
        return str(value)
    return str(value)


class _Echo:
    """A file that gives back what is written, so that lines can be streamed."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The rows as lines of a CSV file that spreadsheet programs read as UTF-8, with text kept from being a formula."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(
            ["" if cell is None else neutral(cell) if isinstance(cell, str) else cell for cell in row]
        )


def new_workbook(target: IO[bytes]) -> xlsxwriter.Workbook:
    """A workbook that takes text for text and keeps one row at a time in memory: write from the top."""
    return xlsxwriter.Workbook(
        target,
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": True,
            "default_date_format": "yyyy-mm-dd",
        },
    )


def sheet_name(text: str) -> str:
    """The text as the name of a worksheet, which knows some signs only as its own."""
    return FORBIDDEN.sub(" ", text)[:31].strip(" '") or "Sheet"


def write_xlsx(rows: Iterable[Sequence[Any]], target: IO[bytes], *, name: str) -> None:
    """Write the headings and then the rows as a workbook of one sheet; text stays text."""
    book = new_workbook(target)
    sheet = book.add_worksheet(sheet_name(name))
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, str):
                sheet.write_string(line, place, cell[:32767], bold if line == 0 else None)
            elif isinstance(cell, dt.datetime):
                sheet.write_datetime(line, place, cell, moment)
            else:
                sheet.write(line, place, cell)
    sheet.freeze_panes(1, 0)
    book.close()
