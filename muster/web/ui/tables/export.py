"""Every list as CSV and as a spreadsheet."""

from __future__ import annotations

import datetime as dt
import html
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django_tables2 import Column

from muster.core.exports import ExportColumn
from muster.core.files.downloads import rows_download
from muster.core.spreadsheets import CSV, XLSX
from muster.web.ui.downloads import response_of
from muster.web.ui.tables.table import Table

EXPORTS = (CSV, XLSX)


# Told of each export before it is made; may refuse. The area that keeps the security log adds itself.
told_of_exports: list[Callable[[HttpRequest, str], None]] = []


def announce_export(request: HttpRequest, name: str) -> None:
    """Tell who wants to know that the reader takes a list out. Raises what they refuse with."""
    for tell in told_of_exports:
        tell(request, name)


def export_response(table: Table, kind: str, *, name: str) -> StreamingHttpResponse:
    """All rows of the table, not only its page, as a download.

    Text that a spreadsheet would run as a formula is neutralised: a leading apostrophe in CSV, a text cell in XLSX.
    """
    return response_of(rows_download(exported_rows(table), f"{name}-{timezone.localdate().isoformat()}", kind))


def exported_rows(table: Table) -> Iterator[list[Any]]:
    """The headings, then every row, as plain values, of a stored one the id too; times in the zone in force."""
    if table.exported:
        yield from table.exported.lines((row.record for row in table.rows), contacts=table.contacts)
        return
    shown = [column for column in table.columns.iterall() if not column.column.exclude_from_export]
    columns = [one for column in shown for one in _columns_of(table, column)]
    has_id = isinstance(table.data.data, QuerySet)
    yield [*(heading for heading, _value in columns), *(["id"] if has_id else [])]
    for row in table.rows:
        cells = [_plain_cell(value(row)) for _heading, value in columns]
        yield [*cells, str(row.record.pk)] if has_id else cells


def _columns_of(table: Table, column: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """What a column is in an export: each heading with the value of a row."""
    if apart := table.apart.get(column.name):
        yield from ((str(one.heading or one.key), partial(_value_apart, one)) for one in apart)
    else:
        is_told = hasattr(table, f"value_{column.name}") or type(column.column).value is not Column.value
        yield strip_tags(str(column.header)), partial(_value_told if is_told else _value_shown, column)


def _value_apart(one: ExportColumn, row: Any) -> Any:
    return one.value(row.record)


def _value_told(column: Any, row: Any) -> Any:
    return row.get_cell_value(column.name)


def _value_shown(column: Any, row: Any) -> Any:
    """A day or a moment itself, however the page words it; of all else what is shown."""
    held = column.accessor.resolve(row.record, quiet=True)
    return held if isinstance(held, dt.date) else row.get_cell_value(column.name)


def _plain_cell(value: Any) -> Any:
    if isinstance(value, SafeString):
        return html.unescape(strip_tags(value)).replace("\N{NO-BREAK SPACE}", " ").strip()
    if isinstance(value, dt.datetime):
        # Spreadsheets know no zones: the wall clock of the institution is what people expect to read.
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0) if timezone.is_aware(value) else value
    if value is None or isinstance(value, (bool, int, float, Decimal, dt.date, dt.time)):
        return value
    if isinstance(value, (uuid.UUID, Model)):
        return str(value)
    return str(value)
