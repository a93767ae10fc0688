"""The first sheet of an XLSX workbook (ECMA-376), after a look at what it is and what it would unpack to."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Set
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from python_calamine import CalamineWorkbook

from muster.core.cell.limits import MEGABYTE
from muster.core.cell.reading import Broken, CellRefusal, Parsed
from muster.core.cell.rows import MOST_CELLS, pack

MOST_BYTES_UNPACKED = 100 * MEGABYTE
# Sheets pack to a fifth or, all cells alike, a twentieth of their size. Small parts prove nothing.
MOST_TIMES_LARGER, SMALL = 100, MEGABYTE
MOST_PARTS = 1_000
CHUNK = 256 * 1024

NEEDED = {"[content_types].xml", "xl/workbook.xml"}
# What makes an archive something else for the reader, which tries one format after the other.
OF_OTHERS = {"mimetype", "content.xml", "meta-inf/manifest.xml", "xl/workbook.bin", "word/document.xml"}
# Where a cell says that it stands: the reader makes room for everything from the first to the last.
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})([0-9]{1,8})["']""")

# What says how a number is shown, as far as it is read here.
NUMBER_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b([^>]*)>")
CELL_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
CELL_FORMAT = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(["'])(.*?)\2""")
PLACE_ALONE = re.compile(rb"([A-Za-z]{1,4})([0-9]{1,8})")
ZEROS = re.compile(rb"0{2,30}")

# For the names of old archives: it could not be opened any more when it is first needed.
codecs.lookup("cp437")


# What reading an archive fails with that contradicts itself.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, KeyError),
)


def parse(content: bytes) -> Parsed:
    """The rows as `rows.pack` has them, their cells as text. Raises CellRefusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            must_be_small_archive(archive, NEEDED, OF_OTHERS)
    except BROKEN as error:
        raise Broken from error
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if not workbook.sheet_names:
            raise CellRefusal("no_sheets")
        # Rows begin where the first cell of all stands, so that a table may stand anywhere.
        sheet = workbook.get_sheet_by_index(0)
        # Rows count from the first of the sheet, cells from the first that says something.
        right = sheet.start[1] if sheet.start else 0
        padded = _padded_cells(content)
        return pack(
            (
                number,
                [text_of(cell, padded.get((number, right + place))) for place, cell in enumerate(row, start=1)],
            )
            for number, row in enumerate(sheet.iter_rows(), start=1)
        )
    except (CellRefusal, MemoryError):
        raise
    except BaseException as error:
        # The reader's own panics are no Exceptions; everything that is not its doing goes on.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Broken from error
        raise


def must_be_small_archive(archive: zipfile.ZipFile, needed: Set[str], of_others: Set[str]) -> None:
    """Raises CellRefusal for what says that it is something else or too large, or is so whatever it says."""
    parts = archive.infolist()
    names = {part.filename.lower().replace("\\", "/").lstrip("/") for part in parts}
    if not names >= needed or names & of_others:
        raise CellRefusal("not_a_workbook")
    if len(parts) > MOST_PARTS or len(names) < len(parts):
        raise Broken
    _must_unpack_to(sum(part.file_size for part in parts))
    if any(part.file_size > max(SMALL, part.compress_size * MOST_TIMES_LARGER) for part in parts):
        raise CellRefusal("packed_too_tightly", times=MOST_TIMES_LARGER)
    # Unpack everything once, in pieces, counting: what the archive says of itself may be a lie.
    size = 0
    for part in parts:
        with archive.open(part) as stream:
            size = _measure(stream, size)


def _must_unpack_to(size: int) -> None:
    if size > MOST_BYTES_UNPACKED:
        raise CellRefusal("unpacks_too_large", megabytes=MOST_BYTES_UNPACKED // MEGABYTE)


def _measure(stream: IO[bytes], size: int) -> int:
    last_row, last_column, before = 0, 0, b""
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        _must_unpack_to(size)
        for column, row in PLACE.findall(before + chunk):
            last_row = max(last_row, int(row))
            last_column = max(last_column, _column_number(column))
        before = chunk[-64:]
    if last_row * last_column > MOST_CELLS:
        raise CellRefusal("far_outside")
    return size


def _padded_cells(content: bytes) -> dict[tuple[int, int], int]:
    """To how many digits the format of a cell fills it up with zeros, by row and column: 7 as 00007 is shown so.

    The reader knows values and no formats. What cannot be made out is no such cell.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.lower().lstrip("/"): name for name in archive.namelist()}
        if "xl/styles.xml" not in names:
            return {}
        styles = archive.read(names["xl/styles.xml"])
        widths = {
            attributes[b"numFmtId"]: len(attributes[b"formatCode"])
            for attributes in map(_attributes, NUMBER_FORMAT.findall(styles))
            if ZEROS.fullmatch(attributes.get(b"formatCode", b""))
        }
        cell_formats = CELL_FORMATS.search(styles)
        if not widths or cell_formats is None:
            return {}
        of_style = {
            str(index).encode(): widths[attributes[b"numFmtId"]]
            for index, attributes in enumerate(map(_attributes, CELL_FORMAT.findall(cell_formats[1])))
            if attributes.get(b"numFmtId") in widths
        }
        sheet = _first_sheet(archive, names)
        cells = (_attributes(found[1]) for found in CELL.finditer(archive.read(sheet))) if sheet else ()
        placed = (
            (PLACE_ALONE.fullmatch(cell.get(b"r", b"")), of_style[cell[b"s"]])
            for cell in cells
            if cell.get(b"s") in of_style
        )
        return {(int(place[2]), _column_number(place[1])): width for place, width in placed if place}


def _first_sheet(archive: zipfile.ZipFile, names: dict[str, str]) -> str | None:
    """The part that holds the sheet which the workbook names first."""
    sheets = SHEET.search(archive.read(names["xl/workbook.xml"]))
    wanted = _attributes(sheets[1]).get(b"r:id") if sheets else None
    relations = names.get("xl/_rels/workbook.xml.rels")
    for relation in map(_attributes, RELATION.findall(archive.read(relations)) if relations else ()):
        if relation.get(b"Id") == wanted:
            target = relation.get(b"Target", b"").decode().lower().lstrip("/")
            return names.get(target) or names.get(f"xl/{target}")
    return None


def _attributes(inside: bytes) -> dict[bytes, bytes]:
    """The attributes of an element, by name."""
    return {name: value for name, _quote, value in ATTRIBUTE.findall(inside)}


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def text_of(value: Any, digits: int | None = None) -> str:
    """A cell as a person reads it: numbers arrive as floats, times as fractions of a day or as times.

    A whole number is filled up with zeros to so many `digits`.
    """
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    if isinstance(value, float):
        if digits and value.is_integer() and 0 <= value < 1e15:
            return f"{int(value):0{digits}d}"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, (datetime, time)):
        # A clock time without a date is stored as a moment of the first day there is.
        return f"{value:%H:%M}" if isinstance(value, time) or value.year < 1901 else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
