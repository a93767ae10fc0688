"""The processes that `muster serve` starts, and again when they end, and how they notice that it is gone."""

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


class Backoff:
    """How long to wait before something is started again: hardly at first, then twice as long each time it fails soon.

    A part that ran for a while fails for another reason than before.
    """

    FIRST, LONGEST = 0.2, 10.0
    A_WHILE = 30.0

    def __init__(self) -> None:
        self._next = self.FIRST

    def seconds(self, lasted: float) -> float:
        wait = self.FIRST if lasted > self.A_WHILE else self._next
        self._next = min(self.LONGEST, wait * 2)
        return wait


class Child:
    """A `muster` command run beside the parent, in a process group of its own.

    Its standard input is a pipe from the parent. The system closes it when the parent ends in whatever way, and
    `end_with_parent` in the child sees that.
    """

    def __init__(self, name: str, *arguments: str) -> None:
        self.name = name
        self._arguments = arguments
        self._backoff = Backoff()
        self._due: float | None = None
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = time.monotonic()
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "muster.cli", *self._arguments],
            stdin=subprocess.PIPE,
            # A Ctrl-C in the terminal goes to the parent alone, which then ends the children in order.
            process_group=0,
        )

    def keep_running(self) -> str:
        """Start it again when it ended by itself, when its time has come. Returns what there is to tell, mostly ""."""
        if self.exit_code is None:
            return ""
        now = time.monotonic()
        if self._due is None:
            # What it left behind holds the port.
            end_group(self.process)
            wait = self._backoff.seconds(now - self._started)
            self._due = now + wait
            return (
                f"The part '{self.name}' ended unexpectedly (exit code {self.exit_code}). "
                f"It is started again in {wait:.1f} s."
            )
        if now >= self._due:
            self._due = None
            self.process = self._start()
        return ""

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
