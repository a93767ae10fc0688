"""A week as a list and as a picture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.occurrences import Occurrence, occurrences_of
from muster.core.clocks import MIDNIGHT, minutes_of
from muster.institutions.access import Actor
from muster.people.links import batch_url
from muster.web.ui.week import Span, WeekPicture, hours_of


@dataclass(frozen=True)
class WeekEntry:
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
class PersonWeek:
    """Seven days from a Monday on."""

    monday: date
    entries: Sequence[WeekEntry]
    today: date

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def is_this(self) -> bool:
        return self.monday <= self.today <= self.sunday

    @property
    def beside(self) -> tuple[str, str]:
        """The Mondays of the weeks before and after."""
        return (self.monday - timedelta(days=7)).isoformat(), (self.monday + timedelta(days=7)).isoformat()

    @property
    def days(self) -> list[tuple[date, list[WeekEntry]]]:
        """The days with something on them."""
        return [(day, list(those)) for day, those in groupby(self.entries, key=lambda entry: entry.meeting.day)]

    @cached_property
    def picture(self) -> WeekPicture[WeekEntry]:
        """The meetings side by side; weekends only where something happens on them."""
        spans = [
            Span(
                entry.meeting.starts_at.isoweekday(),
                minutes_of(entry.meeting.starts_at),
                # What goes on into the next day is drawn until midnight.
                minutes_of(entry.meeting.ends_at) if entry.meeting.ends_at.date() == entry.meeting.day else MIDNIGHT,
                entry,
            )
            for entry in self.entries
        ]
        days = max([5, *(one.weekday for one in spans)])
        return WeekPicture(spans, hours_of(spans, 8, 17), days, gutter=7, head=8, gap=0.2)

    @property
    def today_at(self) -> float | None:
        """The left side of today, where it is shown."""
        day = (self.today - self.monday).days
        return self.picture.columns[day][0] if 0 <= day < self.picture.days else None

    @property
    def lines(self) -> list[tuple[float, str]]:
        """Height and clock of each hour; every second one is written."""
        first, last = self.picture.hours
        return [
            (self.picture.y(hour * 60), f"{hour:02d}:00" if (hour - first) % 2 == 0 else "")
            for hour in range(first, last)
        ]


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
) -> PersonWeek:
    """The asked week of these batches, of one teaching person where named. Two statements.

    Meetings of batches that are not among the visible ones only say that the time is taken.
    """
    today = actor.today()
    monday = monday_of(text, today)
    rows: list[Occurrence] = occurrences_of(actor, batches, monday, monday + timedelta(days=6))
    return PersonWeek(
        monday,
        [
            WeekEntry(meeting, visible is not None and not any(batch.id in visible for batch in meeting.batches))
            for meeting in rows
            if person is None or meeting.has(person)
        ],
        today,
    )
