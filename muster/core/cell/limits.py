"""What a cell may use. The numbers are those of one file; docs/operations.md says what they mean for a machine."""

from __future__ import annotations

import resource
from contextlib import suppress

MEGABYTE = 1024 * 1024
MOST_MEMORY = 512 * MEGABYTE
# Of a processor, and by the clock: a cell may have to wait for its turn.
MOST_SECONDS, LONGEST = 15, 30
# What comes out of it, and as much again for what it says of itself.
MOST_ANSWER = 32 * MEGABYTE
MOST_WRITTEN = MOST_ANSWER + MEGABYTE


def confine() -> None:
    """Give up whatever parsing does not need, for good: no file, connection or process can be opened after this."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # Not every system knows all of them.
        with suppress(ValueError, OSError):
            # Beyond the first of both the process may still be told why it ends.
            resource.setrlimit(what, (most, most + 1 if what == resource.RLIMIT_CPU else most))
