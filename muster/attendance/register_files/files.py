"""A sheet as a download."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.attendance.register_files.model import BatchSheet, RegisterSheet
from muster.attendance.register_files.paper import on_paper
from muster.attendance.register_files.spreadsheets import csv_rows, workbook
from muster.core.errors import Invalid
from muster.core.files.downloads import Download, csv_download, xlsx_download

CSV, XLSX, PDF = "csv", "xlsx", "pdf"
FORMATS = (CSV, XLSX, PDF)
# A sheet to sign is of use on paper alone.
BLANK_FORMATS = (PDF,)


def sheet_file(sheet: RegisterSheet | BatchSheet, kind: str) -> Download:
    """The sheet as CSV, XLSX or PDF. Raises Invalid at `format` for another, and for what is too large for paper."""
    for_paper = sheet.is_blank or (isinstance(sheet, RegisterSheet) and sheet.is_paper)
    if kind not in (BLANK_FORMATS if for_paper else FORMATS):
        raise Invalid(_("Choose pdf.") if for_paper else _("Choose csv, xlsx or pdf."), field="format")
    name = f"{sheet.heading.name}.{kind}"
    if kind == CSV:
        return csv_download(csv_rows(sheet), name)
    if kind == XLSX:
        return xlsx_download(workbook(sheet), name)
    return Download(name, "application/pdf", [on_paper(sheet)])
