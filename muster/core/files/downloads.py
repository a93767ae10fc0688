"""Giving a private file out: always as a download, never as something that a browser runs or keeps."""

from __future__ import annotations

import structlog
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.utils.translation import gettext as _

from muster.core.errors import Missing

log = structlog.get_logger(__name__)


def attachment(stored: str, *, name: str, media_type: str) -> FileResponse:
    """The file as a download of that name, in parts. Raises Missing where it is gone from the disk.

    Ask for the permission first, and record the look.
    """
    try:
        file = default_storage.open(stored, "rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        log.exception("file is gone", file=stored)
        raise Missing(_("The file no longer exists. Contact your administrator.")) from error
    response = FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
