"""Homes for embedded servers of a test's own, and other commands that use them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from muster.core.postgres import EmbeddedServer, processes

ROOT = Path(__file__).resolve().parents[2]

COMMAND = """
import sys
from pathlib import Path
from muster.core.postgres import EmbeddedServer, processes
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print(processes.recorded_pid(server.places.data), flush=True)
sys.stdin.readline()
server.stop()
"""


class Command:
    """Another command that uses a home's server until it is told to end."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(home)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def server_pid(self) -> int:
        """Wait until it uses the server, and say which one."""
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.communicate("\n", timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def folder_open_to_all() -> Iterator[Path]:
    """A temp folder every user may enter: pytest's own is closed to the server's user when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="muster-platform-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    for users in folder.rglob("pg.users"):
        # Whatever a killed command left running ends here.
        last = EmbeddedServer(users.parent)
        if runs(last):
            last.start()
            last.stop()
    shutil.rmtree(folder)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with folder_open_to_all() as folder:
        yield folder


@pytest.fixture
def server_of(open_folder: Path) -> Iterator[Callable[[Path], EmbeddedServer]]:
    """Servers that this process uses; it lets go of them after the test."""
    made: list[EmbeddedServer] = []

    def make(home: Path) -> EmbeddedServer:
        made.append(EmbeddedServer(home))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def command(open_folder: Path) -> Iterator[Callable[[Path], Command]]:
    started: list[Command] = []

    def start(home: Path) -> Command:
        started.append(Command(home))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def ask(server: EmbeddedServer, statement: str, *facts: object) -> object:
    """The first value the server answers, over a connection of its own."""
    with psycopg.connect(host=str(server.places.socket), user="muster", dbname="muster", autocommit=True) as connection:
        cursor = connection.execute(statement, facts or None)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def runs(server: EmbeddedServer) -> bool:
    return bool(processes.servers_of(server.places.data))


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="Only root can lend the server to another user.")
