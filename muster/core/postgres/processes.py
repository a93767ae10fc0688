"""Which processes are PostgreSQL servers of a data folder: looked up, never assumed from a number in a file."""

import os
import subprocess
from pathlib import Path


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL server (or one of its children) of this data folder."""
    proc = Path("/proc") / str(pid)
    if proc.parent.is_dir() and Path("/proc/self").exists():
        try:
            # The server works in its data folder. A dead one not yet collected has no folder any more.
            if not proc.joinpath("cwd").samefile(data):
                return False
            return (proc / "comm").read_text().strip() == "postgres"
        except OSError:
            return False
    listing = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return Path(listing.stdout.strip()).name == "postgres"


def servers_of(data: Path) -> list[int]:
    """Every PostgreSQL process of the data folder, also those that outlived their parent; empty without /proc."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if serves(int(entry.name), data)]


def recorded_pid(data: Path) -> int | None:
    """The pid in the server's pid file, which may be stale or belong to another program by now."""
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
