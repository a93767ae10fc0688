"""Time zones as calendar files carry them (VTIMEZONE of RFC 5545): by rules where a zone has any, so that every reader
knows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)
LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - by the clock of the zone


@dataclass(frozen=True)
class Turn:
    """A moment at which the clocks of a zone change, by its clock before."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool

    @property
    def kind(self) -> tuple[object, ...]:
        """What the turns of other years share with this one."""
        return (self.is_summer, self.before, self.after, self.name, self.local.month, self.local.time())

    @property
    def places(self) -> set[int]:
        """Which of its weekday in its month it is: counted from the beginning, and -1 for the last."""
        found = {(self.local.day - 1) // 7 + 1}
        if (self.local + 7 * DAY).month != self.local.month:
            found.add(-1)
        return found


def time_zone(zone: ZoneInfo, first: date, last: date) -> Timezone:
    """The zone as a component of a calendar, right from the first to the last day."""
    found = Timezone()
    found.add("tzid", zone.key)
    turns = list(_turns(zone, first.year - 1, last.year + 1))
    if not turns:
        now = datetime.combine(first, time(), zone)
        offset = now.utcoffset() or timedelta()
        found.add_component(_observance(LONG_AGO, offset, offset, now.tzname() or zone.key, is_summer=False))
    for _kind, group in groupby(
        sorted(turns, key=lambda turn: (str(turn.kind), turn.local)), key=lambda turn: turn.kind
    ):
        for component in _observances(list(group)):
            found.add_component(component)
    return found


def _turns(zone: ZoneInfo, first_year: int, last_year: int) -> Iterator[Turn]:
    moment, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    while moment < end:
        if _offset(zone, moment) != _offset(zone, moment + DAY):
            low, high = moment, moment + DAY
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if _offset(zone, middle) == _offset(zone, low) else (low, middle)
            turn = high.replace(microsecond=0)
            before, after = _offset(zone, turn - timedelta(minutes=1)), _offset(zone, turn)
            name = turn.astimezone(zone).tzname() or zone.key
            yield Turn((turn + before).replace(tzinfo=None), before, after, name, after > before)
        moment += DAY


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _observances(turns: Sequence[Turn]) -> Iterator[TimezoneStandard | TimezoneDaylight]:
    """One component with a rule where the same turn comes every year, else one for each turn."""
    places = set.intersection(*(turn.places for turn in turns))
    weekdays = {turn.local.weekday() for turn in turns}
    every_year = len(turns) > 1 and turns[-1].local.year - turns[0].local.year == len(turns) - 1
    first = turns[0]
    if every_year and places and len(weekdays) == 1:
        component = _observance(first.local, first.before, first.after, first.name, is_summer=first.is_summer)
        day = f"{min(places)}{WEEKDAYS[first.local.weekday()]}"
        component.add("rrule", vRecur(freq="YEARLY", bymonth=first.local.month, byday=day))
        yield component
        return
    for turn in turns:
        component = _observance(turn.local, turn.before, turn.after, turn.name, is_summer=turn.is_summer)
        component.add("rdate", turn.local)
        yield component


def _observance(
    local: datetime, before: timedelta, after: timedelta, name: str, *, is_summer: bool
) -> TimezoneStandard | TimezoneDaylight:
    component = TimezoneDaylight() if is_summer else TimezoneStandard()
    component.add("dtstart", local)
    component.add("tzoffsetfrom", before)
    component.add("tzoffsetto", after)
    component.add("tzname", name)
    return component
