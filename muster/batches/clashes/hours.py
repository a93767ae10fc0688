"""Hours of the week, and a timetable as a question about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from muster.batches.models import Weekday

DAY_NAMES = {1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday", 7: "Sunday"}


@dataclass(frozen=True)
class Hour:
    """A weekly meeting time, with the people and the room that it would take."""

    weekday: int
    start: time
    end: time
    room_id: UUID | None = None
    instructor_ids: tuple[UUID, ...] = ()

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return minutes_of(self.end) - minutes_of(self.start)

    def overlaps(self, other: Hour) -> bool:
        """Whether both meet on the same weekday at overlapping times; touching is not overlapping."""
        return self.weekday == other.weekday and self.start < other.end and other.start < self.end

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
        }


@dataclass(frozen=True)
class Timetable:
    """What is asked for: hours over a range of dates, in a time zone, not counting what some batches book already."""

    institution_id: UUID
    zone: str
    start_date: date
    end_date: date
    hours: Sequence[Hour]
    ignored_slots: Collection[UUID] = field(default_factory=tuple)

    @property
    def instructor_ids(self) -> set[UUID]:
        return {person for hour in self.hours for person in hour.instructor_ids}

    @property
    def room_ids(self) -> set[UUID]:
        return {hour.room_id for hour in self.hours if hour.room_id}

    def asked(self, rows: Sequence[tuple[int, Hour, UUID | None]]) -> dict[str, Any]:
        """The parameters of `WANTED`: rows of the hour's index, the hour, and who or which room is asked about."""
        return {
            "indexes": [index for index, _hour, _resource in rows],
            "weekdays": [hour.weekday for _index, hour, _resource in rows],
            "starts": [hour.start for _index, hour, _resource in rows],
            "ends": [hour.end for _index, hour, _resource in rows],
            "resources": [resource for _index, _hour, resource in rows],
            "zone": self.zone,
            "start": self.start_date,
            "end": self.end_date,
            "institution": self.institution_id,
            "ignored": list(self.ignored_slots),
        }


# Every date and moment at which the asked hours would be held. Each stands there for three dates of bookings: a class
# near midnight may lie on another date in another zone. Materialized, or the periods are worked out for every pair.
WANTED = """
WITH asked AS (
    SELECT * FROM unnest(
        %(indexes)s::integer[], %(weekdays)s::integer[], %(starts)s::time[], %(ends)s::time[], %(resources)s::uuid[]
    ) AS given(index, weekday, start_time, end_time, resource_id)
), held AS MATERIALIZED (
    SELECT asked.index, asked.resource_id, first_day + 7 * week AS on_date,
           tstzrange((first_day + 7 * week + start_time) AT TIME ZONE %(zone)s,
                     (first_day + 7 * week + end_time) AT TIME ZONE %(zone)s, '[)') AS period
    FROM asked
    CROSS JOIN LATERAL (
        SELECT %(start)s::date + (weekday - extract(isodow FROM %(start)s::date)::integer + 7) %% 7 AS first_day
    ) AS start
    CROSS JOIN LATERAL generate_series(0, (%(end)s::date - first_day) / 7) AS week
    WHERE first_day <= %(end)s::date
), wanted AS MATERIALIZED (
    SELECT held.*, on_date + around AS booked_on FROM held CROSS JOIN generate_series(-1, 1) AS around
)
"""

# The batch of a slot; of a shared meeting the first by code.
BATCH_OF_SLOT = """
JOIN batches_batch AS batch ON batch.id = coalesce(slot.batch_id, (
    SELECT other.id FROM batches_meetingmember AS member JOIN batches_batch AS other ON other.id = member.batch_id
    WHERE member.shared_meeting_id = slot.shared_meeting_id ORDER BY other.code LIMIT 1
))
"""


def minutes_of(clock: time) -> int:
    """Minutes since midnight."""
    return clock.hour * 60 + clock.minute


def clock_of(minutes: int) -> time:
    """The clock time so many minutes after midnight."""
    return time(minutes // 60, minutes % 60)
