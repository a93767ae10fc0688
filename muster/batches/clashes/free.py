"""The ways out of a conflict: free times, rooms, and whoever is free."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from muster.batches.clashes.found import SOURCE, Clash, visible_among
from muster.batches.clashes.people import (
    DAYS_AHEAD,
    DAYS_BACK,
    FreeInstructor,
    Search,
    StaffMember,
    first_free,
    replacements,
    search_for,
)
from muster.batches.warnings import covers
from muster.core.clocks import clock_of, minutes_of
from muster.core.prepared import prepared_cursor
from muster.courses.models import Course
from muster.institutions.access import Actor
from muster.institutions.models import Room
from muster.people.queries import TeachingProfile
from muster.timetable.hours import COUNTS, Hour, Timetable, shift_date
from muster.timetable.weeks import holidays_between

DAY_BEGINS, DAY_ENDS, STEP = 7 * 60, 22 * 60, 30
MOST_ROOMS = MOST_TIMES = 4


@dataclass(frozen=True)
class FreeRoom:
    """A room of the same branch that is free at the hour of a clash."""

    id: UUID
    name: str
    seats: int | None

    def as_json(self) -> dict[str, Any]:
        return {"_id": str(self.id), "name": self.name, "seats": self.seats}


@dataclass(frozen=True)
class Alternatives:
    """The ways out of a conflict: other times for the same people and room, or others for the same times."""

    times: Sequence[tuple[int, Hour]] = ()
    instructors: Sequence[FreeInstructor] = ()
    rooms: Sequence[tuple[int, FreeRoom]] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "times": [{"slot": index, **hour.as_json()} for index, hour in self.times],
            "instructors": [person.as_json() for person in self.instructors],
            "rooms": [{"slot": index, **room.as_json()} for index, room in self.rooms],
        }


def alternatives_to(
    timetable: Timetable,
    clashes: Sequence[Clash],
    *,
    seen_by: Actor,
    course: Course | None,
    staff: Mapping[UUID, StaffMember],
    busy: Sequence[BusyHour],
) -> Alternatives:
    """The nearest free times for the people and rooms of the clashing hours, and who and which rooms are free then.

    `staff` is everybody of `teaching_staff`, and `busy` the `busy_week` of all whom and what the timetable asks for.
    """
    asked = {clash.index: clash.asked for clash in clashes}
    said = {one.id: one.said for one in staff.values() if one.said}
    times = [
        (index, free)
        for index, hour in sorted(asked.items(), key=lambda pair: pair[1].on_date is None)
        for free in (
            _free_moments(timetable, hour, said)
            if hour.on_date
            else _free_times(hour, busy, [other for n, other in enumerate(timetable.hours) if n != index], said)
        )
    ]
    people_clash = any(clash.kind == "instructor" for clash in clashes)
    wanted = {clash.index: clash.who_id for clash in clashes if clash.kind == "room"}
    people = replacements(timetable, staff, actor=seen_by, course=course) if people_clash else {}
    rooms = _rooms_beside(timetable, wanted) if wanted else {}
    room_searches = [Search([index], list(beside), MOST_ROOMS) for index, beside in rooms.items()]
    instead, *places = first_free(timetable, [search_for(timetable, people), *room_searches])
    free_rooms = [
        (index, FreeRoom(pk, beside[pk].name, beside[pk].seats))
        for (index, beside), found in zip(rooms.items(), places, strict=True)
        for pk in found
    ]
    return Alternatives(times, [people[pk] for pk in instead], free_rooms)


@dataclass(frozen=True)
class BusyHour:
    """A weekly hour at which a person or a room is taken at least once within the dates asked about."""

    who_id: UUID
    hour: Hour
    # Empty where the batch is not to be seen.
    batch_code: str


BUSY = f"""
WITH taken AS MATERIALIZED (
    SELECT booking.instructor_id, booking.room_id, (array_agg(booking.session_id))[1] AS session_id,
           extract(isodow FROM booking.on_date)::integer AS weekday,
           (lower(booking.period) AT TIME ZONE %(zone)s)::time AS start_time,
           (upper(booking.period) AT TIME ZONE %(zone)s)::time AS end_time
    FROM timetable_booking AS booking
    WHERE (booking.instructor_id = ANY (%(people)s::uuid[]) OR booking.room_id = ANY (%(rooms)s::uuid[]))
    AND booking.institution_id = %(institution)s
    AND booking.on_date BETWEEN %(start)s AND %(end)s
    AND {COUNTS}
    GROUP BY booking.instructor_id, booking.room_id, booking.meeting_id, 4, 5, 6
)
SELECT taken.instructor_id, taken.room_id, taken.weekday, taken.start_time, taken.end_time, batch.id, batch.code
FROM taken
{SOURCE}
ORDER BY taken.weekday, taken.start_time, batch.code
"""  # noqa: S608 - constants alone


def busy_week(timetable: Timetable, people: Iterable[UUID], rooms: Iterable[UUID], *, seen_by: Actor) -> list[BusyHour]:
    """The weekly hours at which each person or room is taken at least once within the timetable's dates, with the batch
    where `seen_by` may see it."""
    asked = {**timetable.asked([]), "people": list(people), "rooms": list(rooms)}
    if not asked["people"] and not asked["rooms"]:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(BUSY, asked)
        rows = cursor.fetchall()
    visible = visible_among({row[5] for row in rows}, seen_by) if rows else set()
    return [
        BusyHour(row[0] or row[1], Hour(row[2], row[3], row[4]), row[6] if row[5] in visible else "") for row in rows
    ]


def _is_within_hours(hour: Hour, said: Mapping[UUID, TeachingProfile]) -> bool:
    """Whether the hour lies within the week of everybody who said when they can teach, and nobody is away then."""
    return all(
        (not one.windows or covers(one, hour))
        and not any(first <= hour.on_date <= last for first, last in one.times_off if hour.on_date)
        for person in hour.instructor_ids
        if (one := said.get(person))
    )


def _free_times(
    asked: Hour, busy: Sequence[BusyHour], others: Sequence[Hour], said: Mapping[UUID, TeachingProfile]
) -> list[Hour]:
    """The nearest free times: on the same day first, nearest clock first, then the same time on the nearest days.

    Times at which somebody cannot teach, as they said, are offered only where there are no others.
    """
    wished = _nearest_hours(asked, busy, others, lambda hour: _is_within_hours(hour, said))
    return wished or _nearest_hours(asked, busy, others, lambda hour: True)


def _nearest_hours(
    asked: Hour, busy: Sequence[BusyHour], others: Sequence[Hour], suits: Callable[[Hour], bool]
) -> list[Hour]:
    theirs = {*asked.instructor_ids, asked.room_id}
    taken = [one.hour for one in busy if one.who_id in theirs] + list(others)
    on_day = {weekday: [hour for hour in taken if hour.weekday == weekday] for weekday in range(1, 8)}
    start, length = minutes_of(asked.start), asked.minutes

    def free(weekday: int, begins: int) -> Hour | None:
        if begins < DAY_BEGINS or begins + length > DAY_ENDS:
            return None
        hour = Hour(weekday, clock_of(begins), clock_of(begins + length), asked.room_id, asked.instructor_ids)
        return None if any(hour.overlaps(other) for other in on_day[weekday]) or not suits(hour) else hour

    distances = range(STEP, DAY_ENDS, STEP)
    earlier = [hour for distance in distances if (hour := free(asked.weekday, start - distance))]
    later = [hour for distance in distances if (hour := free(asked.weekday, start + distance))]

    def far(hour: Hour) -> int:
        return abs(minutes_of(hour.start) - start)

    # The nearest before and the nearest after, rather than two that hardly differ.
    same_day = sorted([*earlier[:1], *later[:1]], key=far) + sorted([*earlier[1:], *later[1:]], key=far)
    other_days = [
        hour
        for distance in range(1, 7)
        for weekday in (asked.weekday - distance, asked.weekday + distance)
        # Weekends are offered only to who asked for one.
        if 1 <= weekday <= max(5, asked.weekday) and (hour := free(weekday, start))
    ]
    return [*same_day[:2], *other_days][:MOST_TIMES] if other_days else same_day[:MOST_TIMES]


MOMENTS = f"""
SELECT booking.on_date, lower(booking.period) AT TIME ZONE %(zone)s, upper(booking.period) AT TIME ZONE %(zone)s
FROM timetable_booking AS booking
WHERE (booking.instructor_id = ANY (%(people)s::uuid[]) OR booking.room_id = ANY (%(rooms)s::uuid[]))
AND booking.institution_id = %(institution)s AND {COUNTS}
"""  # noqa: S608 - constants alone


def _free_moments(timetable: Timetable, asked: Hour, said: Mapping[UUID, TeachingProfile]) -> list[Hour]:
    """The nearest free times for an hour of one date: on that date first, then the same time on the dates around.

    Times at which somebody cannot teach, as they said, are offered only where there are no others.
    """
    day = asked.on_date
    assert day is not None  # noqa: S101
    first_day, last_day = shift_date(day, -DAYS_BACK), shift_date(day, DAYS_AHEAD)
    around = replace(timetable, start_date=first_day, end_date=last_day, hours=())
    rooms = [asked.room_id] if asked.room_id else []
    with connection.cursor() as cursor:
        cursor.execute(MOMENTS, {**around.asked([]), "people": list(asked.instructor_ids), "rooms": rooms})
        busy = [(starts, ends) for _day, starts, ends in cursor.fetchall()]
    others = [hour for hour in timetable.hours if hour is not asked and not (hour.on_date and hour.on_date != day)]
    holidays = holidays_between(timetable.institution_id, timetable.branch_id, first_day, last_day)
    now = timezone.localtime(timezone=ZoneInfo(timetable.zone)).replace(tzinfo=None)
    begins = minutes_of(asked.start)

    def free(on: date, start: int) -> Hour | None:
        if start < DAY_BEGINS or start + asked.minutes > DAY_ENDS:
            return None
        hour = Hour.dated(on, clock_of(start), clock_of(start + asked.minutes), asked.room_id, asked.instructor_ids)
        first, last = datetime.combine(on, hour.start), datetime.combine(on, hour.end)
        # What lies ahead is not moved into the past.
        if first < now <= datetime.combine(day, asked.start):
            return None
        if any(starts < last and first < ends for starts, ends in busy) or any(hour.overlaps(one) for one in others):
            return None
        # Who meets on a holiday all the same stays on it.
        return None if on != day and any(one.start_date <= on <= one.end_date for one in holidays) else hour

    steps = range(STEP, DAY_ENDS, STEP)
    earlier = [hour for step in steps if (hour := free(day, begins - step))]
    later = [hour for step in steps if (hour := free(day, begins + step))]
    days = sorted(
        {shift_date(day, step) for step in range(-DAYS_BACK, DAYS_AHEAD + 1)} - {day},
        key=lambda other: (abs((other - day).days), other),
    )
    # Weekends are offered only to who asked for one.
    other_days = [
        hour for other in days if other.isoweekday() <= max(5, asked.weekday) and (hour := free(other, begins))
    ]

    def nearest(suits: Callable[[Hour], bool]) -> list[Hour]:
        same_day = [*list(filter(suits, earlier))[:1], *list(filter(suits, later))[:1]]
        same_day.sort(key=lambda hour: abs(minutes_of(hour.start) - begins))
        return [*same_day, *filter(suits, other_days)][:MOST_TIMES]

    return nearest(lambda hour: _is_within_hours(hour, said)) or nearest(lambda hour: True)


def _rooms_beside(timetable: Timetable, wanted: Mapping[int, UUID]) -> dict[int, dict[UUID, Room]]:
    """For each hour, by index, the active rooms of the same branch instead of the room that is wanted. One statement.

    Rooms that seat as many come first, the smallest of them before the larger.
    """
    beside = Room.objects.filter(
        institution_id=timetable.institution_id,
        branch__in=Room.objects.filter(pk__in=wanted.values()).values("branch_id"),
    )
    rooms = {room.pk: room for room in beside}
    fitting: dict[int, dict[UUID, Room]] = {}
    for index, pk in wanted.items():
        if (room := rooms.get(pk)) is None:
            continue
        hour = timetable.hours[index]
        own = {other.room_id for n, other in enumerate(timetable.hours) if n != index and other.overlaps(hour)}
        candidates = [
            other
            for other in rooms.values()
            if other.is_active and other.branch_id == room.branch_id and other.pk not in own | {pk}
        ]
        fitting[index] = {other.pk: other for other in sorted(candidates, key=partial(_fit, room.seats or 0))}
    return fitting


def _fit(needed: int, room: Room) -> tuple[bool, int, str]:
    seats = room.seats or 0
    return seats < needed, abs(seats - needed), room.name
