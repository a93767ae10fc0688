"""A CSV or XLSX file as lines with named cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.exchange.errors import ImportFileRefused
from muster.exchange.files.workbook import ZIP_SIGNATURE, rows_of_workbook

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 20_000
MOST_LETTERS_IN_A_CELL = 10_000


@dataclass(frozen=True)
class FileLine:
    """One line below the heading. `number` counts lines as an editor or a spreadsheet does, the heading included."""

    number: int
    cells: dict[str, str]
    # What is wrong with the line as such, or nothing.
    problem: str = ""


def read_lines(content: bytes, *, required: Sequence[str], optional: Sequence[str] = ()) -> list[FileLine]:
    """The lines of a CSV (UTF-8) or XLSX file by the named columns; other columns are passed over, empty lines too.

    Raises FileRefused for what is no such file, misses a required column, or is larger than is read here.
    """
    heading, numbered = _open_rows(content)
    places = _places(heading, required, optional)
    return list(_lines(numbered, places, len(heading)))


def read_grid(
    content: bytes, *, required: Sequence[str], optional: Sequence[str] = ()
) -> tuple[list[str], list[FileLine]]:
    """As `read_lines`, with every other column too: their headings as they are written, in order, and the lines.

    Raises FileRefused as `read_lines`, and where one of the other columns stands twice.
    """
    heading, numbered = _open_rows(content)
    places = _places(heading, required, optional)
    others = {
        cell.strip(): place for place, cell in enumerate(heading) if cell.strip() and place not in places.values()
    }
    if len(others) < sum(bool(cell.strip()) for cell in heading) - len(places):
        twice = next(one for one in others if sum(cell.strip() == one for cell in heading) > 1)
        raise ImportFileRefused(_("The header row has the column %(name)s twice. Remove one.") % {"name": twice[:60]})
    return list(others), list(_lines(numbered, {**others, **places}, len(heading)))


def _open_rows(content: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The cells of the heading, and the rows below it with their numbers. Raises FileRefused."""
    if len(content) > MOST_BYTES:
        raise ImportFileRefused(
            _("The file is larger than %(most)d MB. Split it into smaller files.")
            % {"most": MOST_BYTES // 1024 // 1024}
        )
    if not content.strip():
        raise ImportFileRefused(_("The file is empty."))
    rows = rows_of_workbook(content) if content.startswith(ZIP_SIGNATURE) else _rows_of_text(_decode(content))
    numbered = iter(rows)
    heading = next((cells for _number, cells in numbered if any(cell.strip() for cell in cells)), None)
    if heading is None:
        raise ImportFileRefused(_("The file is empty."))
    return heading, numbered


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportFileRefused(_("The file uses UTF-16. Save it as “CSV UTF-8” and upload that."))
    if b"\0" in content:
        raise ImportFileRefused(_("The file isn't a text file. Upload CSV (UTF-8) or XLSX."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportFileRefused(
            _("The file isn't in UTF-8 (first problem in line %(line)d). Save it as “CSV UTF-8” and upload that.")
            % {"line": line}
        ) from error


def _rows_of_text(text: str) -> Iterator[tuple[int, list[str]]]:
    # Strict: a quote that is never closed would otherwise swallow all lines below it in silence.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise ImportFileRefused(
            _("The file can't be read from line %(line)d. A quotation mark is out of place, or a cell is too long.")
            % {"line": number}
        ) from error


def _places(heading: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    names = ["_".join(cell.strip().lower().split()) for cell in heading]
    missing = [name for name in required if name not in names]
    if missing and len(names) == 1 and any(sign in names[0] for sign in ";\t"):
        raise ImportFileRefused(
            _("The columns aren't separated by commas. Save the file as CSV with commas, or as XLSX.")
        )
    if missing:
        raise ImportFileRefused(
            ngettext("The column %(names)s is missing.", "The columns %(names)s are missing.", len(missing))
            % {"names": ", ".join(missing)}
        )
    known = [*required, *optional]
    if twice := [name for name in known if names.count(name) > 1]:
        raise ImportFileRefused(_("The header row has the column %(name)s twice. Remove one.") % {"name": twice[0]})
    return {name: names.index(name) for name in known if name in names}


def _lines(rows: Iterable[tuple[int, Sequence[str]]], places: dict[str, int], width: int) -> Iterator[FileLine]:
    count = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_LINES:
            raise ImportFileRefused(
                _("The file has more than %(most)d lines. Split it into smaller files.") % {"most": MOST_LINES}
            )
        named = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        yield FileLine(number, named, _problem(cells, width))


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
