"""`muster serve` as a whole: it answers, it stops, and it leaves nothing behind however it ends."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from muster.core.postgres import processes
from tests.platform.conftest import ROOT, folder_open_to_all, runs
from tests.platform.serving import Served, children_of

pytestmark = pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="About the embedded server's serve.")


def wait_until_gone(pids: list[int]) -> None:
    for pid in pids:
        if processes.is_alive(pid):
            # Becomes readable when the process has ended.
            descriptor = os.pidfd_open(pid)
            readable, _, _ = select.select([descriptor], [], [], 60)
            os.close(descriptor)
            assert readable, "A process is still there after a minute."


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One home for all tests here, so that its tables are made once."""
    with folder_open_to_all() as folder:
        yield folder / "home"


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[[], Served]]:
    started: list[Served] = []

    def start() -> Served:
        started.append(Served(home, "--workers=2"))
        started[-1].wait_until_ready()
        return started[-1]

    yield start
    for served in started:
        served.process.kill()
        served.process.communicate()
        served.log.close()


def test_serve_answers_and_sigterm_stops_all_of_it(serve: Callable[[], Served]):
    served = serve()
    assert requests.get(f"http://127.0.0.1:{served.port}/static/vendor/nothing", timeout=30).status_code in (404, 500)
    family = [*served.parts().values(), *children_of(served.parts()["web"])]
    assert len(family) == 4
    served.process.send_signal(signal.SIGTERM)
    assert served.end() == 0
    assert not [pid for pid in family if processes.is_alive(pid)]
    assert not runs(served.server)


def test_killed_serve_takes_everything_along_and_can_be_started_again(serve: Callable[[], Served]):
    served = serve()
    family = [*served.parts().values(), *children_of(served.parts()["web"])]
    served.process.kill()
    wait_until_gone(family)
    assert runs(serve().server)


@pytest.mark.parametrize("part", ["web", "jobs"])
def test_part_that_dies_ends_serve_with_a_clear_message(part: str, serve: Callable[[], Served]):
    served = serve()
    family = [*served.parts().values(), *children_of(served.parts()["web"])]
    os.kill(served.parts()[part], signal.SIGKILL)
    assert served.end() == 1
    assert f"The part '{part}' ended unexpectedly (exit code -9)" in served.words()
    wait_until_gone(family)
    assert not runs(served.server)


def test_killed_postgres_ends_serve_with_a_clear_message_and_the_next_one_starts(serve: Callable[[], Served]):
    served = serve()
    pid = processes.recorded_pid(served.server.places.data)
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert served.end() == 1
    assert "The embedded PostgreSQL ended unexpectedly" in served.words()
    assert runs(serve().server)


def test_taken_port_is_refused_in_words(open_folder: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "muster.cli", "serve", f"--port={port}"],
            cwd=ROOT,
            env={**os.environ, "MUSTER_HOME": str(open_folder / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use by another program" in done.stderr
    assert not (open_folder / "home" / "pg18").exists()
