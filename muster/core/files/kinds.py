"""What a file is, by what is in it, and the file without what it should not tell.

The name and the type that it was sent under are not believed. Each kind is walked from its first byte to its last, in a
cell, so that a file which only begins like a picture is refused, and nothing can hide behind its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.cell.process import LIMITS, parse_in_cell
from muster.core.cell.reading import CellRefusal
from muster.core.files.errors import FileRefused
from muster.core.files.names import clean_name

# Cameras of phones have up to 108 million; drawing takes four bytes or more for each.
MOST_PIXELS = 120_000_000
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}


@dataclass(frozen=True)
class FileKind:
    """A kind of file, how it begins, and the module of the cell that leaves of it what is no part of the document."""

    name: str
    media_type: str
    ending: str
    begins: Callable[[bytes], bool]
    module: str


def _begins_heic(content: bytes) -> bool:
    if content[4:8] != b"ftyp":
        return False
    brands = content[8 : min(int.from_bytes(content[:4], "big"), 256)]
    return not HEIC_BRANDS.isdisjoint(brands[at : at + 4] for at in range(0, len(brands), 4) if at != 4)


# Readers of PDF look further than the very first bytes, and so could somebody hiding one.
PDF = FileKind(
    "PDF",
    "application/pdf",
    "pdf",
    lambda content: content.startswith((b"%PDF-1.", b"%PDF-2.")),
    "muster.core.cell.pdf",
)
JPEG = FileKind(
    "JPEG", "image/jpeg", "jpg", lambda content: content.startswith(b"\xff\xd8\xff"), "muster.core.cell.jpeg"
)
PNG = FileKind(
    "PNG", "image/png", "png", lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"), "muster.core.cell.png"
)
WEBP = FileKind(
    "WebP",
    "image/webp",
    "webp",
    lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP",
    "muster.core.cell.webp",
)
HEIC = FileKind("HEIC", "image/heic", "heic", _begins_heic, "muster.core.cell.heic")
KINDS = (PDF, JPEG, PNG, WEBP, HEIC)
MEDIA_TYPES = tuple(kind.media_type for kind in KINDS)
# For `<input type="file" accept>`: what the browser offers; what is sent is judged all the same.
ACCEPT = ",".join([*MEDIA_TYPES, *(f".{kind.ending}" for kind in KINDS), ".jpeg"])


@dataclass(frozen=True)
class AcceptedFile:
    """A file as it is kept: its kind, a name that can be trusted, the cleaned content and its SHA-256."""

    kind: FileKind
    name: str
    content: bytes
    digest: str


REFUSALS = {
    **LIMITS,
    "broken": gettext_lazy("The %(kind)s file is damaged or incomplete."),
    "too_many_pixels": gettext_lazy("The image has more than %(most)d million pixels."),
}
WAYS_OUT = {
    "broken": gettext_lazy("Check that it opens, then send it again."),
    "too_many_pixels": gettext_lazy("Choose a smaller one."),
    "busy": gettext_lazy("Try again in a minute."),
}


def kind_of(content: bytes) -> FileKind | None:
    """The kind whose files begin so."""
    return next((kind for kind in KINDS if kind.begins(content)), None)


def take_in(content: bytes, given_name: str, *, field: str = "file", most_pixels: int = MOST_PIXELS) -> AcceptedFile:
    """Judge and clean a file. Raises FileRefused for an empty, unknown or broken one, or one that takes too much."""
    if not content:
        raise FileRefused(_("The file is empty. Choose it again."), field=field, code="empty")
    kind = kind_of(content)
    if kind is None:
        raise FileRefused(
            _("This file type is not supported. Choose a PDF or an image (JPEG, PNG, HEIC or WebP)."),
            field=field,
            code="unknown_kind",
        )
    try:
        facts, cleaned = parse_in_cell(kind.module, content)
        if facts.get("pixels", 0) > most_pixels:
            raise CellRefusal("too_many_pixels", most=most_pixels // 1_000_000)
    except CellRefusal as refusal:
        why = REFUSALS[refusal.code] % {"kind": kind.name, **refusal.facts}
        way_out = WAYS_OUT.get(refusal.code, _("Print the document to a new PDF, or send a photo of it."))
        raise FileRefused(f"{why} {way_out}", field=field, code=refusal.code) from refusal
    return AcceptedFile(kind, clean_name(given_name, kind.ending), cleaned, hashlib.sha256(cleaned).hexdigest())
