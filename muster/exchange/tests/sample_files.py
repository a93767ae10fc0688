"""Small files for the tests: a catalogue of given lines, as CSV or as a workbook."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import xlsxwriter

from muster.exchange.files import read_lines
from muster.exchange.sections import COLUMNS, Section, SkippedLine, sections_in

REAL_FILE = Path(__file__).parent / "data" / "sections-summer-2026.csv"
USUAL = {
    "year": "2026",
    "term": "Summer",
    "subject": "CS",
    "number": "101",
    "title": "Computing",
    "section": "A",
    "part_of_term": "S2",
    "days": "MW",
    "start_time": "09:00 AM",
    "end_time": "10:50 AM",
    "building": "",
    "room": "",
    "instructors": "",
}


def row(number_of_section: str, /, **cells: Any) -> dict[str, Any]:
    """A line of the catalogue by its CRN; what is not said is usual."""
    return {**USUAL, "crn": number_of_section, **cells}


def as_csv(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """The lines as a file."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_workbook(*rows: dict[str, Any], columns: tuple[str, ...] = COLUMNS, **far: Any) -> bytes:
    """The lines as XLSX; numbers stay numbers. `far` puts one more cell where it says."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        clock = book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, columns)
        for number, one in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                value = one[column]
                if hasattr(value, "hour"):
                    sheet.write_datetime(number, place, value, clock)
                else:
                    sheet.write(number, place, value)
        if far:
            sheet.write(far["row"], far["column"], "far")
    return stream.getvalue()


def read(*rows: dict[str, str]) -> tuple[list[Section], list[SkippedLine]]:
    """The lines, read."""
    return sections_in(read_lines(as_csv(*rows), required=COLUMNS))
