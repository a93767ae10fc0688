"""What a week comes to that is not stored yet: its dates, one by one. The database says the same of stored ones
(`muster_week_days`, `muster_holidays`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from muster.institutions.models import Holiday, Institution
from muster.timetable.hours import Hour


def _offsets(weekday: int, first: date, last: date) -> range:
    return range((weekday - first.isoweekday()) % 7, (last - first).days + 1, 7)


def week_days(weekday: int, first: date, last: date) -> Iterator[date]:
    """The dates of the weekday from the first to the last day, both included."""
    return (first + timedelta(days=days) for days in _offsets(weekday, first, last))


def times_between(weekday: int, first: date, last: date) -> int:
    """On how many dates from the first to the last the weekday falls."""
    return len(_offsets(weekday, first, last))


def holidays_between(institution_id: UUID, branch_id: UUID | None, first: date, last: date) -> list[Holiday]:
    """The holidays of the institution and of the branch that touch these days, in order. One query."""
    return list(
        Holiday.objects.filter(institution_id=institution_id, start_date__lte=last, end_date__gte=first)
        .filter(Q(branch__isnull=True) | Q(branch_id=branch_id))
        .order_by("start_date", "name__plain")
    )


class HolidayCalendar:
    """All holidays of an institution: one statement when the first day is asked about."""

    def __init__(self, institution: Institution) -> None:
        self._institution = institution

    @cached_property
    def _ranges(self) -> list[tuple[UUID | None, date, date]]:
        rows = Holiday.objects.filter(institution=self._institution)
        return list(rows.values_list("branch_id", "start_date", "end_date"))

    def on(self, day: date, branch_id: UUID | None) -> bool:
        """Whether the branch is closed on the day."""
        return any(first <= day <= last and where in (None, branch_id) for where, first, last in self._ranges)


@dataclass(frozen=True)
class PlannedDay:
    """A date on which the timetable meets, or would, were it no holiday."""

    on: date
    # The indexes of the hours held on it, the earliest first.
    hours: tuple[int, ...]
    holiday: str = ""


def planned_days(hours: Sequence[Hour], first: date, last: date, holidays: Iterable[Holiday] = ()) -> list[PlannedDay]:
    """Every date from the first to the last day on which one of the hours falls, in order, holidays marked."""
    free = {
        holiday.start_date + timedelta(days=offset): holiday.name
        for holiday in holidays
        for offset in range((holiday.end_date - holiday.start_date).days + 1)
    }
    held: dict[int, list[int]] = {}
    for index, hour in sorted(enumerate(hours), key=lambda pair: pair[1].start):
        held.setdefault(hour.weekday, []).append(index)
    days = [
        PlannedDay(day, tuple(indexes), free.get(day, ""))
        for weekday, indexes in held.items()
        for day in week_days(weekday, first, last)
    ]
    return sorted(days, key=lambda planned: planned.on)
