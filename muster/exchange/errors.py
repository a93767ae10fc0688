"""Refusals around imports."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


class ChangesNotConfirmed(Conflict):
    """An import would change so much that whoever wants it names the number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            ngettext(
                "This would change %(number)d row that is here. Confirm it with this number.",
                "This would change %(number)d rows that are here. Confirm it with this number.",
                number,
            )
            % {"number": number},
            code="confirm_changes",
            field="confirm",
            facts={"confirm": number},
        )


class RowsAreWrong(Conflict):
    """All or none of the rows were wanted, and some are wrong."""

    def __init__(self, number: int) -> None:
        super().__init__(
            ngettext(
                "%(number)d row is wrong, so nothing was imported. Correct it, or import only the valid rows.",
                "%(number)d rows are wrong, so nothing was imported. Correct them, or import only the valid rows.",
                number,
            )
            % {"number": number},
            code="rows_are_wrong",
            field="only_valid",
            facts={"wrong": number},
        )
