"""Starts a cell for a file, waits for it no longer than it may take, and says in words why there is no answer."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import orjson
import structlog
from django.utils.translation import gettext_lazy as _

from muster.core.cell.limits import LONGEST, MEGABYTE, MOST_MEMORY, MOST_SECONDS, MOST_WRITTEN
from muster.core.cell.reading import CellRefusal, Parsed

log = structlog.get_logger(__name__)

# Where `muster` is found: nothing else tells a cell, whose environment is empty.
ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-E", "-s", "-m", "muster.core.cell")
# Each takes a processor, and up to as much memory as it may have.
_desk = threading.BoundedSemaphore(2)

# What may become of a file of any kind; whoever asks adds what to do about it.
LIMITS = {
    "too_slow": _("Reading the file takes longer than %(seconds)d seconds."),
    "too_much_memory": _("Reading the file takes more than %(megabytes)d MB of memory."),
    "too_large": _("The file grows to more than %(megabytes)d MB when it is read."),
    "stopped": _("Reading the file was stopped unexpectedly."),
    "busy": _("Too many other files are being read right now."),
}


def parse_in_cell(module: str, content: bytes) -> Parsed:
    """What `parse` of the module makes of the content. Raises CellRefusal, and nothing else for any bytes.

    Takes up to `LONGEST` seconds, and as long again where others wait too: ask before rows are locked.
    """
    if not _desk.acquire(timeout=LONGEST):
        raise CellRefusal("busy")
    try:
        # Without a name from the first moment on, so nothing is left behind whatever happens.
        with TemporaryFile() as sent, TemporaryFile() as answered, TemporaryFile() as said:
            sent.write(content)
            sent.seek(0)
            if problem := _run(module, sent, answered, said):
                said.seek(0)
                errors = said.read(2000)
                # Some libraries end themselves where there is no memory left.
                if b"alloc" in errors:
                    problem = CellRefusal("too_much_memory", megabytes=MOST_MEMORY // MEGABYTE)
                log.warning(
                    "cell_ended",
                    module=module,
                    size=len(content),
                    why=problem.code,
                    said=errors.decode(errors="replace"),
                )
                raise problem
            answered.seek(0)
            line, _newline, kept = answered.read(MOST_WRITTEN).partition(b"\n")
    finally:
        _desk.release()
    facts = orjson.loads(line)
    if "refused" in facts:
        raise CellRefusal(facts["refused"], **facts["facts"])
    return facts, kept


def _run(module: str, sent: IO[bytes], answered: IO[bytes], said: IO[bytes]) -> CellRefusal | None:
    """Run a cell to its end, with nothing in its environment; why it has no answer, or None."""
    too_slow = CellRefusal("too_slow", seconds=MOST_SECONDS)
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [*COMMAND, module], cwd=ROOT, env={}, stdin=sent, stdout=answered, stderr=said, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return too_slow
    if done.returncode == -signal.SIGXCPU:
        return too_slow
    return CellRefusal("stopped") if done.returncode else None
