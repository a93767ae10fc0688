"""What day and time it is somewhere; clock times, and the minutes since midnight."""

from __future__ import annotations

import functools
import zoneinfo
from datetime import date, datetime, time, tzinfo

from django.utils import timezone

MIDNIGHT = 24 * 60


def now_in(zone: tzinfo) -> datetime:
    """This moment, by the clock of a zone."""
    return timezone.localtime(timezone=zone)


def today_in(zone: tzinfo) -> date:
    """What day it is by the clock of a zone."""
    return now_in(zone).date()


@functools.cache
def known_zones() -> frozenset[str]:
    """The names of all time zones. To look them up reads some six hundred files."""
    return frozenset(zoneinfo.available_timezones())


def zone_words(zone: tzinfo, reader: tzinfo) -> str:
    """The name of a clock where it shows another time than the reader's; empty where it is the same."""
    if now_in(zone).utcoffset() == now_in(reader).utcoffset() or str(zone) == str(reader):
        return ""
    return str(zone).rpartition("/")[2].replace("_", " ")


def minutes_of(clock: time | datetime) -> int:
    return clock.hour * 60 + clock.minute


def clock_of(minutes: int) -> time:
    """The clock time so many minutes after midnight."""
    return time(minutes // 60, minutes % 60)


def clock_words(minutes: int) -> str:
    """The same as HH:MM; the end of the day is 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
