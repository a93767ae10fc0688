"""Paper: a typst template and the data it shows become a PDF.

The work is done by a process of its own, which is gone afterwards: the printer keeps what it has laid out for the next
time, and a server would grow by hundreds of megabytes. What goes wrong in there cannot take a server with it either.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from django.conf import settings
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict
from muster.core.files import JPEG, PNG, kind_of

log = structlog.get_logger(__name__)

PRINTER = Path(__file__).with_name("printer.py")
LONGEST = 60
# Letters that a line holds: what is longer may be broken anywhere.
LONGEST_WORD = 16
BREAK = "\u200b"
# Each takes a processor and up to some hundred megabytes.
_desk = threading.BoundedSemaphore(2)


class PrinterError(RuntimeError):
    """The template is wrong, or was told something it does not expect: a fault of ours."""


class NotPrinted(Conflict):
    """The printer took too long, or was stopped."""

    default_code = "not_printed"
    sentence = _("This couldn't be printed. Choose a shorter period, or use a spreadsheet.")


def print_svg(template: Path, data: Mapping[str, Any], *, logo: bytes = b"") -> bytes:
    """The one page that the template makes of the data, as a picture: letters are drawn, so that it needs no font."""
    return print_pdf(template, data, logo=logo, form="svg")


def print_pdf(template: Path, data: Mapping[str, Any], *, logo: bytes = b"", form: str = "pdf") -> bytes:
    """The PDF that the template makes of the data, tagged for screen readers (PDF/UA-1 where the letters allow it).

    The template reads the data as JSON from `sys.inputs.data`; to it come `lang`, `rtl`, and `logo`, the name of the
    picture or None. A picture that cannot be drawn is left out. Raises NotPrinted, and PrinterError for faults of ours.
    """
    suffix = picture_kind(logo)
    shown = {
        **data,
        "lang": (get_language() or "en").split("-")[0],
        "rtl": get_language_bidi(),
        "logo": f"/logo.{suffix}" if suffix else None,
    }
    with TemporaryDirectory(prefix="muster-print-") as folder:
        if suffix:
            (Path(folder) / f"logo.{suffix}").write_bytes(logo)
        order = {
            "root": folder,
            "form": form,
            "template": template.read_text(encoding="utf-8"),
            "data": shown,
            "fonts": [str(place) for place in settings.FONT_FOLDERS if place.is_dir()],
        }
        with _desk:
            return _print(order)


def _print(order: Mapping[str, Any]) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own program, told by standard input
            [sys.executable, "-I", str(PRINTER)],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        log.error("printer_too_slow", seconds=LONGEST)
        raise NotPrinted from error
    if done.returncode < 0:
        # Stopped from outside, mostly for want of memory.
        log.error("printer_killed", signal=-done.returncode)
        raise NotPrinted
    if done.returncode:
        raise PrinterError(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


def picture_kind(picture: bytes) -> str:
    """Png or jpg, as the content begins; nothing for what is neither."""
    kind = kind_of(picture)
    return kind.ending if kind in (PNG, JPEG) else ""


def breakable(text: str) -> str:
    """The text, with places to break within words that are longer than a line of a column."""
    return " ".join(
        BREAK.join(word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD)) for word in text.split()
    )
