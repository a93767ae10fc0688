"""Every list as CSV and as a spreadsheet."""

from __future__ import annotations

import datetime as dt
import html
import io
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from muster.core.files.downloads import csv_download, xlsx_download
from muster.core.spreadsheets import CSV, XLSX, write_xlsx
from muster.web.ui.downloads import response_of
from muster.web.ui.tables.table import Table

EXPORTS = (CSV, XLSX)


def export_response(table: Table, kind: str, *, name: str) -> StreamingHttpResponse:
    """All rows of the table, not only its page, as a download.

    Text that a spreadsheet would run as a formula is neutralised: a leading apostrophe in CSV, a text cell in XLSX.
    """
    stamp = timezone.localdate().isoformat()
    if kind == CSV:
        # The zone is handed over, since the lines are written after the page has returned.
        rows = exported_rows(table, timezone.get_current_timezone())
        return response_of(csv_download(rows, f"{name}-{stamp}.csv"))
    book = io.BytesIO()
    write_xlsx(exported_rows(table), book, name=name)
    book.seek(0)
    return response_of(xlsx_download(book, f"{name}-{stamp}.xlsx"))


def exported_rows(table: Table, zone: dt.tzinfo | None = None) -> Iterator[list[Any]]:
    """The headings, then every row, as plain values; times in this zone, else the one in force."""
    if table.exported:
        yield from table.exported.lines((row.record for row in table.rows), contacts=table.contacts)
        return
    columns = [column for column in table.columns.iterall() if not column.column.exclude_from_export]
    yield [strip_tags(str(column.header)) for column in columns]
    for row in table.rows:
        yield [_plain_cell(row.get_cell_value(column.name), zone) for column in columns]


def _plain_cell(value: Any, zone: dt.tzinfo | None) -> Any:
    if isinstance(value, SafeString):
        return html.unescape(strip_tags(value)).strip()
    if isinstance(value, dt.datetime):
        # Spreadsheets know no zones: the wall clock of the institution is what people expect to read.
        return (
            timezone.localtime(value, zone).replace(tzinfo=None, microsecond=0) if timezone.is_aware(value) else value
        )
    if value is None or isinstance(value, (bool, int, float, Decimal, dt.date, dt.time)):
        return value
    if isinstance(value, (uuid.UUID, Model)):
        return str(value)
    return str(value)
