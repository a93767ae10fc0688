"""Local times as moments. The database says the same (`sql/clock.sql`)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment of a local time, by the clock of the zone.

    One that the clocks skip is moved forward by the gap; of one that comes twice the first counts, as in calendar files
    (RFC 5545, 3.3.5).
    """
    # Python reads a skipped time by the clock before the change, which is the same moment.
    return datetime.combine(day, clock, zone).astimezone(UTC).astimezone(zone)


def moments(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when something lasts. Where its beginning is skipped, the whole of it moves and keeps its length."""
    starts = moment(day, start, zone)
    if starts.replace(tzinfo=None) != datetime.combine(day, start):
        length = datetime.combine(day, end) - datetime.combine(day, start)
        return starts, (starts.astimezone(UTC) + length).astimezone(zone)
    return starts, moment(day, end, zone)
