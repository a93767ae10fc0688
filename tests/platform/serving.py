"""A whole `muster serve`, as operators start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import requests

from muster.core.postgres import EmbeddedServer
from tests.platform.conftest import ROOT, ask, line_of
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

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> None:
        while (line := line_of(self.process, self.words)) and not line.startswith("Muster is ready"):
            pass
        assert line.strip() == f"Muster is ready: {self.url}", self.words()

    def words(self) -> str:
        self.log.seek(0)
        return self.log.read()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is noticed meanwhile."""
        self.process.send_signal(signal.SIGSTOP)
        yield
        self.process.send_signal(signal.SIGCONT)

    def parts(self) -> dict[str, int]:
        """The children by name."""
        found = {}
        for pid in children_of(self.process.pid):
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            found["web" if b"web" in arguments else "jobs"] = pid
        return found

    def works(self) -> bool:
        """Whether the web answers from the database and a job that is put in now gets done."""
        # A token is looked up before it is refused.
        called = requests.get(f"{self.url}/api/v1/auth/me", headers={"Authorization": "Bearer nobody"}, timeout=30)
        does_a_job(self.server)
        return called.status_code == 401

    def end(self) -> int:
        return self.process.wait(timeout=60)


def does_a_job(server: EmbeddedServer) -> bool:
    """Whether a job that is put in now gets done."""
    job = ask(
        server,
        "INSERT INTO procrastinate_jobs (task_name, queue_name, args)"
        " VALUES ('muster.core.jobs.forget_answers', 'default', '{\"timestamp\": 0}') RETURNING id",
    )
    eventually(lambda: ask(server, "SELECT status FROM procrastinate_jobs WHERE id = %s", job) == "succeeded")
    return True


def eventually(happens: Callable[[], object], within: float = 60) -> None:
    """Wait until it happens. A server that doesn't answer yet, or refuses a statement, has not done so."""
    deadline = time.monotonic() + within
    while True:
        try:
            if happens():
                return
        except (requests.RequestException, psycopg.Error):
            pass
        assert time.monotonic() < deadline, f"It did not happen within {within} seconds."
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
