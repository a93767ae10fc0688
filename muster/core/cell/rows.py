"""Rows on their way out of a cell: only as many as are read on the other side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from muster.core.cell.reading import CellRefusal, Parsed

MOST_LINES = 20_000
MOST_CELLS = 2_000_000


def pack(rows: Iterable[tuple[int, Sequence[str]]]) -> Parsed:
    """The rows that say something, each with its number, as JSON. The first is the heading. Raises CellRefusal."""
    kept: list[tuple[int, Sequence[str]]] = []
    cells = 0
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells += len(row)
        if len(kept) > MOST_LINES:
            raise CellRefusal("too_many_lines", most=MOST_LINES)
        if cells > MOST_CELLS:
            raise CellRefusal("too_many_cells", most=MOST_CELLS)
        kept.append((number, row))
    return {}, json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
