"""A week as a list and as a picture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.occurrences import Occurrence, occurrences_of
from muster.institutions.access import Actor
from muster.people.links import batch_url

GUTTER, HEAD = 7.0, 8.0  # percent of the picture: the clock at the left, the days above
EARLIEST, LATEST = 8 * 60, 17 * 60


@dataclass(frozen=True)
class Entry:
    """A meeting as this reader may see it: without its batch where they may not."""

    meeting: Occurrence
    hidden: bool

    @property
    def title(self) -> str:
        return _("Busy") if self.hidden else self.meeting.subject or self.meeting.batch.name

    @property
    def code(self) -> str:
        return "" if self.hidden else ", ".join(batch.code for batch in self.meeting.batches)

    @property
    def where(self) -> str:
        return "" if self.hidden else self.meeting.where

    @property
    def url(self) -> str:
        return "" if self.hidden else batch_url(self.meeting.batch.id)


@dataclass(frozen=True)
class Block:
    """An entry in the picture; sides in percent."""

    entry: Entry
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday on."""

    monday: date
    entries: Sequence[Entry]
    today: date

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def is_this(self) -> bool:
        return self.monday <= self.today <= self.sunday

    @property
    def previous(self) -> str:
        return (self.monday - timedelta(days=7)).isoformat()

    @property
    def next(self) -> str:
        return (self.monday + timedelta(days=7)).isoformat()

    @property
    def days(self) -> list[tuple[date, list[Entry]]]:
        """The days with something on them."""
        return [(day, list(those)) for day, those in groupby(self.entries, key=lambda entry: entry.meeting.day)]

    @property
    def minutes(self) -> int:
        return sum(int((e.meeting.ends_at - e.meeting.starts_at).total_seconds() // 60) for e in self.entries)

    # --- the picture ------------------------------------------------------------------------------------------------
    @property
    def _shown_days(self) -> int:
        last = max((entry.meeting.starts_at.isoweekday() for entry in self.entries), default=5)
        return max(5, last)

    @property
    def _hours(self) -> tuple[int, int]:
        begins = min([EARLIEST, *(_minute(entry.meeting.starts_at) for entry in self.entries)])
        ends = max([LATEST, *(_ending(entry.meeting) for entry in self.entries)])
        return begins // 60, -(-ends // 60)

    @property
    def column(self) -> float:
        """The width of a day."""
        return round((100 - GUTTER) / self._shown_days, 3)

    @property
    def columns(self) -> list[tuple[float, float, str, bool]]:
        """Left side and middle of each day, its name, and whether it is today."""
        width = (100 - GUTTER) / self._shown_days
        return [
            (
                round(GUTTER + width * number, 3),
                round(GUTTER + width * (number + 0.5), 3),
                str(WEEKDAYS_ABBR[number]),
                self.monday + timedelta(days=number) == self.today,
            )
            for number in range(self._shown_days)
        ]

    @property
    def lines(self) -> list[tuple[float, str]]:
        """Height and clock of each hour; every second one is written."""
        first, last = self._hours
        step = (100 - HEAD) / (last - first)
        return [
            (round(HEAD + step * (hour - first), 3), f"{hour:02d}:00" if (hour - first) % 2 == 0 else "")
            for hour in range(first, last)
        ]

    @property
    def blocks(self) -> list[Block]:
        """The meetings; those at the same time stand side by side."""
        first, last = self._hours
        scale = (100 - HEAD) / ((last - first) * 60)
        column = (100 - GUTTER) / self._shown_days
        found = []
        for _day, those in self.days:
            lanes = _lanes(those)
            number = max(lanes.values(), default=0) + 1
            for place, entry in enumerate(those):
                begins, ends = _minute(entry.meeting.starts_at), _ending(entry.meeting)
                width = column / number
                left = GUTTER + column * (entry.meeting.starts_at.isoweekday() - 1) + width * lanes[place]
                found.append(
                    Block(
                        entry,
                        round(left + 0.2, 3),
                        round(HEAD + scale * (begins - first * 60), 3),
                        round(width - 0.4, 3),
                        round(scale * (ends - begins), 3),
                    )
                )
        return found


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _ending(meeting: Occurrence) -> int:
    """The minute of the day at which it ends; midnight where it goes on into the next day."""
    return _minute(meeting.ends_at) if meeting.ends_at.date() == meeting.day else 24 * 60


def _lanes(those: Sequence[Entry]) -> dict[int, int]:
    """For each entry of a day the lane in which it stands beside those of the same time."""
    free_at: list[int] = []
    lanes: dict[int, int] = {}
    for place, entry in enumerate(those):
        begins = _minute(entry.meeting.starts_at)
        lane = next((number for number, until in enumerate(free_at) if until <= begins), len(free_at))
        if lane == len(free_at):
            free_at.append(0)
        free_at[lane] = _ending(entry.meeting)
        lanes[place] = lane
    return lanes


def monday_of(text: str, today: date) -> date:
    """The Monday of the week that the address names, else of this one."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = today
    if not 2000 <= asked.year <= 2100:
        asked = today
    return asked - timedelta(days=asked.isoweekday() - 1)


def week_of(
    actor: Actor,
    batches: QuerySet[Batch],
    text: str,
    *,
    person: UUID | None = None,
    visible: Collection[UUID] | None = None,
) -> Week:
    """The asked week of these batches, of one teaching person where named. Two statements.

    Meetings of batches that are not among the visible ones only say that the time is taken.
    """
    today = actor.today()
    monday = monday_of(text, today)
    rows: list[Occurrence] = occurrences_of(actor, batches, monday, monday + timedelta(days=6))
    return Week(
        monday,
        [
            Entry(meeting, visible is not None and not any(batch.id in visible for batch in meeting.batches))
            for meeting in rows
            if person is None or meeting.has(person)
        ],
        today,
    )
