"""How much is made up, and of what: `make fuzz` asks for more than `make test`."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

# Calls of the API. A page is tried for every five of them, with a query and with a form each time.
CASES = int(os.environ.get("MUSTER_FUZZ_CASES", "1000"))
# Another seed makes other things up; the same one the same.
SEED = int(os.environ.get("MUSTER_FUZZ_SEED", "1"))

# What programs stumble over, whatever a field is for.
NASTY = (
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "007",
    "１２",
    "99999999999999999999",
    "1e309",
    "NaN",
    "Infinity",
    "true",
    "None",
    "null",
    "2030-02-30",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2030-01-07",
    "2030-01-07T25:61",
    "24:00",
    "-08:00",
    "00000000-0000-0000-0000-000000000000",
    "not-an-id",
    "'",
    '"><b>',
    "%",
    "_",
    "\\",
    "../../etc/passwd",
    "=1+1",
    "{{ 7 }}",
    "a\x00b",
    "\x1b[0m",
    "\u202eabc",
    "\ufeff",
    "\U0001f9d1\u200d\U0001f3eb",
    "é" * 300,
    "x" * 5000,
    "a@b",
    "javascript:alert(1)",
    "[]",
    '{"a": 1}',
    "1,2,3",
    "-name",
    "name,-name,name",
)


def share_of(everything: Sequence[T], cases: int) -> list[tuple[T, int]]:
    """What is tried, and how often each: all of it where there are cases enough, else some, evenly spread."""
    dice = random.Random(SEED)
    if cases < len(everything):
        return [(one, 1) for one in dice.sample(everything, cases)]
    each, rest = divmod(cases, len(everything))
    more = set(dice.sample(range(len(everything)), rest))
    return [(one, each + (place in more)) for place, one in enumerate(everything)]
