"""The first sheet of an ODS document (ISO/IEC 26300), after a look at what it is and what it would unpack to."""

from __future__ import annotations

import io
import re
import zipfile

from python_calamine import CalamineWorkbook

from muster.core.cell.reading import Broken, CellRefusal, Parsed
from muster.core.cell.rows import MOST_CELLS, pack
from muster.core.cell.xlsx_rows import BROKEN, must_be_small_archive, text_of

MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
NEEDED = {"mimetype", "content.xml"}
OF_OTHERS = {"[content_types].xml", "xl/workbook.xml", "xl/workbook.bin"}
# A cell or a row that says how often it stands there, and what is in it.
CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
REPEATED = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d{1,9})["']""")
ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
ROWS_REPEATED = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d{1,9})["']""")
HOLDS = re.compile(rb"<text:p|office:(?:value|date-value|time-value|string-value|boolean-value)\s*=")


def parse(content: bytes) -> Parsed:
    """The rows as `rows.pack` has them, their cells as text. Raises CellRefusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            must_be_small_archive(archive, NEEDED, OF_OTHERS)
            if archive.read("mimetype").strip() != MIMETYPE:
                raise CellRefusal("not_a_workbook")
            _must_not_repeat(archive.read("content.xml"))
    except BROKEN as error:
        raise Broken from error
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if not workbook.sheet_names:
            raise CellRefusal("no_sheets")
        sheet = workbook.get_sheet_by_index(0)
        return pack((number, [text_of(cell) for cell in row]) for number, row in enumerate(sheet.iter_rows(), start=1))
    except (CellRefusal, MemoryError):
        raise
    except BaseException as error:
        # The reader's own panics are no Exceptions; everything that is not its doing goes on.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Broken from error
        raise


def _must_not_repeat(document: bytes) -> None:
    """Raises CellRefusal where what says something is said to stand more often than is read here.

    What is empty may repeat to the end of the sheet, as it does in every document.
    """
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise Broken
    cells = 0
    for row in ROW.finditer(document):
        inside = row[2] or b""
        if not HOLDS.search(inside):
            continue
        times = int(found[1]) if (found := ROWS_REPEATED.search(row[1])) else 1
        width = sum(_width(cell[1]) for cell in CELL.finditer(inside[: _last_that_holds(inside)]))
        cells += times * max(width, 1)
        if cells > MOST_CELLS:
            raise CellRefusal("far_outside")


def _width(attributes: bytes) -> int:
    return int(found[1]) if (found := REPEATED.search(attributes)) else 1


def _last_that_holds(inside: bytes) -> int:
    """Where in a row the last cell that says something ends."""
    last = 0
    for found in HOLDS.finditer(inside):
        last = found.end()
    return last
