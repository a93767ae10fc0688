"""Files on their way out: as a download, never as something that a browser runs or keeps."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import IO, Any

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from muster.core.errors import Missing
from muster.core.files.keys import Undecipherable
from muster.core.spreadsheets import CSV, csv_lines, write_sheets, write_xlsx

log = structlog.get_logger(__name__)

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What somebody else wrote runs nowhere and stays in no cache.
PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What a browser may show instead of saving it, as judged and cleaned on its way in, and by which policy. Browsers don't
# open a PDF in a sandbox; their viewers are one.
INLINE = {
    **dict.fromkeys(("image/jpeg", "image/png", "image/webp"), PRIVATE["Content-Security-Policy"]),
    "application/pdf": "script-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True)
class Download:
    """A file as a door gives it out: its parts, and the headers that say what it is."""

    name: str
    media_type: str
    content: Iterable[bytes | str]
    more_headers: Mapping[str, str] = field(default_factory=dict)
    inline: bool = False

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": self.media_type,
            "Content-Disposition": content_disposition_header(not self.inline, self.name) or "inline",
            **self.more_headers,
        }


def csv_download(rows: Iterable[Sequence[Any]], name: str) -> Download:
    """The rows as CSV that is written while it is sent."""
    return Download(name, "text/csv; charset=utf-8", csv_lines(rows))


def xlsx_download(book: IO[bytes], name: str) -> Download:
    """A workbook that was written to this file, which stands at its beginning."""
    return Download(name, XLSX_TYPE, book)


def rows_download(rows: Iterable[Sequence[Any]], name: str, kind: str) -> Download:
    """The headings and rows as `name`.csv or .xlsx, in the zone that is in force now."""
    if kind == CSV:
        return csv_download(_in_zone(rows, timezone.get_current_timezone()), f"{name}.csv")
    book = io.BytesIO()
    write_xlsx(rows, book, name=name)
    book.seek(0)
    return xlsx_download(book, f"{name}.xlsx")


def sheets_download(sheets: Iterable[tuple[str, Iterable[Sequence[Any]]]], name: str) -> Download:
    """A workbook of several sheets as `name`.xlsx."""
    book = io.BytesIO()
    write_sheets(sheets, book)
    book.seek(0)
    return xlsx_download(book, f"{name}.xlsx")


def _in_zone(rows: Iterable[Sequence[Any]], zone: tzinfo) -> Iterator[Sequence[Any]]:
    """The rows, each made in this zone: they are written after the page has returned."""
    made = iter(rows)
    while True:
        with timezone.override(zone):
            row = next(made, None)
        if row is None:
            return
        yield row


def attachment(stored: str, *, name: str, media_type: str) -> Download:
    """A private file as a download of that name, in parts. Raises Missing where it is gone from the disk.

    Ask for the permission first, and record the look.
    """
    try:
        file = default_storage.open(stored, "rb")
    except (FileNotFoundError, NotADirectoryError, Undecipherable) as error:
        log.exception("file is gone", file=stored)
        raise Missing(_("The file no longer exists. Contact your administrator.")) from error
    return Download(name, media_type, _parts(file), {**PRIVATE, "Content-Length": str(file.size)})


def shown_inline(stored: str, *, name: str, media_type: str) -> Download:
    """As `attachment`, for a file that was taken in by `take_in`: shown by the browser where that is safe."""
    saved = attachment(stored, name=name, media_type=media_type)
    if (policy := INLINE.get(media_type)) is None:
        return saved
    return replace(saved, inline=True, more_headers={**saved.more_headers, "Content-Security-Policy": policy})


def _parts(file: File[bytes]) -> Iterator[bytes]:
    with file:
        yield from file.chunks()
