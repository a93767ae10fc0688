"""Homes for embedded servers of a test's own, and other commands that use them."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

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


def line_of(process: subprocess.Popen[str], words: Callable[[], object], within: float = 120) -> str:
    """The next line that it writes, or nothing where it has ended."""
    assert process.stdout
    lines = SimpleQueue[str]()
    threading.Thread(target=lambda read: lines.put(read()), args=(process.stdout.readline,), daemon=True).start()
    try:
        return lines.get(timeout=within)
    except Empty:
        raise AssertionError(f"It wrote no line within {within} seconds, and said: {words()}") from None


def end_now(process: subprocess.Popen[str]) -> None:
    """Kill it. Whoever keeps its output open, such as a child that outlived it, is not waited for."""
    process.kill()
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"Something holds the output of {process.args!r}, which said: {late.output!r}") from None


class Command:
    """Another command that uses a home's server until it is told to end."""

    def __init__(self, home: Path) -> None:
        self.log = home.with_name(f"{home.name}-{id(self)}.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(home)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def server_pid(self) -> int:
        """Wait until it uses the server, and say which one."""
        line = line_of(self.process, self.words)
        assert line, f"It ended before it used the server, and said: {self.words()}"
        return int(line)

    def words(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def end(self) -> None:
        self.process.communicate("\n", timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        end_now(self.process)
        self.log.close()


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
