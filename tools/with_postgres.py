"""Run a command with DATABASE_URL naming a throw-away cluster of the distribution's PostgreSQL.

Usage: with_postgres.py COMMAND [ARGUMENT ...]

Shows that Muster needs nothing of the embedded build: the oldest installed server from 15 on is taken. On Debian it is
installed when it is missing and we may. The cluster listens on a private socket without fsync, and is gone afterwards.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from muster.core.postgres import Cluster, EmbeddedPostgresError, ServerPaths
from tools.system import install

OLDEST = 15
SETTINGS = {
    "max_connections": "400",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    # Compiling a statement takes longer than running it on what tests store; the embedded build cannot.
    "jit": "off",
    "timezone": "UTC",
}


def main(command: list[str]) -> int:
    """Return the command's exit code, or 1 when there is no server to use."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    binaries = _binaries()
    if not binaries and install("postgresql"):
        binaries = _binaries()
    if not binaries:
        sys.stderr.write(f"PostgreSQL {OLDEST} or newer is not installed. On Debian: apt-get install postgresql\n")
        return 1
    # Not TMPDIR, whose path may be too long for a socket.
    with tempfile.TemporaryDirectory(prefix="muster-pg-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o755)
        try:
            places = ServerPaths.of(home)
            places.prepare()
            cluster = Cluster(binaries.parent, home / "data", places.socket, places.lent_to(), home / "log")
            cluster.init("--locale=C.UTF-8", "--no-sync")
            if not cluster.launch(SETTINGS):
                raise EmbeddedPostgresError(cluster.last_words())
        except EmbeddedPostgresError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        try:
            cluster.ensure_database("muster")
            sys.stderr.write(f"Using the PostgreSQL in {binaries}\n")
            url = f"postgres://muster@/muster?host={places.socket}"
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode
        finally:
            cluster.shut_down()


def _binaries() -> Path | None:
    """The folder of the oldest usable server: of Debian's versioned folders, else whatever is on the path."""
    found: dict[int, Path] = {}
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin/postgres"), Path(shutil.which("postgres") or "/nowhere")]
    for server in candidates:
        if server.exists():
            words = subprocess.run([server, "--version"], capture_output=True, text=True, check=True).stdout.split()
            major = int(words[2].partition(".")[0])
            if major >= OLDEST:
                found.setdefault(major, server.parent)
    return found[min(found)] if found else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
