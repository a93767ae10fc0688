"""Hours of the week or of one date, and a timetable as a question about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from muster.core.clocks import minutes_of
from muster.core.weekdays import Weekday

DAY_NAMES = {1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday", 7: "Sunday"}


@dataclass(frozen=True)
class Hour:
    """A weekly meeting time, or one on a date alone, with the people and the room that it would take."""

    weekday: int
    start: time
    end: time
    room_id: UUID | None = None
    instructor_ids: tuple[UUID, ...] = ()
    # The only date of a dated hour.
    on_date: date | None = None
    # Dates on which a weekly hour is not held: sessions edited by hand stand for them.
    skipped: tuple[date, ...] = ()

    @classmethod
    def dated(
        cls, on_date: date, start: time, end: time, room_id: UUID | None = None, instructor_ids: tuple[UUID, ...] = ()
    ) -> Hour:
        """An hour of one date."""
        return cls(on_date.isoweekday(), start, end, room_id, instructor_ids, on_date)

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return minutes_of(self.end) - minutes_of(self.start)

    def overlaps(self, other: Hour) -> bool:
        """Whether both meet on the same weekday or date at overlapping times; touching is not overlapping."""
        if self.weekday != other.weekday or not (self.start < other.end and other.start < self.end):
            return False
        if self.on_date and other.on_date:
            return self.on_date == other.on_date
        return self.on_date not in other.skipped if self.on_date else other.on_date not in self.skipped

    def __str__(self) -> str:
        return _("%(day)s %(start)s to %(end)s") % {
            "day": Weekday(self.weekday).label,
            "start": f"{self.start:%H:%M}",
            "end": f"{self.end:%H:%M}",
        }

    def as_json(self) -> dict[str, str]:
        return {
            "day": DAY_NAMES[self.weekday],
            "start_time": f"{self.start:%H:%M}",
            "end_time": f"{self.end:%H:%M}",
            **({"date": self.on_date.isoformat()} if self.on_date else {}),
        }


@dataclass(frozen=True)
class Timetable:
    """What is asked for: hours over a range of dates, in a time zone, not counting what some meetings book already.

    Weekly hours are not held on the holidays of the institution and of the branch. `ignored` are meetings and sessions
    whose bookings do not count.
    """

    institution_id: UUID
    zone: str
    start_date: date
    end_date: date
    hours: Sequence[Hour]
    ignored: Collection[UUID] = field(default_factory=tuple)
    branch_id: UUID | None = None

    @property
    def instructor_ids(self) -> set[UUID]:
        return {person for hour in self.hours for person in hour.instructor_ids}

    @property
    def room_ids(self) -> set[UUID]:
        return {hour.room_id for hour in self.hours if hour.room_id}

    def asked(self, rows: Sequence[tuple[int, Hour, UUID | None]]) -> dict[str, Any]:
        """The parameters of `WANTED`: rows of the hour's index, the hour, and who or which room is asked about."""
        dates = [hour.on_date for hour in self.hours if hour.on_date]
        skipped = [(index, day) for index, hour in enumerate(self.hours) for day in hour.skipped]
        return {
            "dates": [hour.on_date for _index, hour, _resource in rows],
            "skipped_indexes": [index for index, _day in skipped],
            "skipped_dates": [day for _index, day in skipped],
            # Between which dates bookings can be in the way at all.
            "first": shift_date(min([self.start_date, *dates]), -1),
            "last": shift_date(max([self.end_date, *dates]), 1),
            "indexes": [index for index, _hour, _resource in rows],
            "weekdays": [hour.weekday for _index, hour, _resource in rows],
            "starts": [hour.start for _index, hour, _resource in rows],
            "ends": [hour.end for _index, hour, _resource in rows],
            "resources": [resource for _index, _hour, resource in rows],
            "zone": self.zone,
            "start": self.start_date,
            "end": self.end_date,
            "institution": self.institution_id,
            "branch": self.branch_id,
            "ignored": list(self.ignored),
        }


# Every date and moment at which the asked hours would be held. Each stands there for three dates of bookings: a class
# near midnight may lie on another date in another zone. Materialized, or the periods are worked out for every pair.
WANTED = """
WITH asked AS (
    SELECT * FROM unnest(
        %(indexes)s::integer[], %(weekdays)s::integer[], %(starts)s::time[], %(ends)s::time[], %(resources)s::uuid[],
        %(dates)s::date[]
    ) AS given(index, weekday, start_time, end_time, resource_id, only_on)
), held AS MATERIALIZED (
    SELECT asked.index, asked.resource_id, day.on_date,
           muster_period(day.on_date, start_time, end_time, %(zone)s) AS period
    FROM asked
    CROSS JOIN LATERAL (
        SELECT only_on AS on_date WHERE only_on IS NOT NULL
        UNION ALL
        SELECT week.day FROM muster_week_days(weekday, %(start)s::date, %(end)s::date) AS week(day)
        WHERE only_on IS NULL AND NOT EXISTS (
            SELECT FROM muster_holidays(%(institution)s::uuid, %(branch)s::uuid) AS holiday
            WHERE week.day BETWEEN holiday.first_day AND holiday.last_day
        )
    ) AS day
    WHERE (asked.index, day.on_date) NOT IN (
        SELECT * FROM unnest(%(skipped_indexes)s::integer[], %(skipped_dates)s::date[])
    )
), wanted AS MATERIALIZED (
    SELECT held.*, on_date + around AS booked_on FROM held CROSS JOIN generate_series(-1, 1) AS around
)
"""

# Which bookings can be in the way.
COUNTS = """
booking.on_date BETWEEN %(first)s::date AND %(last)s::date
AND booking.meeting_id <> ALL (%(ignored)s::uuid[]) AND booking.session_id <> ALL (%(ignored)s::uuid[])
"""


def shift_date(day: date, days: int) -> date:
    """So many days later; the first or last day that there is where the calendar ends."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))
