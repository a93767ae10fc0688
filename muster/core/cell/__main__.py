"""A cell: a file comes in by standard input; a line of facts and what is left of the file go to standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module

from muster.core.cell.limits import MEGABYTE, MOST_ANSWER, MOST_MEMORY, confine
from muster.core.cell.reading import CellRefusal, Parsed


def main() -> None:
    """Parse what comes in by the module that is named, which is loaded before all doors are closed."""
    parse: Callable[[bytes], Parsed] = import_module(sys.argv[1]).parse
    confine()
    sys.stdout.buffer.write(answer(parse, sys.stdin.buffer.read()))


def answer(parse: Callable[[bytes], Parsed], content: bytes) -> bytes:
    """The line of facts, and what is left of the file; nothing of one that is refused."""
    try:
        facts, kept = parse(content)
        if len(kept) > MOST_ANSWER:
            raise CellRefusal("too_large", megabytes=MOST_ANSWER // MEGABYTE)
    except CellRefusal as refusal:
        facts, kept = {"refused": refusal.code, "facts": refusal.facts}, b""
    except MemoryError:
        facts, kept = {"refused": "too_much_memory", "facts": {"megabytes": MOST_MEMORY // MEGABYTE}}, b""
    return json.dumps(facts).encode() + b"\n" + kept


if __name__ == "__main__":
    main()
