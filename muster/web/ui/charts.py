"""Small line charts: so many values in their order, on a scale of their own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Where the highest and the lowest value stand, in pixels; widths are percentages, so that type keeps its size.
TOP, BOTTOM = 10.4, 45.6
LEFT, RIGHT = 3, 97


@dataclass(frozen=True)
class Spark:
    """What `components/spark.html` draws: lines from point to point, the last point, and a limit with its word."""

    label: str
    lines: Sequence[tuple[str, str, str, str]]
    point: tuple[str, str] | None
    first: str
    last: str
    limit: str = ""
    limit_word: str = ""
    # Where the word stands: below the limit, or above where the line runs below.
    limit_text: str = ""


def spark_of(
    values: Sequence[float | None],
    *,
    label: str,
    first: str,
    last: str,
    limit: float | None = None,
    limit_word: str = "",
) -> Spark | None:
    """The chart; what is not known is left out of the line. None of fewer than two known values."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    scale = [value for _place, value in known] + ([] if limit is None else [limit])
    low, span = min(scale), (max(scale) - min(scale)) or 1

    def x(place: int) -> str:
        return f"{LEFT + (RIGHT - LEFT) * place / (len(values) - 1):.1f}%"

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - low) / span, 1)

    lines = [(x(one), str(y(before)), x(two), str(y(after))) for (one, before), (two, after) in pairwise(known)]
    place, value = known[-1]
    at = None if limit is None else y(limit)
    return Spark(
        label,
        lines,
        (x(place), str(y(value))),
        first,
        last,
        limit="" if at is None else str(at),
        limit_word=limit_word,
        limit_text="" if at is None else str(at - 4 if at >= BOTTOM else at + 12),
    )


@dataclass(frozen=True)
class PercentScale:
    """From where to where a chart shows percentages: whole fives, so that several of them can be compared."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float | None], *, step: int = 5) -> PercentScale:
        """The scale on which all of the values stand, with room on both sides."""
        known = [value for value in values if value is not None] or [0, 100]
        low = step * math.floor((min(known) - 1) / step)
        high = step * math.ceil((max(known) + 1) / step)
        return cls(max(low, 0), min(high, 100))

    def ticks(self, most: int = 5) -> list[int]:
        """Round values within it, the highest first."""
        step = next((step for step in (5, 10, 20) if (self.high - self.low) / step <= most), 25)
        return list(range(int(self.low), int(self.high) + 1, step))[::-1]


@dataclass(frozen=True)
class Plot:
    """What `components/plot.html` draws: a line over weeks, the same of the time before and of others, and a limit."""

    label: str
    height: float
    grid: Sequence[tuple[float, str]]
    lines: Sequence[tuple[str, str, float, str, float]]
    before: Sequence[tuple[str, str, float, str, float]]
    points: Sequence[tuple[str, float]]
    texts: Sequence[tuple[str, float, str, str]]
    names: Sequence[tuple[str, str]]
    limit: float | None
    limit_word: str
    beside: Sequence[tuple[str, str, float, str, float]] = ()
    # The last value of the others.
    beside_text: tuple[str, float, str] | None = None


def plot_of(
    values: Sequence[float | None],
    before: Sequence[float | None] = (),
    *,
    scale: PercentScale,
    label: str,
    names: Sequence[str] = (),
    limit: float | None = None,
    limit_word: str = "",
    height: float = 96,
    beside: Sequence[float | None] = (),
) -> Plot | None:
    """A line of percentages; without names of its weeks a small one, with its last value alone. None of no values."""
    if all(value is None for value in values):
        return None
    small = not names
    left, right, top, bottom = (1, 88, 8, height - 8) if small else (5, 92, 14, height - 28)

    def x(place: int) -> str:
        return f"{left + (right - left) * place / max(len(values) - 1, 1):.2f}%"

    def y(value: float) -> float:
        return round(bottom - (bottom - top) * (value - scale.low) / (scale.high - scale.low), 1)

    def joined(kind: str, row: Sequence[float | None]) -> list[tuple[str, str, float, str, float]]:
        known = [(place, value) for place, value in enumerate(row[: len(values)]) if value is not None]
        return [(kind, x(one), y(low), x(two), y(high)) for (one, low), (two, high) in pairwise(known)]

    known = [(place, value) for place, value in enumerate(values) if value is not None]
    ends = dict.fromkeys([known[-1]] if small else [known[0], min(known, key=lambda one: one[1]), known[-1]])
    lowest = min(value for _place, value in known)
    texts = [
        _value_at(x(place), y(value), value, is_last=place == known[-1][0], is_lowest=value == lowest)
        for place, value in ends
    ]
    every = max(1, math.ceil(len(names) / 6))
    return Plot(
        label,
        height,
        [] if small else [(y(tick), str(tick)) for tick in scale.ticks()],
        joined("ln", values),
        joined("then", before),
        [(x(place), y(value)) for place, value in (known[-1:] if small else known)],
        texts,
        [(x(place), name) for place, name in enumerate(names) if place % every == 0],
        y(limit) if limit is not None and scale.low <= limit <= scale.high else None,
        limit_word,
        joined("sib", beside),
        _beside_at(texts[-1], [(x(place), y(value), value) for place, value in enumerate(beside) if value is not None]),
    )


def _beside_at(
    last: tuple[str, float, str, str], points: Sequence[tuple[str, float, float]]
) -> tuple[str, float, str] | None:
    """The last value of the others after its point, clear of the line's own last value; one point makes no line."""
    if len(points) < 2:
        return None
    x, y, value = points[-1]
    at = y + 4
    if abs(at - last[1]) < 13:
        at = last[1] + (13 if at >= last[1] else -13)
    return (f"{float(x.rstrip('%')) + 1.5:.2f}%", round(at, 1), f"{value:.0f}")


def _value_at(x: str, y: float, value: float, *, is_last: bool, is_lowest: bool) -> tuple[str, float, str, str]:
    """A number beside its point: after the last one, below the lowest, above the first."""
    if is_last:
        return (f"{float(x.rstrip('%')) + 1.5:.2f}%", y + 4, "start", f"{value:.0f}")
    return (x, y + 18 if is_lowest else y - 9, "middle" if float(x.rstrip("%")) > 8 else "start", f"{value:.0f}")
