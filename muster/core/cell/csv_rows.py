"""Text in columns (RFC 4180 and its kin), whatever sign separates them and whatever program wrote it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from muster.core.cell.reading import CellRefusal, Parsed
from muster.core.cell.rows import pack

# The container of XLS, and of an XLSX that has a password.
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SEPARATORS = ",;\t|"
# Spreadsheet programs write the separator above the heading where it is not the usual one.
SAYS_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n")
QUOTED = re.compile(r'"(?:[^"]|"")*"')
# What no text has.
UNWRITTEN = re.compile(r"[\x00-\x08\x0e-\x1f]")
WESTERN = "cp1252"
# Found while they can still be opened.
for _name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", WESTERN, "latin-1"):
    codecs.lookup(_name)


def parse(content: bytes) -> Parsed:
    """The rows as `rows.pack` has them, a row being numbered by its first line. Raises CellRefusal.

    `encoding` is told of a file that says nothing of its own and is not in UTF-8: it is a guess.
    """
    if content.startswith(OLD_WORKBOOK):
        raise CellRefusal("old_workbook")
    text, guessed = _text(content)
    # In UTF-8 it is text with something in it that nobody sees.
    if "\0" in text or (guessed and UNWRITTEN.search(text)):
        raise CellRefusal("not_text")
    said = SAYS_SEPARATOR.match(text)
    facts, rows = pack(_rows(text, said[1] if said else separator_of(text), heading=2 if said else 1))
    return facts | ({"encoding": guessed} if guessed else {}), rows


def separator_of(text: str) -> str:
    """The sign that stands most often in the first line that says something, quoted parts apart; else the comma."""
    first = QUOTED.sub("", text[:100_000].lstrip("\r\n")).split("\n", 1)[0]
    return max(SEPARATORS, key=first.count)


def _text(content: bytes) -> tuple[str, str]:
    """The text, and how it was taken to be written where it did not say so. Raises CellRefusal."""
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16"), ""
        if b"\0" in content:
            # Of plain letters in UTF-16 every second byte is none, always on the same side.
            left, right = content[0::2].count(0), content[1::2].count(0)
            if max(left, right) < len(content) / 5 or min(left, right) > max(left, right) / 20:
                raise CellRefusal("not_text")
            return content.decode("utf-16-be" if left > right else "utf-16-le"), ""
    except UnicodeDecodeError as error:
        raise CellRefusal("not_text") from error
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    try:
        return content.decode(WESTERN), WESTERN
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def _rows(text: str, separator: str, *, heading: int) -> Iterator[tuple[int, list[str]]]:
    # Strict: a quote that is never closed would otherwise swallow all lines below it in silence.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    number = 1
    try:
        for cells in reader:
            if number >= heading:
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise CellRefusal("out_of_place", line=number) from error
