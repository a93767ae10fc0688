"""CSV (RFC 4180) in UTF-8."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from muster.core.cell.reading import CellRefusal, Parsed
from muster.core.cell.rows import pack

# The container of XLS, and of an XLSX that has a password.
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Found while it can still be opened.
codecs.lookup("utf-8-sig")


def parse(content: bytes) -> Parsed:
    """The rows as `rows.pack` has them, a row being numbered by its first line. Raises CellRefusal."""
    if content.startswith(OLD_WORKBOOK):
        raise CellRefusal("old_workbook")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CellRefusal("utf_16")
    if b"\0" in content:
        raise CellRefusal("not_text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CellRefusal("not_utf_8", line=content.count(b"\n", 0, error.start) + 1) from error
    return pack(_rows(text))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    # Strict: a quote that is never closed would otherwise swallow all lines below it in silence.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise CellRefusal("out_of_place", line=number) from error
