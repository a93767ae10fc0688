"""Small files for the tests: a catalogue of given lines, as CSV or as a workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

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


ODS_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 ><office:body><office:spreadsheet><table:table table:name="Sheet1">{rows}<table:table-row
 table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""
ODS_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry
 manifest:full-path="/" manifest:media-type="{type}"/></manifest:manifest>"""
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def as_ods(*rows: Sequence[str | float | None], times: int = 1) -> bytes:
    """The rows as an office program writes them, the last one so many times."""

    def cell(value: str | float | None) -> str:
        if value is None:
            return "<table:table-cell/>"
        kind = f'float" office:value="{value}' if isinstance(value, float) else "string"
        return f'<table:table-cell office:value-type="{kind}"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    lines = [
        f'<table:table-row table:number-rows-repeated="{times if row is rows[-1] else 1}">{"".join(map(cell, row))}'
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for row in rows
    ]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", ODS_CONTENT.format(rows="".join(lines)))
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST.format(type=ODS_TYPE))
    return stream.getvalue()


def read(*rows: dict[str, str]) -> tuple[list[Section], list[SkippedLine]]:
    """The lines, read."""
    return sections_in(read_lines(as_csv(*rows), required=COLUMNS))
