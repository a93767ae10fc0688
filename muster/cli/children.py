"""The processes that `muster serve` starts, and how they notice that it is gone."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

# What a request or a job may still take after being asked to end.
GRACE = 15.0
# Longer than the system needs to end a process that is killed.
DEATH_TAKES = 5.0


class Child:
    """A `muster` command run beside the parent, in a process group of its own.

    Its standard input is a pipe from the parent. The system closes it when the parent ends in whatever way, and
    `end_with_parent` in the child sees that.
    """

    def __init__(self, name: str, *arguments: str) -> None:
        self.name = name
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "muster.cli", *arguments],
            stdin=subprocess.PIPE,
            # A Ctrl-C in the terminal goes to the parent alone, which then ends the children in order.
            process_group=0,
        )

    @property
    def exit_code(self) -> int | None:
        return self.process.poll()

    def ask_to_end(self) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()

    def make_end(self, deadline: float) -> None:
        """Wait until the monotonic time, then end the whole group, also what a dead child left behind."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, deadline - time.monotonic()))
        end_group(self.process)


def end_group(leader: subprocess.Popen[Any]) -> None:
    """Kill the process and all of its group, and wait until none of them runs.

    As long as one lives, it counts as a user of the embedded database, which then nobody would stop.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()
    deadline = time.monotonic() + DEATH_TAKES
    while _somebody_lives(leader.pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def _somebody_lives(group: int) -> bool:
    """Whether one of the group still runs; who is dead and not yet collected does not. False without /proc."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name, in parentheses, may hold anything.
            state, _parent, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False


def end_with_parent() -> None:
    """In a child: end this process, as by SIGTERM, when the command that started it ends."""

    def watch() -> None:
        parent = os.getppid()
        while os.read(0, 1):
            pass
        # A web worker is ended by the web's main process, unless that is gone too.
        while os.getpgid(0) != os.getpid() and os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
