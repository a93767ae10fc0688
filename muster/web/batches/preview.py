"""What will be made of a week: the sessions, by month."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.clashes import Hour
from muster.timetable.weeks import PlannedDay

SHOWN_MONTHS, MOST_MONTHS = 6, 24
MOST_REASONS = 4


@dataclass
class Preview:
    """Dates of a week that is not stored yet, with the dates that clash."""

    hours: Sequence[Hour]
    days: Sequence[PlannedDay]
    clashing: Collection[date]

    @cached_property
    def meetings(self) -> list[PlannedDay]:
        """The dates without the holidays."""
        return [day for day in self.days if not day.holiday]

    @cached_property
    def sessions(self) -> int:
        return sum(len(day.hours) for day in self.meetings)

    @property
    def total(self) -> str:
        """The hours of all sessions together."""
        return hours_words(sum(self.hours[index].minutes for day in self.meetings for index in day.hours))

    @property
    def first(self) -> str:
        return self._moment(self.meetings[0], 0)

    @property
    def last(self) -> str:
        return self._moment(self.meetings[-1], -1)

    def _moment(self, day: PlannedDay, which: int) -> str:
        clock = self.hours[day.hours[which]].start
        return f"{date_format(day.on, 'D j M Y' if self.has_years else 'D j M')}, {clock:%H:%M}"

    @cached_property
    def months(self) -> list[dict[str, Any]]:
        """The dates by month: `label`, and `days` of number, state and what the state means in words."""
        return [
            {
                "label": date_format(date(*month, 1), "M y" if self.has_years else "M"),
                "days": [{"number": day.on.day, **self._mark(day)} for day in days],
            }
            for month, days in groupby(self.days, key=lambda day: (day.on.year, day.on.month))
        ]

    def _mark(self, day: PlannedDay) -> dict[str, str]:
        if day.holiday:
            return {"state": "skip-day", "words": _("skipped")}
        if day.on in self.clashing:
            return {"state": "clash", "words": _("double booked")}
        return {"state": "", "words": ""}

    @cached_property
    def has_years(self) -> bool:
        """Whether the dates and months are named with their years."""
        return bool(self.days) and self.days[0].on.year != self.days[-1].on.year

    @property
    def shown_months(self) -> list[dict[str, Any]]:
        return self.months[:SHOWN_MONTHS]

    @property
    def folded_months(self) -> list[dict[str, Any]]:
        return self.months[SHOWN_MONTHS:MOST_MONTHS]

    @property
    def months_left_out(self) -> int:
        return max(0, len(self.months) - MOST_MONTHS)

    @property
    def skipped(self) -> str:
        """How many dates fall out, and why: "2 dates skipped: staff day (25 Feb), Freedom Day (27 Apr)"."""
        by_name: dict[str, list[date]] = {}
        for day in self.days:
            if day.holiday:
                by_name.setdefault(day.holiday, []).append(day.on)
        if not by_name:
            return ""
        number = sum(map(len, by_name.values()))
        reasons = [f"{name} ({span_words(on)})" for name, on in by_name.items()]
        more = " …" if len(reasons) > MOST_REASONS else ""
        words = ngettext("%(count)d date skipped: %(why)s", "%(count)d dates skipped: %(why)s", number)
        return words % {"count": number, "why": ", ".join(reasons[:MOST_REASONS]) + more}

    @property
    def double_booked(self) -> str:
        """How many dates clash, with the weekday where it is one."""
        number = len(self.clashing)
        weekdays = {day.isoweekday() for day in self.clashing}
        if not number:
            return ""
        if len(weekdays) > 1:
            words = ngettext("%(count)d date double booked", "%(count)d dates double booked", number)
            return words % {"count": number}
        words = ngettext(
            "%(count)d date double booked, a %(day)s", "%(count)d dates double booked, each a %(day)s", number
        )
        return words % {"count": number, "day": WEEKDAYS[weekdays.pop() - 1]}


def span_words(days: Sequence[date]) -> str:
    """Days in a row as their ends, others one by one: "25 Feb", "21 Dec – 4 Jan"."""
    if len(days) > 2 and days[-1] - days[0] < timedelta(days=60):
        return f"{date_format(days[0], 'j M')} – {date_format(days[-1], 'j M')}"
    return ", ".join(date_format(day, "j M") for day in days[:3]) + (" …" if len(days) > 3 else "")


def hours_words(minutes: int) -> str:
    """Minutes as hours: 60, 37.5."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
