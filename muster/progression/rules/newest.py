"""Of cells that were typed at different moments, the newest stands: for the sheets of results and of marks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple, TypeVar

from muster.progression.grading import Cell, State

K = TypeVar("K", bound=Hashable)


class ScoreOutcome(Enum):
    """What became of a cell that was sent."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    OVERTAKEN = "overtaken"


class Typed(NamedTuple):
    """What a cell holds, and when that was typed; `place` is where it stands among what was sent."""

    value: Cell
    at: datetime
    place: int = -1


def newest_cells(
    sent: Sequence[tuple[K, Cell | None, datetime | None]], standing: Mapping[K, Typed], now: datetime
) -> tuple[dict[K, Typed], list[ScoreOutcome]]:
    """The cells to write, and what becomes of each that was sent: a key, a value (None clears it), when it was typed.

    What stands already changes nothing, nor what was typed before it; of several for one cell the newest counts. What
    was typed in the future was typed now.
    """
    outcomes = [ScoreOutcome.UNCHANGED] * len(sent)
    changed: dict[K, Typed] = {}
    for place in sorted(range(len(sent)), key=lambda place: sent[place][2] or now):
        key, value, said_at = sent[place]
        at = min(said_at or now, now)
        before = changed.get(key) or standing.get(key)
        if before is None and value is None:
            continue
        cell = State.BLANK if value is None else value
        if before is not None and before.value == cell:
            continue
        if before is not None and key not in changed and before.at > at:
            outcomes[place] = ScoreOutcome.OVERTAKEN
            continue
        if key in changed:
            outcomes[changed[key].place] = ScoreOutcome.OVERTAKEN
        changed[key] = Typed(cell, at, place)
        outcomes[place] = ScoreOutcome.SAVED
    return changed, outcomes
