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

from muster.core.postgres import Places
from tools.system import install

OLDEST = 15
SETTINGS = (
    "listen_addresses=",
    "max_connections=400",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "timezone=UTC",
)


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
        Path(folder).chmod(0o755)
        account = Places.of(Path(folder)).account
        if not account:
            sys.stderr.write("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`.\n")
            return 1
        home = Path(folder, "server")
        home.mkdir(mode=0o700)
        os.chown(home, account.uid, account.gid)
        root = os.geteuid() == 0

        def call(program: str, *arguments: str) -> None:
            with (Path(folder) / "log").open("a") as log:
                done = subprocess.run(
                    [binaries / program, *arguments],
                    cwd="/",
                    stdout=log,
                    stderr=log,
                    user=account.uid if root else None,
                    group=account.gid if root else None,
                    extra_groups=[] if root else None,
                    check=False,
                ).returncode
            if done:
                sys.stderr.write(f"{program} failed:\n{(Path(folder) / 'log').read_text()}\n")
                sys.exit(1)

        data = str(home / "data")
        call("initdb", "-D", data, "-U", "muster", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={home}"))
        call("pg_ctl", "start", "-w", "-D", data, "-o", options)
        try:
            call("createdb", "-h", str(home), "-U", "muster", "muster")
            version = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
            sys.stderr.write(f"Using {version.stdout.strip()} in {binaries}\n")
            url = f"postgres://muster@/muster?host={home}"
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode
        finally:
            call("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)


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
