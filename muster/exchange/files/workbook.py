"""The first sheet of an XLSX workbook, after a look at what it would unpack to."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook

from muster.exchange.errors import ImportFileRefused

ZIP_SIGNATURE = b"PK\x03\x04"
MOST_BYTES_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 1_000
MOST_CELLS = 2_000_000
CHUNK = 256 * 1024

# Where a cell says that it stands: the reader makes room for everything from the first to the last.
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})([0-9]{1,8})["']""")


def rows_of_workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every row of the first sheet, as text. Raises FileRefused."""
    _must_unpack_small(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        if not names:
            raise ImportFileRefused(_("The workbook has no sheets."))
        rows = workbook.get_sheet_by_name(names[0]).to_python(skip_empty_area=False)
    except ImportFileRefused:
        raise
    except BaseException as error:
        # The reader's own panics are no Exceptions; everything that is not its doing goes on.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise _unreadable() from error
        raise
    return ((number, [_text(cell) for cell in row]) for number, row in enumerate(rows, start=1))


def _unreadable() -> ImportFileRefused:
    return ImportFileRefused(_("The file looks like XLSX but can't be read. Save it again, or save it as CSV."))


def _must_unpack_small(content: bytes) -> None:
    """Unpack everything once, in pieces, counting: what the archive says of itself may be a lie."""
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise ImportFileRefused(_("The file is an archive, not an XLSX workbook. Upload CSV (UTF-8) or XLSX."))
            if len(parts) > MOST_PARTS or len(names) < len(parts):
                raise _unreadable()
            for part in parts:
                with archive.open(part) as stream:
                    size = _measure(stream, size)
    except ImportFileRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _unreadable() from error


def _measure(stream: Any, size: int) -> int:
    last_row, last_column, before = 0, 0, b""
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > MOST_BYTES_UNPACKED:
            raise ImportFileRefused(
                _("The workbook is larger than %(most)d MB when unpacked. Upload the sheet as CSV.")
                % {"most": MOST_BYTES_UNPACKED // 1024 // 1024}
            )
        for column, row in PLACE.findall(before + chunk):
            last_row = max(last_row, int(row))
            last_column = max(last_column, _column_number(column))
        before = chunk[-64:]
    if last_row * last_column > MOST_CELLS:
        raise ImportFileRefused(
            _("The sheet has cells far outside the table. Delete them, or upload the sheet as CSV.")
        )
    return size


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(value: Any) -> str:
    """A cell as a person reads it: numbers arrive as floats, times as fractions of a day or as times."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    if isinstance(value, float):
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
