"""A whole `muster serve`, as operators start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from muster.core.postgres import EmbeddedServer
from tests.platform.conftest import ROOT
from tools.demo_server import free_port


class Served:
    """A `muster serve` on a free port and a home of its own.

    Of this checkout, unless another `program` is named; run in the folder `where`.
    """

    PROGRAM = (sys.executable, "-m", "muster.cli")

    def __init__(self, home: Path, *arguments: str, program: Sequence[str] = PROGRAM, where: Path = ROOT) -> None:
        self.port = free_port()
        self.server = EmbeddedServer(home)
        self.log = home.with_suffix(".log").open("w+")
        self.process = subprocess.Popen(
            [*program, "serve", f"--port={self.port}", *arguments],
            cwd=where,
            env={**os.environ, "MUSTER_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("Muster is ready"):
                assert line.strip() == f"Muster is ready: http://127.0.0.1:{self.port}"
                return
        raise AssertionError(self.words())

    def words(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def parts(self) -> dict[str, int]:
        """The children by name."""
        found = {}
        for pid in children_of(self.process.pid):
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            found["web" if b"web" in arguments else "jobs"] = pid
        return found

    def end(self) -> int:
        return self.process.wait(timeout=60)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
