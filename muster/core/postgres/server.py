"""Start, join and stop the embedded server.

Two files in the home keep commands apart. Whoever uses the server holds a shared lock on `pg.users`, which the kernel
drops even after kill -9; whoever gets it exclusively is the last and may stop the server. `pg.guard` is held
exclusively while anybody starts or stops. Neither lock is ever released by hand but by closing the file, because a
forked child shares it.
"""

import fcntl
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from muster.core.postgres import processes
from muster.core.postgres.errors import EmbeddedPostgresError
from muster.core.postgres.places import Account, Places, binaries

DATABASE = USER = "muster"
# Recovery after a crash replays what was written since the last checkpoint; a laptop's disk may take a while.
PATIENCE = 120.0

READY, BUSY, SILENT = "ready", "busy", "silent"

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # systemd removes a logged-out user's POSIX shared memory, also below a running server.
    "dynamic_shared_memory_type": "mmap",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
}
THROWAWAY = {
    "max_connections": "400",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
}


class EmbeddedServer:
    """The PostgreSQL server of one home, shared by every command that uses this home.

    `start` and `stop` may be called from any number of processes at once. A `throwaway` server is for tests: it trades
    safety against power cuts for speed, and data that does not start is made anew.
    """

    def __init__(self, home: Path, *, throwaway: bool = False) -> None:
        self.home = home.resolve()
        self.throwaway = throwaway
        self._users: int | None = None

    @property
    def places(self) -> Places:
        return Places.of(self.home)

    @property
    def url(self) -> str:
        """How other programs reach the database, as a DATABASE_URL."""
        return f"postgres://{USER}@/{DATABASE}?host={quote(str(self.places.socket), safe='/')}"

    def start(self) -> None:
        """Start the server or join the one that runs, and count as its user until `stop` or the end of the process.

        Makes the data folder and the database `muster` when they are not there.
        Waits for another command that is starting or stopping it. Raises EmbeddedPostgresError.
        """
        if self._users is not None:
            return
        places = self.places
        places.may_use()
        self.home.mkdir(parents=True, exist_ok=True)
        with self._guard():
            places.prepare()
            self._bring_up(places)
            users = self._open("pg.users")
            fcntl.flock(users, fcntl.LOCK_SH)
            self._users = users

    def stop(self) -> None:
        """Stop counting as a user; the last one stops the server."""
        if self._users is None:
            return
        with self._guard():
            os.close(self._users)
            self._users = None
            users = self._open("pg.users")
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                self._shut_down(self.places)
            finally:
                os.close(users)

    def is_alive(self) -> bool:
        """Whether the server's process is there, without asking it anything."""
        places = self.places
        pid = processes.recorded_pid(places.data)
        return pid is not None and processes.serves(pid, places.data)

    # --- the two lock files -------------------------------------------------------------------------------------

    def _open(self, name: str) -> int:
        # Read-only is enough for a lock, and lets the home's owner and root use the same file.
        return os.open(self.home / name, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        guard = self._open("pg.guard")
        try:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield
        finally:
            os.close(guard)

    # --- starting, with the guard held --------------------------------------------------------------------------

    def _bring_up(self, places: Places) -> None:
        if not places.data.exists():
            self._init(places)
        try:
            self._run_until_ready(places)
        except EmbeddedPostgresError:
            if not self.throwaway or processes.servers_of(places.data):
                raise
            shutil.rmtree(places.data)
            self._init(places)
            self._run_until_ready(places)
        with psycopg.connect(_conninfo(places, "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _init(self, places: Places) -> None:
        account = _account(places)
        draft = places.data.with_name(f"{places.data.name}.new")
        # Left by a command that was killed halfway.
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        os.chown(draft, account.uid, account.gid)
        done = _run(
            [
                str(binaries(account) / "bin" / "initdb"),
                *("-D", str(draft), "-U", USER, "-A", "trust", "-E", "UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(["--no-sync"] if self.throwaway else []),
            ],
            account,
            self.home / "pg.log",
        )
        if done:
            raise EmbeddedPostgresError(f"The database could not be made.\n{_tail(self.home / 'pg.log')}")
        # A data folder is whole or not there.
        draft.rename(places.data)

    def _run_until_ready(self, places: Places) -> None:
        deadline = time.monotonic() + PATIENCE
        asked_to_stop = False
        silent_since = time.monotonic()
        while True:
            answer = _answer(places)
            if answer == READY:
                return
            now = time.monotonic()
            if now > deadline:
                raise EmbeddedPostgresError(f"The database does not answer.\n{self._last_words(places)}")
            if answer == BUSY:
                silent_since = now
                time.sleep(0.1)
                continue
            pid = processes.recorded_pid(places.data)
            if pid and processes.alive(pid) and processes.serves(pid, places.data):
                # Between two states for a moment; or it lost its socket, and then it is only in the way.
                if now - silent_since > 10 and not asked_to_stop:
                    self._shut_down(places)
                    asked_to_stop = True
                time.sleep(0.1)
                continue
            if processes.servers_of(places.data):
                # Children of a killed server finish what they were doing; a second server beside them would harm.
                time.sleep(0.1)
                continue
            if pid and processes.alive(pid):
                # The number in the file belongs to another program now, and PostgreSQL would believe the file.
                (places.data / "postmaster.pid").unlink()
            for left in places.socket.glob(".s.PGSQL.*"):
                left.unlink()
            self._launch(places, deadline)
            silent_since = time.monotonic()

    def _launch(self, places: Places, deadline: float) -> None:
        account = _account(places)
        settings = SETTINGS | (THROWAWAY if self.throwaway else {})
        settings["unix_socket_directories"] = '"' + str(places.socket).replace('"', '""') + '"'
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        log = self.home / "pg.log"
        done = _run(
            [
                str(binaries(account) / "bin" / "pg_ctl"),
                *("start", "-w", "-t", str(int(PATIENCE)), "-o", options),
            ],
            account,
            log,
            # Not -D: pg_ctl hands that to a shell between quotation marks, where "$" and "`" still have a meaning.
            PGDATA=str(places.data),
        )
        if done and _answer(places) == SILENT and time.monotonic() < deadline:
            raise EmbeddedPostgresError(f"The database did not start.\n{self._last_words(places)}")

    def _shut_down(self, places: Places) -> None:
        account = _account(places)
        pid = processes.recorded_pid(places.data)
        if not pid or not processes.serves(pid, places.data):
            return
        _run(
            [
                str(binaries(account) / "bin" / "pg_ctl"),
                *("stop", "-w", "-m", "fast", "-t", str(int(PATIENCE)), "-D", str(places.data)),
            ],
            account,
            self.home / "pg.log",
        )
        if places.socket.parent != places.base:
            with suppress(OSError):
                places.socket.rmdir()

    def _last_words(self, places: Places) -> str:
        logs = sorted((places.data / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
        return "\n".join(_tail(log) for log in (self.home / "pg.log", *logs[-1:]))


def _account(places: Places) -> Account:
    if places.account is None:
        places.prepare()
        raise AssertionError
    return places.account


def _conninfo(places: Places, database: str) -> str:
    return psycopg.conninfo.make_conninfo(
        host=str(places.socket), port=5432, user=USER, dbname=database, connect_timeout=10
    )


def _answer(places: Places) -> str:
    try:
        psycopg.connect(_conninfo(places, "postgres")).close()
    except psycopg.OperationalError as error:
        # A server that refuses speaks; one that is gone does not.
        return BUSY if "FATAL:" in str(error) else SILENT
    return READY


def _run(command: Sequence[str], account: Account, log: Path, **environment: str) -> int:
    """Run a PostgreSQL program as the account, its words in a file: a pipe would stay open in the server."""
    root = os.geteuid() == 0
    # Made anew: the last command may have been another user's, and a link planted there must not be followed.
    log.unlink(missing_ok=True)
    words = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if root:
            os.fchown(words, account.uid, account.gid)
        return subprocess.run(  # noqa: S603 - our own binaries, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            # Nothing of the caller's PG* variables or language, and a folder that every account can enter.
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", **environment},
            cwd="/",
            umask=0o077,
            check=False,
            user=account.uid if root else None,
            group=account.gid if root else None,
            extra_groups=[] if root else None,
        ).returncode
    except OSError as error:
        raise EmbeddedPostgresError(f"{command[0]} cannot be run: {error.strerror}.") from error
    finally:
        os.close(words)


def _tail(log: Path, lines: int = 12) -> str:
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""
