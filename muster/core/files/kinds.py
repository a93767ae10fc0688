"""What a file is, by what is in it, and the file without what it should not tell.

The name and the type that it was sent under are not believed. Each kind is walked from its first byte to its last, so
that a file which only begins like a picture is refused, and nothing can hide behind its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from muster.core.files import heic, jpeg, pdf, png, webp
from muster.core.files.errors import FileRefused
from muster.core.files.names import clean_name
from muster.core.files.reading import Broken


@dataclass(frozen=True)
class FileKind:
    """A kind of file: how it begins, and what is left of it when it is taken in."""

    name: str
    media_type: str
    ending: str
    begins: Callable[[bytes], bool]
    # The content without place, device and whatever else is no part of the picture. Raises Broken.
    cleaned: Callable[[bytes], bytes]


KINDS = (
    FileKind("PDF", "application/pdf", "pdf", pdf.begins, pdf.clean_document),
    FileKind("JPEG", "image/jpeg", "jpg", jpeg.begins, jpeg.clean_picture),
    FileKind("PNG", "image/png", "png", png.begins, png.clean_picture),
    FileKind("WebP", "image/webp", "webp", webp.begins, webp.clean_picture),
    FileKind("HEIC", "image/heic", "heic", heic.begins, heic.clean_picture),
)
# For `<input type="file" accept>`: what the browser offers; what is sent is judged all the same.
ACCEPT = ",".join([*(kind.media_type for kind in KINDS), *(f".{kind.ending}" for kind in KINDS), ".jpeg"])


@dataclass(frozen=True)
class AcceptedFile:
    """A file as it is kept: its kind, a name that can be trusted, the cleaned content and its SHA-256."""

    kind: FileKind
    name: str
    content: bytes
    digest: str


def take_in(content: bytes, given_name: str, *, field: str = "file") -> AcceptedFile:
    """Judge and clean a file. Raises FileRefused for an empty, unknown or broken one."""
    if not content:
        raise FileRefused(_("The file is empty. Choose it again."), field=field, code="empty")
    kind = next((kind for kind in KINDS if kind.begins(content)), None)
    if kind is None:
        raise FileRefused(
            _("This file type is not supported. Choose a PDF or an image (JPEG, PNG, HEIC or WebP)."),
            field=field,
            code="unknown_kind",
        )
    try:
        cleaned = kind.cleaned(content)
    except Broken as error:
        sentence = _("The %(kind)s file is damaged or incomplete. Check that it opens, then send it again.")
        raise FileRefused(sentence % {"kind": kind.name}, field=field, code="broken") from error
    return AcceptedFile(kind, clean_name(given_name, kind.ending), cleaned, hashlib.sha256(cleaned).hexdigest())
