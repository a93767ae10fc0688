"""One data folder and the PostgreSQL programs that work on it, run as the user it belongs to."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from muster.core.postgres import processes
from muster.core.postgres.errors import EmbeddedPostgresError
from muster.core.postgres.paths import Account

# Whose the tables are, and as whom the application asks.
OWNER, APPLICATION = "muster", "muster_app"
# Seconds. Recovery after a crash replays what was written since the last checkpoint; a laptop's disk may take a while.
PATIENCE = 120.0

READY, BUSY, SILENT = "ready", "busy", "silent"


@dataclass(frozen=True)
class Cluster:
    """A data folder, its socket and the installation that serves it. No locks are taken here."""

    installation: Path
    data: Path
    socket: Path
    account: Account
    log: Path
    """Made anew by every program; what it said last."""

    def init(self, *options: str) -> None:
        """Make the data folder, in place of a half-made one. Raises EmbeddedPostgresError."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        os.chown(self.data, self.account.uid, self.account.gid)
        common = ("-D", str(self.data), "-U", OWNER, "-A", "trust", "-E", "UTF8")
        self.must_run("initdb", *common, *options)

    def launch(self, settings: Mapping[str, str]) -> bool:
        """Start the server and return whether it came up in time."""
        sockets = '"' + str(self.socket).replace('"', '""') + '"'
        settings = {**settings, "listen_addresses": "", "port": "5432", "unix_socket_directories": sockets}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        # Not -D: pg_ctl hands that to a shell between quotation marks, where "$" and "`" still have a meaning.
        return self.run("pg_ctl", "start", "-w", "-t", str(int(PATIENCE)), "-o", options, PGDATA=str(self.data))

    def shut_down(self) -> None:
        """Stop the server, when it is this folder's."""
        if self.pid() is not None:
            self.run("pg_ctl", "stop", "-w", "-m", "fast", "-t", str(int(PATIENCE)), "-D", str(self.data))

    def pid(self) -> int | None:
        """The server's process; None when the recorded one is dead or another program."""
        pid = processes.recorded_pid(self.data)
        return pid if pid and processes.serves(pid, self.data) else None

    def answer(self) -> str:
        """Whether the server is READY, there but BUSY starting or stopping, or SILENT."""
        try:
            psycopg.connect(self.conninfo("postgres")).close()
        except psycopg.OperationalError as error:
            # A server that refuses speaks; one that is gone does not.
            return BUSY if "FATAL:" in str(error) else SILENT
        return READY

    def conninfo(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket), port=5432, user=OWNER, dbname=database, connect_timeout=10
        )

    def ensure_database(self, name: str) -> None:
        """Make the database, and the role that the application signs in as, where they are not there."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            for there, make, what in (
                ("SELECT 1 FROM pg_database WHERE datname = %s", "CREATE DATABASE {}", name),
                ("SELECT 1 FROM pg_roles WHERE rolname = %s", "CREATE ROLE {} LOGIN", APPLICATION),
            ):
                if not connection.execute(there, [what]).fetchone():
                    connection.execute(psycopg.sql.SQL(make).format(psycopg.sql.Identifier(what)))

    def must_run(self, program: str, *arguments: str) -> None:
        """Run a program of the installation. Raises EmbeddedPostgresError with what it said."""
        if not self.run(program, *arguments):
            raise EmbeddedPostgresError(f"{program} failed.\n{tail(self.log)}")

    def run(self, program: str, *arguments: str, **environment: str) -> bool:
        """Run a program of the installation as the account and return whether it succeeded.

        Its words go to a file: a pipe would stay open in the server.
        """
        root = os.geteuid() == 0
        command = [str(self.installation / "bin" / program), *arguments]
        try:
            # Made anew: the last command may have been another user's, and a link planted there must not be followed.
            self.log.unlink(missing_ok=True)
            words = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmbeddedPostgresError(f"{self.log} can't be written: {error.strerror}.") from error
        try:
            if root:
                os.fchown(words, self.account.uid, self.account.gid)
            return not subprocess.run(  # noqa: S603 - our own binaries, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                # Nothing of the caller's PG* variables or language, and a folder that every account can enter.
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", **environment},
                cwd="/",
                umask=0o077,
                check=False,
                user=self.account.uid if root else None,
                group=self.account.gid if root else None,
                extra_groups=[] if root else None,
            ).returncode
        except OSError as error:
            raise EmbeddedPostgresError(f"{command[0]} can't be run: {error.strerror}.") from error
        finally:
            os.close(words)

    def last_words(self) -> str:
        logs = sorted((self.data / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
        return "\n".join(tail(log) for log in (self.log, *logs[-1:]))


def tail(log: Path, lines: int = 12) -> str:
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""
