"""The free times of a student and their mentor as a picture: two lanes a day, and what is free for both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from muster.mentoring.free_times import DAY_BEGINS, DAY_ENDS, WHOLE_DAY, FreeDay, Span

# Between two lines of the picture, in minutes.
BETWEEN = 2 * 60


@dataclass(frozen=True)
class LaneBar:
    """A rectangle of the picture: where it begins and how wide it is, in percent."""

    x: str
    width: str


@dataclass(frozen=True)
class Lanes:
    """What `mentoring/lanes.html` draws of a day."""

    mentor: Sequence[LaneBar]
    student: Sequence[LaneBar]
    free: Sequence[LaneBar]


@dataclass(frozen=True)
class DayScale:
    """The part of the day that all pictures of a page show."""

    begins: int
    ends: int

    @property
    def hours(self) -> list[str]:
        """The hours that stand above, two apart."""
        return [f"{minutes // 60:02d}" for minutes in range(self.begins, self.ends + 1, BETWEEN)]

    @property
    def lines(self) -> list[str]:
        """Where a line stands for each of them."""
        return [self.at(minutes) for minutes in range(self.begins, self.ends + 1, BETWEEN)]

    def at(self, minutes: int) -> str:
        return f"{100 * (minutes - self.begins) / (self.ends - self.begins):.2f}%"

    def lanes_of(self, day: FreeDay) -> Lanes:
        """The picture of a day."""
        return Lanes(self._bars(day.mentor), self._bars(day.student), self._bars(day.free))

    def _bars(self, spans: Iterable[Span]) -> list[LaneBar]:
        shown = ((max(since, self.begins), min(until, self.ends)) for since, until in spans)
        return [
            LaneBar(self.at(since), f"{100 * (until - since) / (self.ends - self.begins):.2f}%")
            for since, until in shown
            if since < until
        ]


def scale_of(days: Sequence[FreeDay]) -> DayScale:
    """From 08:00 to 18:00, or as far as a time is offered, or somebody is busy for a part of a day; in steps of two
    hours."""
    spans = [span for day in days for span in (*day.student, *day.free) if span != WHOLE_DAY]
    begins = min([DAY_BEGINS, *(since for since, _until in spans)]) // BETWEEN * BETWEEN
    ends = -(-max([DAY_ENDS, *(until for _since, until in spans)]) // BETWEEN) * BETWEEN
    return DayScale(begins, min(ends, WHOLE_DAY[1]))
