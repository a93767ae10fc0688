"""What a weekly timetable that is not stored yet would come to: its dates, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from muster.batches.clashes.hours import Hour
from muster.institutions.models import Holiday

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class PlannedDay:
    """A date on which the timetable meets, or would, were it no holiday."""

    on: date
    # The indexes of the hours held on it, the earliest first.
    hours: tuple[int, ...]
    holiday: str = ""


def holidays_between(institution_id: UUID, branch_id: UUID | None, first: date, last: date) -> list[Holiday]:
    """The holidays of the institution and of the branch that touch these days, in order. One query."""
    return list(
        Holiday.objects.filter(institution_id=institution_id, start_date__lte=last, end_date__gte=first)
        .filter(Q(branch__isnull=True) | Q(branch_id=branch_id))
        .order_by("start_date", "name")
    )


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
    days: list[PlannedDay] = []
    for weekday, indexes in held.items():
        day = first + timedelta(days=(weekday - first.isoweekday()) % 7)
        while day <= last:
            days.append(PlannedDay(day, tuple(indexes), free.get(day, "")))
            day += WEEK
    return sorted(days, key=lambda planned: planned.on)
