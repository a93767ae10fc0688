"""PDF (ISO 32000): read whole and written anew, without whatever runs, hides or tells of its maker.

The work is done by a process of its own, with bounds on its memory and time: what somebody sends may swell when it is
unpacked, and what goes wrong in there takes no server with it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import structlog

from muster.core.files.reading import Broken

log = structlog.get_logger(__name__)

CLEANER = Path(__file__).with_name("pdf_cleaner.py")
# Programs that append to a file put some bytes behind its end.
TAIL = 2048
# Seconds. The largest file that is taken needs a few.
LONGEST = 30
# Each takes a processor and up to some hundred megabytes.
_desk = threading.BoundedSemaphore(2)


def begins(content: bytes) -> bool:
    """Whether it says it is a PDF in its very first bytes; readers look further, and so could somebody hiding one."""
    return content.startswith((b"%PDF-1.", b"%PDF-2."))


def clean_document(content: bytes) -> bytes:
    """The pages without scripts, actions, files inside and metadata; links and filled fields stay.

    A signature inside no longer fits the file. Raises Broken where it cannot be read, or is encrypted.
    """
    tail = content[-TAIL:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Broken
    try:
        with _desk:
            done = subprocess.run(  # noqa: S603 - our own program, told by standard input
                [sys.executable, "-I", str(CLEANER)], input=content, capture_output=True, timeout=LONGEST, check=False
            )
    except subprocess.TimeoutExpired as error:
        log.warning("pdf_too_slow", seconds=LONGEST, size=len(content))
        raise Broken from error
    if done.returncode:
        # Stopped for want of memory or time, or a fault of ours: either way nobody knows what is in the file.
        log.error("pdf_not_read", code=done.returncode, size=len(content), said=done.stderr.decode(errors="replace"))
    if done.returncode or not done.stdout:
        raise Broken
    return done.stdout
