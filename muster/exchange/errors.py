"""Refusals around imports."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.core.errors import Conflict, Invalid


class ImportFileRefused(Invalid):
    """A file that cannot be read as a whole; the sentence says why, and what to send instead."""

    default_code = "file_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


class NothingToImport(Conflict):
    """A run is asked to import what it did not read, or what has been imported."""

    def __init__(self) -> None:
        super().__init__(_("The file is no longer available. Upload it again."), code="nothing_to_import", field="file")
