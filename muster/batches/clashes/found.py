"""What a timetable would double-book."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches import permissions
from muster.core.prepared import prepared_cursor
from muster.institutions.access import Actor
from muster.timetable.hours import COUNTS, WANTED, Hour, Timetable

# Whose session stands behind each row of `taken`; of a shared meeting the first batch by code, of a mentor and their
# student none.
SOURCE = """
JOIN timetable_classsession AS session ON session.id = taken.session_id
LEFT JOIN batches_batch AS batch ON batch.id = (
    SELECT other.id FROM batches_batchmeeting AS link JOIN batches_batch AS other ON other.id = link.batch_id
    WHERE link.meeting_id = session.meeting_id ORDER BY other.code LIMIT 1
)
"""
# What a clash is about: who or which room, and the batch that has the hour.
ABOUT = """
taken.instructor_id, coalesce(taken.instructor_id, taken.room_id), coalesce(person.full_name, room.name),
batch.id, batch.name, batch.code
"""
FROM = f"""
FROM taken
{SOURCE}
LEFT JOIN accounts_user AS person ON person.id = taken.instructor_id
LEFT JOIN institutions_room AS room ON room.id = taken.room_id
"""


@dataclass(frozen=True)
class Clash:
    """One asked hour against one booked slot or session: who or which room, where, and on which dates."""

    index: int
    asked: Hour
    kind: str
    who_id: UUID
    who: str
    # None where no batch meets; it is hidden then.
    batch_id: UUID | None
    batch_name: str
    batch_code: str
    booked: Hour
    on_dates: tuple[date, ...]
    hidden: bool = False

    @property
    def first(self) -> date:
        return self.on_dates[0]

    @property
    def last(self) -> date:
        return self.on_dates[-1]

    @property
    def dates(self) -> int:
        """How many dates are double-booked."""
        return len(self.on_dates)

    @property
    def sentence(self) -> str:
        """Who is busy where and when, in one sentence; without the batch for those who may not see it."""
        if self.hidden:
            hour = str(self.booked)
            if self.booked.on_date:
                hour = _("%(hour)s on %(day)s") % {"hour": hour, "day": date_format(self.booked.on_date, "j F Y")}
            return _("%(who)s is busy, %(hour)s.") % {"who": self.who, "hour": hour}
        when = ngettext("on %(first)s", "on %(count)d dates from %(first)s to %(last)s", self.dates) % {
            "count": self.dates,
            "first": date_format(self.first, "j F Y"),
            "last": date_format(self.last, "j F Y"),
        }
        verb = _("teaches") if self.kind == "instructor" else _("is booked by")
        return _("%(who)s %(verb)s %(batch)s (%(code)s), %(hour)s, %(when)s.") % {
            "who": self.who,
            "verb": verb,
            "batch": self.batch_name,
            "code": self.batch_code,
            "hour": self.booked,
            "when": when,
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "slot": self.index,
            "asked": self.asked.as_json(),
            "kind": self.kind,
            "who": {"_id": str(self.who_id), "name": self.who},
            "batch": None
            if self.hidden
            else {"_id": str(self.batch_id), "batch_name": self.batch_name, "batch_code": self.batch_code},
            "busy": self.booked.as_json(),
            "first_date": self.first.isoformat(),
            "last_date": self.last.isoformat(),
            "dates": self.dates,
            "message": self.sentence,
        }


CLASHES = f"""
{WANTED}, booked AS (
    SELECT instructor_id AS resource_id, booking.*
    FROM timetable_booking AS booking WHERE instructor_id = ANY (%(resources)s::uuid[])
    UNION ALL
    SELECT room_id, booking.* FROM timetable_booking AS booking WHERE room_id = ANY (%(resources)s::uuid[])
), met AS (
    SELECT wanted.index, wanted.on_date, booking.instructor_id, booking.room_id, booking.session_id
    FROM wanted
    JOIN booked AS booking
        ON booking.resource_id = wanted.resource_id AND booking.on_date = wanted.booked_on
        AND booking.period && wanted.period
    WHERE booking.institution_id = %(institution)s AND {COUNTS}
), taken AS MATERIALIZED (
    -- Those that go with the week are told of once, by its slot.
    SELECT met.index, met.instructor_id, met.room_id, (array_agg(met.session_id))[1] AS session_id,
           bool_or(session.is_edited) AS is_edited,
           array_agg(DISTINCT met.on_date ORDER BY met.on_date) AS on_dates
    FROM met JOIN timetable_classsession AS session ON session.id = met.session_id
    GROUP BY 1, 2, 3, CASE WHEN session.is_edited OR session.slot_id IS NULL THEN session.id ELSE session.slot_id END,
             session.start_time, session.end_time, extract(isodow FROM session.date)
)
SELECT {ABOUT}, taken.index, taken.on_dates,
       extract(isodow FROM session.date)::integer, session.start_time, session.end_time,
       CASE WHEN taken.is_edited THEN session.date END
{FROM}
ORDER BY taken.index, taken.instructor_id NULLS LAST, taken.on_dates[1], session.start_time
"""  # noqa: S608 - constants alone


def clashes_of(timetable: Timetable, *, seen_by: Actor) -> list[Clash]:
    """Everything that the timetable would double-book, in one query and one more when something is found.

    Batches that `seen_by` may not see are hidden in the sentences.
    """
    rows = [
        (index, hour, resource)
        for index, hour in enumerate(timetable.hours)
        for resource in (*hour.instructor_ids, *((hour.room_id,) if hour.room_id else ()))
    ]
    if not rows:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(CLASHES, timetable.asked(rows))
        found = cursor.fetchall()
    return _clashes(
        [
            (about, index, timetable.hours[index], Hour(weekday, start, end, on_date=day), on_dates)
            for *about, index, on_dates, weekday, start, end, day in found
        ],
        seen_by,
    )


def _clashes(found: Sequence[tuple[Any, int, Hour, Hour, Sequence[date]]], seen_by: Actor) -> list[Clash]:
    """Rows of `ABOUT`, the index, the asked and the booked hour and the dates, as clashes. One statement at most."""
    visible = visible_among({about[3] for about, *_rest in found}, seen_by) if found else set()
    return [
        Clash(
            index=index,
            asked=asked,
            kind="instructor" if instructor_id else "room",
            who_id=who_id,
            who=who,
            batch_id=batch_id,
            batch_name=batch_name,
            batch_code=batch_code,
            booked=booked,
            on_dates=tuple(on_dates),
            hidden=batch_id not in visible,
        )
        for (instructor_id, who_id, who, batch_id, batch_name, batch_code), index, asked, booked, on_dates in found
    ]


def visible_among(batch_ids: Collection[UUID | None], actor: Actor) -> set[UUID]:
    """Those of the batches that the actor may see. Administrators see all that book: deleted batches do not."""
    known = {pk for pk in batch_ids if pk}
    if actor.is_admin or not known:
        return known
    return set(permissions.batches.rows(actor).filter(pk__in=known).values_list("pk", flat=True))


CROSSED = f"""
WITH taken AS MATERIALIZED (
    SELECT other.instructor_id, other.room_id, other.session_id, asked.on_date,
           (lower(asked.period) AT TIME ZONE meeting.time_zone)::time AS start_time,
           (upper(asked.period) AT TIME ZONE meeting.time_zone)::time AS end_time
    FROM timetable_booking AS asked
    JOIN timetable_meeting AS meeting ON meeting.id = asked.meeting_id
    JOIN timetable_booking AS other ON other.id < asked.id AND other.period && asked.period
        AND other.institution_id = asked.institution_id
        AND (other.instructor_id = asked.instructor_id OR other.room_id = asked.room_id)
    WHERE asked.institution_id = %s AND asked.on_date BETWEEN %s AND %s
)
SELECT {ABOUT}, taken.on_date, taken.start_time, taken.end_time, session.date, session.start_time, session.end_time
{FROM}
ORDER BY taken.on_date, taken.start_time, coalesce(person.full_name, room.name)
"""  # noqa: S608 - constants alone


def crossed_bookings(seen_by: Actor, first: date, last: date) -> list[Clash]:
    """Who or what is booked twice from the first to the last day, while the constraints are deferred; the bookings made
    last are those that ask."""
    with connection.cursor() as cursor:
        cursor.execute(CROSSED, [seen_by.institution.pk, first, last])
        found = cursor.fetchall()
    return _clashes(
        [
            (about, index, Hour.dated(on_date, start, end), Hour.dated(day, since, until), [day])
            for index, (*about, on_date, start, end, day, since, until) in enumerate(found)
        ],
        seen_by,
    )
