"""Start, join and stop the embedded server.

Two files in the home keep commands apart. Whoever uses the server holds a shared lock on `pg.users`, which the kernel
drops even after kill -9; whoever gets it exclusively is the last and may stop the server. `pg.guard` is held
exclusively while anybody starts or stops. Neither lock is ever released by hand but by closing the file, because a
forked child shares it.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from muster.core.postgres import processes
from muster.core.postgres.cluster import BUSY, OWNER, PATIENCE, READY, SILENT, Cluster
from muster.core.postgres.errors import EmbeddedPostgresError
from muster.core.postgres.paths import ServerPaths, binaries

DATABASE = "muster"
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")

SETTINGS = {
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    # Disks of today, and what is in memory anyway: with the default, meant for turning ones, a class of forty is read
    # by looking through all enrollments. Compiling a statement costs more than it saves on any page.
    "random_page_cost": "1.1",
    "jit": "off",
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
        self._joined: int | None = None

    @property
    def places(self) -> ServerPaths:
        return ServerPaths.of(self.home)

    @property
    def url(self) -> str:
        """How other programs reach the database, as a DATABASE_URL."""
        return f"postgres://{OWNER}@/{DATABASE}?host={quote(str(self.places.socket), safe='/')}"

    def start(self, *, make: bool = True) -> None:
        """Start the server or join the one that runs, and count as its user until `stop` or the end of the process.

        Makes the data folder and the database `muster` when they are not there, unless `make` is false: what is
        started again while others serve must not begin an empty database in the place of one that was lost.
        Waits for another command that is starting or stopping it. Raises EmbeddedPostgresError.
        """
        if self._users is not None:
            return
        places = self.places
        places.may_use()
        self.home.mkdir(parents=True, exist_ok=True)
        with self._guard():
            if not make:
                self._refuse_lost_data()
            places.prepare()
            self._bring_up(places)
            users = self._open("pg.users")
            fcntl.flock(users, fcntl.LOCK_SH)
            self._users = users
            self._joined = processes.recorded_pid(places.data)

    def revive(self) -> None:
        """Start the server again after the one that was joined ended, or join one that another command started.

        Raises EmbeddedPostgresError, also when the data are gone: they would be made anew, and empty.
        """
        with self._guard():
            self._refuse_lost_data()
            places = self.places
            places.prepare()
            self._run_until_ready(self._cluster(places))
            self._joined = processes.recorded_pid(places.data)

    def stop(self) -> None:
        """Stop counting as a user; the last one stops the server."""
        if self._users is None:
            return
        with self._guard():
            os.close(self._users)
            self._users = self._joined = None
            users = self._open("pg.users")
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                places = self.places
                self._cluster(places).shut_down()
                if places.socket.parent != places.base:
                    with suppress(OSError):
                        places.socket.rmdir()
            finally:
                os.close(users)

    def is_alive(self) -> bool:
        """Whether the server's process is there, without asking it anything.

        After `start`, the very process that was started or joined: one that another command put in its place is not it.
        """
        places = self.places
        pid = processes.recorded_pid(places.data)
        return pid is not None and self._joined in (None, pid) and processes.serves(pid, places.data)

    def _refuse_lost_data(self) -> None:
        if not self.places.data.exists():
            raise EmbeddedPostgresError(f"Its data in {self.places.data} are gone.")

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

    def _cluster(self, places: ServerPaths) -> Cluster:
        account = places.lent_to()
        return Cluster(binaries(account), places.data, places.socket, account, self.home / "pg.log")

    def _bring_up(self, places: ServerPaths) -> None:
        cluster = self._cluster(places)
        if not cluster.data.exists():
            self._make(places, cluster)
        try:
            self._run_until_ready(cluster)
        except EmbeddedPostgresError:
            if not self.throwaway or processes.servers_of(cluster.data):
                raise
            shutil.rmtree(cluster.data)
            self._make(places, cluster)
            self._run_until_ready(cluster)
        cluster.ensure_database(DATABASE)

    def _make(self, places: ServerPaths, cluster: Cluster) -> None:
        # Under another name at first: a data folder is whole or not there, whenever this command is killed.
        draft = replace(cluster, data=cluster.data.with_name(f"{cluster.data.name}.new"))
        draft.init(*LOCALE, *(["--no-sync"] if self.throwaway else []))
        older = places.older_data()
        if older and not self.throwaway:
            self._carry_over(older, draft)
            draft.data.rename(cluster.data)
            # Kept until somebody removes it: nothing else could bring it back.
            older.rename(older.with_name(f"{older.name}.carried-over"))
        else:
            draft.data.rename(cluster.data)

    def _carry_over(self, older: Path, draft: Cluster) -> None:
        """Dump what an older major version wrote and restore it into the draft. The old folder stays as it is."""
        major = int(older.name.removeprefix("pg"))
        old = replace(draft, data=older, installation=binaries(draft.account, major))
        luggage = older.with_name("carry-over")
        shutil.rmtree(luggage, ignore_errors=True)
        luggage.mkdir(mode=0o700)
        os.chown(luggage, draft.account.uid, draft.account.gid)
        dump = str(luggage / "muster.dump")
        where = ("-h", str(draft.socket), "-p", "5432", "-U", OWNER, "-d", DATABASE)
        try:
            self._run_until_ready(old)
            try:
                draft.must_run("pg_dump", *where, "--format=custom", "--no-privileges", "--file", dump)
            finally:
                old.shut_down()
            self._run_until_ready(draft)
            try:
                draft.ensure_database(DATABASE)
                draft.must_run("pg_restore", *where, "--exit-on-error", "--single-transaction", dump)
                draft.must_run("vacuumdb", *where, "--analyze-only", "--quiet")
            finally:
                draft.shut_down()
        finally:
            shutil.rmtree(luggage)

    def _run_until_ready(self, cluster: Cluster) -> None:
        deadline = time.monotonic() + PATIENCE
        asked_to_stop = False
        silent_since = time.monotonic()
        while True:
            answer = cluster.answer()
            if answer == READY:
                return
            now = time.monotonic()
            if now > deadline:
                raise EmbeddedPostgresError(f"The database isn't responding.\n{cluster.last_words()}")
            if answer == BUSY:
                silent_since = now
                time.sleep(0.1)
                continue
            if cluster.pid() is not None:
                # Between two states for a moment; or it lost its socket, and then it is only in the way.
                if now - silent_since > 10 and not asked_to_stop:
                    cluster.shut_down()
                    asked_to_stop = True
                time.sleep(0.1)
                continue
            if processes.servers_of(cluster.data):
                # Children of a killed server finish what they were doing; a second server beside them would harm.
                time.sleep(0.1)
                continue
            recorded = processes.recorded_pid(cluster.data)
            if recorded and processes.is_alive(recorded):
                # The number in the file belongs to another program now, and PostgreSQL would believe the file.
                (cluster.data / "postmaster.pid").unlink()
            for left in cluster.socket.glob(".s.PGSQL.*"):
                left.unlink()
            if not cluster.launch(SETTINGS | (THROWAWAY if self.throwaway else {})) and cluster.answer() == SILENT:
                raise EmbeddedPostgresError(f"The database didn't start.\n{cluster.last_words()}")
            silent_since = time.monotonic()
