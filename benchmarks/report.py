"""The table and the JSON of a run."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass
class Row:
    """One line: what was measured, against what, and whether it reached its target. `met` is None without a target."""

    what: str
    measured: str
    ceiling: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None
    numbers: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        return {True: "yes", False: "NO", None: ""}[self.met]


HEADS = ("what", "measured", "ceiling", "ratio", "target", "met")


def table(rows: Sequence[Row]) -> str:
    """The rows as lines of a terminal."""
    lines = [HEADS, *((row.what, row.measured, row.ceiling, row.ratio, row.target, row.verdict) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([drawn[0], "  ".join("-" * width for width in widths), *drawn[1:]])


def write(rows: Sequence[Row], file: Path, facts: dict[str, Any]) -> None:
    """The rows with all their numbers, for programs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        **facts,
        "rows": [asdict(row) for row in rows],
    }
    file.write_text(json.dumps(content, indent=2) + "\n")


def part(fraction: float) -> str:
    """A ratio as people say it: 1/6.2."""
    return f"1/{1 / fraction:.1f}" if fraction else "0"


Measure = Callable[..., list[Row]]
