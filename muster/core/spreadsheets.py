"""Rows as CSV and as workbooks, with text kept from being run as a formula."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import xlsxwriter

CSV, XLSX = "csv", "xlsx"
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# The full-width ones are taken for the others by spreadsheets in languages that write so.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


# A phone number or a plain number: a spreadsheet works nothing out of it that somebody else could have meant.
PLAIN_NUMBER = re.compile(r"\+[0-9][0-9 ()./]{2,30}|-?[0-9]{1,15}([.,][0-9]{1,15})?")


def neutral(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not PLAIN_NUMBER.fullmatch(text) else text


def without_guard(text: str) -> str:
    """The text that `neutral` was given, so that what was exported is imported as it was."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


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
    write_sheets([(name, rows)], target)


def write_sheets(sheets: Iterable[tuple[str, Iterable[Sequence[Any]]]], target: IO[bytes]) -> None:
    """Write a workbook of several sheets, each by its name with its headings and rows; no two names may be alike."""
    book = new_workbook(target)
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for name, rows in sheets:
        sheet = book.add_worksheet(sheet_name(name))
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
