"""A throw-away home with a PostgreSQL of its own, as safe as in production, and Muster serving it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from muster.core.postgres import EmbeddedServer, binaries
from muster.core.postgres import server as embedded
from tools.demo_server import free_port, take_down

ROOT = Path(__file__).resolve().parent.parent
# Beside the data of a checkout, so on the disk that would hold it: a file system in memory would flatter every commit.
HOME = ROOT / "var" / "bench"
STARTS_WITHIN = 60.0


@dataclass
class Environment:
    """The home, its database server, and how to reach them."""

    server: EmbeddedServer
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[Environment]:
        """A fresh home; nothing of it is left afterwards."""
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        os.environ["MUSTER_HOME"] = str(HOME)
        os.environ.pop("DATABASE_URL", None)
        # A hundred clients of the ceiling connect beside those of Muster. Nothing else differs from production.
        embedded.SETTINGS["max_connections"] = "300"
        server = EmbeddedServer(HOME)
        base = server.places.base
        server.start()
        try:
            yield cls(server, int(os.environ.get("MUSTER_BENCH_PORT", 0)) or free_port())
        finally:
            take_down(server)
            shutil.rmtree(HOME, ignore_errors=True)
            if base != HOME:
                shutil.rmtree(base, ignore_errors=True)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of one statement, over a connection of its own."""
        with psycopg.connect(
            host=str(self.server.places.socket), user="muster", dbname="muster", autocommit=True
        ) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def serving(self) -> Iterator[float]:
        """Muster serving the home as `muster serve` does; gives the seconds from the command to its first page."""
        log = (HOME / "serve.log").open("ab")
        begun = time.monotonic()
        command = [sys.executable, "-m", "muster.cli", "serve", "--port", str(self.port)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, process_group=0)
        try:
            while not self._answers():
                if process.poll() is not None or time.monotonic() - begun > STARTS_WITHIN:
                    raise RuntimeError(f"Muster did not start:\n{(HOME / 'serve.log').read_text()[-3000:]}")
                time.sleep(0.02)
            yield time.monotonic() - begun
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            log.close()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/accounts/login/", timeout=30) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            raise
        except OSError:
            return False

    # --- the ceiling ------------------------------------------------------------------------------------------------

    def pgbench(
        self, script: str, *, clients: int, seconds: int | None = None, each: int | None = None, **numbers: int
    ) -> dict[str, float]:
        """Run a script with pgbench: for some seconds, or a number of times by `each` client.

        Gives `rate` (transactions a second, without connecting), `connecting` (seconds) and `wall` (seconds of all).
        """
        file = HOME / "ceiling.sql"
        file.write_text(script)
        places = self.server.places
        program = binaries(places.lent_to()) / "bin" / "pgbench"
        amount: Sequence[str] = ("-T", str(seconds)) if seconds else ("-t", str(each or 1))
        variables = [f"-D{name}={number}" for name, number in numbers.items()]
        begun = time.monotonic()
        done = subprocess.run(
            [program, "-h", str(places.socket), "-p", "5432", "-U", "muster", "-n", "-M", "prepared",
             "-c", str(clients), "-j", "2", *amount, "-f", str(file), *variables, "muster"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        wall = time.monotonic() - begun
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        connecting = re.search(r"initial connection time = ([\d.]+)", done.stdout)
        if done.returncode or not rate or not connecting:
            raise RuntimeError(f"pgbench failed:\n{done.stdout}\n{done.stderr}")
        return {"rate": float(rate[1]), "connecting": float(connecting[1]) / 1000, "wall": wall}
