"""Parsers that misbehave, each in its own way, as one that somebody found a fault in might."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from io import BytesIO

from python_calamine import CalamineWorkbook

from muster.core.cell.reading import Parsed


def parse(content: bytes) -> Parsed:
    """Do what the first word of the content says."""
    word, _space, rest = content.partition(b" ")
    return {}, str(globals()[word.decode()](rest)).encode()


def take_memory(_rest: bytes) -> int:
    held = []
    while True:
        held.append(bytes(10_000_000))


def take(megabytes: bytes) -> int:
    return len(bytes(int(megabytes) * 1024 * 1024))


def open_spreadsheet(rest: bytes) -> int:
    """With no look at what it is."""
    return len(CalamineWorkbook.from_filelike(BytesIO(rest)).get_sheet_by_index(0).to_python())


def spin(_rest: bytes) -> int:
    # The usual limit, without the wait for it.
    resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
    while True:
        pass


def sleep(_rest: bytes) -> None:
    time.sleep(60)


def die(_rest: bytes) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(_rest: bytes) -> None:
    raise LookupError("a fault of ours")


def answer_much(_rest: bytes) -> str:
    return "x" * 33 * 1024 * 1024


def write_much(_rest: bytes) -> None:
    """As a parser that was taken over would, past all that is ours."""
    for _each in range(100):
        os.write(1, bytes(1024 * 1024))


def environment(_rest: bytes) -> list[str]:
    return sorted(set(os.environ) - {"LC_CTYPE"})


def modules(_rest: bytes) -> list[str]:
    return sorted({name.partition(".")[0] for name in sys.modules} & {"django", "psycopg", "config", "structlog"})


def tries(_rest: bytes) -> list[str]:
    """Which of the doors are open."""
    found = []
    for door in (
        lambda: os.open("/etc/passwd", os.O_RDONLY),
        socket.socket,
        os.pipe,
        lambda: subprocess.run(["/bin/true"]),
    ):
        try:
            door()
        except OSError:
            continue
        found.append(str(door))
    return found
