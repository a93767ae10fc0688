"""A CSV, XLSX or ODS file as lines with named cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.core.cell.process import LIMITS, parse_in_cell
from muster.core.cell.reading import CellRefusal, Parsed
from muster.core.spreadsheets import without_guard
from muster.core.text import clean_line
from muster.exchange.errors import ImportFileRefused

ZIP_SIGNATURE = b"PK\x03\x04"
MOST_BYTES = 10 * 1024 * 1024
MOST_LETTERS_IN_A_CELL = 10_000
MOST_LETTERS_IN_A_HEADING = 60

REFUSALS = {
    **LIMITS,
    "broken": gettext_lazy("The file looks like a workbook but can't be read."),
    "far_outside": gettext_lazy("The sheet has cells far outside the table."),
    "no_sheets": gettext_lazy("The workbook has no sheets."),
    "not_a_workbook": gettext_lazy("The file is an archive, not an XLSX or ODS workbook."),
    "not_text": gettext_lazy("The file isn't a text file."),
    "old_workbook": gettext_lazy("The file is an old workbook (XLS), or is protected by a password."),
    "out_of_place": gettext_lazy(
        "The file can't be read from line %(line)d. A quotation mark is out of place, or a cell is too long."
    ),
    "packed_too_tightly": gettext_lazy("The workbook unpacks to more than %(times)d times its size."),
    "too_many_cells": gettext_lazy("The file has more than %(most)d cells."),
    "too_many_lines": gettext_lazy("The file has more than %(most)d lines."),
    "unpacks_too_large": gettext_lazy("The workbook is larger than %(megabytes)d MB when unpacked."),
}
SPLIT = gettext_lazy("Split it into smaller files.")
AS_CSV = gettext_lazy("Upload the sheet as CSV.")
KNOWN = gettext_lazy("Upload CSV, XLSX or ODS.")
WAYS_OUT = {
    "broken": gettext_lazy("Save it again, or save it as CSV."),
    "busy": gettext_lazy("Try again in a minute."),
    "far_outside": gettext_lazy("Delete them, or upload the sheet as CSV."),
    "no_sheets": AS_CSV,
    "not_a_workbook": KNOWN,
    "not_text": KNOWN,
    "old_workbook": gettext_lazy("Save it as XLSX without a password, or as CSV."),
    "out_of_place": gettext_lazy("Correct that line, or save the sheet as XLSX."),
    "packed_too_tightly": AS_CSV,
    "stopped": gettext_lazy("Save it as CSV, or split it into smaller files."),
    "unpacks_too_large": AS_CSV,
}


@dataclass(frozen=True)
class FileLine:
    """One line below the heading. `number` counts lines as an editor or a spreadsheet does, the heading included."""

    number: int
    cells: dict[str, str]
    # What is wrong with the line as such, or nothing.
    problem: str = ""


@dataclass(frozen=True)
class FileTable:
    """All of a file: its headings, each once, and the lines with their cells by heading; what is to be said of it."""

    headings: list[str]
    lines: list[FileLine]
    warnings: list[str]


def read_table(content: bytes, *, parse: Callable[[str, bytes], Parsed] = parse_in_cell) -> FileTable:
    """A CSV, XLSX or ODS file with every column. Of columns that are called the same the later ones are numbered.

    `parse` is where the bytes are parsed: in a process of their own, unless they are known. Raises FileRefused for what
    is no such file, or is larger than is read here.
    """
    heading, numbered, warnings = _open_rows(content, parse)
    names: dict[str, int] = {}
    for place, cell in enumerate(heading):
        name = plain = clean_line(cell)[:MOST_LETTERS_IN_A_HEADING]
        again = 1
        while plain and name in names:
            again += 1
            name = f"{plain} ({again})"
        if plain:
            names[name] = place
    return FileTable(list(names), list(_lines(numbered, names, len(heading))), warnings)


def read_lines(content: bytes, *, required: Sequence[str], optional: Sequence[str] = ()) -> list[FileLine]:
    """The lines of a CSV, XLSX or ODS file by the named columns; other columns are passed over, empty lines too.

    Raises FileRefused for what is no such file, misses a required column, or is larger than is read here.
    """
    heading, numbered, _warnings = _open_rows(content)
    places = _places(heading, required, optional)
    return list(_lines(numbered, places, len(heading)))


def read_grid(
    content: bytes, *, required: Sequence[str], optional: Sequence[str] = ()
) -> tuple[list[str], list[FileLine]]:
    """As `read_lines`, with every other column too: their headings as they are written, in order, and the lines.

    Raises FileRefused as `read_lines`, and where one of the other columns stands twice.
    """
    heading, numbered, _warnings = _open_rows(content)
    places = _places(heading, required, optional)
    others = {
        cell.strip(): place for place, cell in enumerate(heading) if cell.strip() and place not in places.values()
    }
    if len(others) < sum(bool(cell.strip()) for cell in heading) - len(places):
        twice = next(one for one in others if sum(cell.strip() == one for cell in heading) > 1)
        raise ImportFileRefused(_("The header row has the column %(name)s twice. Remove one.") % {"name": twice[:60]})
    return list(others), list(_lines(numbered, {**others, **places}, len(heading)))


def _open_rows(
    content: bytes, parse: Callable[[str, bytes], Parsed] = parse_in_cell
) -> tuple[list[str], list[tuple[int, list[str]]], list[str]]:
    """The cells of the heading, the rows below it with their numbers, and what is to be said. Raises FileRefused."""
    if len(content) > MOST_BYTES:
        raise ImportFileRefused(
            _("The file is larger than %(most)d MB. Split it into smaller files.")
            % {"most": MOST_BYTES // 1024 // 1024}
        )
    if not content.strip():
        raise ImportFileRefused(_("The file is empty."))
    try:
        facts, packed = parse(f"muster.core.cell.{_format_of(content)}_rows", content)
    except CellRefusal as refusal:
        why = REFUSALS[refusal.code] % refusal.facts
        raise ImportFileRefused(f"{why} {WAYS_OUT.get(refusal.code, SPLIT)}") from refusal
    rows = orjson.loads(packed)
    if not rows:
        raise ImportFileRefused(_("The file is empty."))
    warnings = [_("The file isn't in UTF-8. Check that accents are right.")] if "encoding" in facts else []
    return rows[0][1], rows[1:], warnings


def _format_of(content: bytes) -> str:
    """By its first bytes: a document of OpenDocument says in its first part, which is not packed, what it is."""
    if not content.startswith(ZIP_SIGNATURE):
        return "csv"
    return "ods" if content[30:60].startswith(b"mimetypeapplication/vnd.oasis") else "xlsx"


def _places(heading: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    names = ["_".join(cell.strip().lower().split()) for cell in heading]
    if missing := [name for name in required if name not in names]:
        raise without_columns(missing)
    known = [*required, *optional]
    if twice := [name for name in known if names.count(name) > 1]:
        raise ImportFileRefused(_("The header row has the column %(name)s twice. Remove one.") % {"name": twice[0]})
    return {name: names.index(name) for name in known if name in names}


def without_columns(missing: Sequence[str]) -> ImportFileRefused:
    """The refusal of a file that has not all columns that it needs."""
    words = ngettext("The column %(names)s is missing.", "The columns %(names)s are missing.", len(missing))
    return ImportFileRefused(words % {"names": ", ".join(missing)})


def _lines(rows: Iterable[tuple[int, Sequence[str]]], places: dict[str, int], width: int) -> Iterator[FileLine]:
    for number, cells in rows:
        named = {name: _clean(cells[place]) if place < len(cells) else "" for name, place in places.items()}
        yield FileLine(number, named, _problem(cells, width))


def _clean(cell: str) -> str:
    return clean_line(without_guard(cell.strip()))


def _problem(cells: Sequence[str], width: int) -> str:
    if any(cell.strip() for cell in cells[width:]):
        return _("The line has more cells than the header row has columns.")
    if len(cells) < width:
        return _("The line has %(cells)d cells, but the header row has %(columns)d columns.") % {
            "cells": len(cells),
            "columns": width,
        }
    if any(len(cell) > MOST_LETTERS_IN_A_CELL for cell in cells):
        return _("A cell has more than %(most)d characters.") % {"most": MOST_LETTERS_IN_A_CELL}
    if any("\0" in cell for cell in cells):
        return _("The line contains a NUL character.")
    return ""
