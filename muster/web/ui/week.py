"""A week drawn: what stands side by side, where each block lies, and which half hours of a grid it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from django.utils.dates import WEEKDAYS_ABBR

T_co = TypeVar("T_co", covariant=True)
CELL = 30


@dataclass(frozen=True)
class Span(Generic[T_co]):
    """Some time of one weekday (1 to 7), in minutes since midnight, and what it is about."""

    weekday: int
    start: int
    end: int
    about: T_co

    def overlaps(self, other: Span[object]) -> bool:
        """Whether both take the same time; touching is not overlapping."""
        return self.weekday == other.weekday and self.start < other.end and other.start < self.end

    def takes(self, weekday: int, at: int) -> bool:
        """Whether it takes some of the half hour that begins at the minute."""
        return self.weekday == weekday and self.start < at + CELL and at < self.end


def hours_of(spans: Iterable[Span[object]], first: int, last: int) -> tuple[int, int]:
    """The full hours between which all the spans lie, from the first to the last at least."""
    spans = list(spans)
    return min([first, *(one.start // 60 for one in spans)]), max([last, *(-(-one.end // 60) for one in spans)])


def lanes_of(spans: Sequence[Span[object]]) -> list[tuple[int, int]]:
    """For each span its lane, and how many lanes those have that overlap it, or overlap one that does."""
    lanes = [0] * len(spans)
    numbers = [1] * len(spans)
    group: list[int] = []
    free_at: list[int] = []
    until = (0, 0)
    for place in sorted(range(len(spans)), key=lambda place: (spans[place].weekday, spans[place].start)):
        one = spans[place]
        if (one.weekday, one.start) >= until:
            group, free_at = [], []
        lane = next((number for number, end in enumerate(free_at) if end <= one.start), len(free_at))
        free_at[lane : lane + 1] = [one.end]
        group.append(place)
        lanes[place], until = lane, (one.weekday, max(free_at))
        for other in group:
            numbers[other] = len(free_at)
    return list(zip(lanes, numbers, strict=True))


@dataclass(frozen=True)
class Block(Generic[T_co]):
    """Where a span lies: across in percent, down in the picture's unit."""

    x: float
    y: float
    width: float
    height: float
    about: T_co


@dataclass(frozen=True)
class WeekPicture(Generic[T_co]):
    """A week as an SVG draws it, the days across and the hours down.

    Across it is measured in percent, and so it is down; or in pixels, where the height of an hour is given.
    """

    spans: Sequence[Span[T_co]]
    hours: tuple[int, int]
    # The weekdays shown, from Monday on.
    days: int
    # What is left free for the clock at the left, and for the names of the days above.
    gutter: float
    head: float
    hour_height: int | None = None
    # Left free on both sides of each block.
    gap: float = 0
    # No block is lower than this, so that its words can be read.
    lowest: float = 0

    @property
    def column(self) -> float:
        return round(self._column, 3)

    @property
    def _column(self) -> float:
        return (100 - self.gutter) / self.days

    @property
    def columns(self) -> list[tuple[float, float, str]]:
        """Left side and middle of each day, and its name."""
        return [
            (
                round(self.gutter + self._column * day, 3),
                round(self.gutter + self._column * (day + 0.5), 3),
                str(WEEKDAYS_ABBR[day]),
            )
            for day in range(self.days)
        ]

    @property
    def height(self) -> int:
        """The height in pixels, down to the last hour."""
        return round(self.y(self.hours[1] * 60))

    def y(self, minutes: int) -> float:
        """How far down a time of the day lies."""
        return self._down(self.head + self._hour * (minutes / 60 - self.hours[0]))

    @cached_property
    def _hour(self) -> float:
        first, last = self.hours
        return self.hour_height or (100 - self.head) / (last - first)

    def _down(self, length: float) -> float:
        return round(length) if self.hour_height else round(length, 3)

    @property
    def blocks(self) -> list[Block[T_co]]:
        """Where each span lies; those at the same time stand side by side."""
        found = []
        for one, (lane, number) in zip(self.spans, lanes_of(self.spans), strict=True):
            width = self._column / number
            found.append(
                Block(
                    round(self.gutter + self._column * (one.weekday - 1) + width * lane + self.gap, 3),
                    self.y(one.start),
                    round(width - 2 * self.gap, 3),
                    max(self.lowest, self._down(self._hour * (one.end - one.start) / 60)),
                    one.about,
                )
            )
        return found
