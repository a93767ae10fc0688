"""The demo college served from a throw-away home: what pictures are taken of, and what browser tests look at."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from muster.core.postgres import EmbeddedPostgresError, EmbeddedServer

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN, ENDS_WITHIN = 60.0, 10.0
PREFIX = "muster-stage-"
# Who and what is there, as `tools.demo_data` tells it.
TOLD = "furnished.json"
# Seconds. No stage stands for so long; one that does was left behind by a command that was killed.
STANDS_AT_MOST = 3600.0


@dataclass(frozen=True)
class DemoServer:
    """Where the demo is served, who can sign in, and the ids that the paths of `tools.pages` need."""

    address: str
    password: str
    # E-mail by role.
    people: dict[str, str]
    objects: dict[str, str]
    log: Path

    @classmethod
    @contextmanager
    def set(cls) -> Iterator[DemoServer]:
        """Build the demo on a server of its own, serve it, and leave nothing behind."""
        _sweep()
        # Open to all: when root sets the stage, the database runs as somebody else.
        home = Path(tempfile.mkdtemp(prefix=PREFIX))
        home.chmod(0o755)
        server = EmbeddedServer(home, throwaway=True)
        server.start()
        try:
            furnish(home, server.url)
            with cls.on(home, server.url) as stage:
                yield stage
        finally:
            take_down(server)
            shutil.rmtree(home, ignore_errors=True)

    @classmethod
    @contextmanager
    def on(cls, home: Path, url: str) -> Iterator[DemoServer]:
        """Serve what `furnish` built in this home and this database."""
        told = json.loads((home / TOLD).read_text())
        with _served(home, _environment(home, url)) as address:
            yield cls(address, told["password"], told["people"], told["objects"], home / "web.log")

    def faults(self) -> str:
        """What the server wrote about requests that failed."""
        return "\n".join(line for line in self.log.read_text().splitlines() if "request_failed" in line)[-4000:]


def furnish(home: Path, url: str) -> None:
    """Build the demo in this home, made when it is not there, and this database."""
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tools.demo_data"]
    told = subprocess.run(command, cwd=ROOT, env=_environment(home, url), stdout=subprocess.PIPE, check=True).stdout
    (home / TOLD).write_bytes(told)


def _environment(home: Path, url: str) -> dict[str, str]:
    environment = {**os.environ, "MUSTER_HOME": str(home), "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    # Pictures show what people see, not what developers do.
    environment.pop("MUSTER_DEBUG", None)
    # Whoever follows every link of a page takes out more files than people do.
    return {**environment, "MUSTER_EMAIL_URL": "", "MUSTER_EXPORTS_AN_HOUR": "10000"}


def take_down(server: EmbeddedServer) -> bool:
    """Stop the server as its last user, whether it is down: those told to end may use it for a moment yet."""
    deadline = time.monotonic() + ENDS_WITHIN
    server.stop()
    while server.is_alive() and time.monotonic() < deadline:
        time.sleep(0.2)
        server.start()
        server.stop()
    return not server.is_alive()


def _sweep() -> None:
    """Take down what killed commands left standing."""
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if time.time() - home.stat().st_mtime > STANDS_AT_MOST:
            server = EmbeddedServer(home, throwaway=True)
            # Another run may be sweeping the same.
            with suppress(EmbeddedPostgresError, OSError):
                if take_down(server):
                    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _served(home: Path, environment: dict[str, str]) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "muster.cli", "web", "--port", str(port), "--workers", "1"]
    with (home / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, process_group=0)
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + STARTS_WITHIN
            while not _answers(address):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"Muster did not start:\n{(home / 'web.log').read_text()[-3000:]}")
                time.sleep(0.05)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/accounts/login/", timeout=30).close()  # noqa: S310 - our own server
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False
    return True
