"""What a timetable would clash with, and what is free instead. Reads only; the exclusion constraints have the last word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.batches import permissions
from muster.batches.models import Batch, InstructorAssignment, Weekday
from muster.courses.models import Course
from muster.institutions.access import Actor
from muster.institutions.models import Membership, Role

DAY_BEGINS, DAY_ENDS, STEP = 7 * 60, 22 * 60, 30


@dataclass(frozen=True)
class Hour:
    """A weekly meeting time, with the people and the room that it would take."""

    weekday: int
    start: time
    end: time
    room_id: UUID | None = None
    instructor_ids: tuple[UUID, ...] = ()

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


DAY_NAMES = {1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday", 7: "Sunday"}


@dataclass(frozen=True)
class Clash:
    """One asked hour against one booked slot: who or which room, where, and on how many dates."""

    index: int
    asked: Hour
    kind: str
    who_id: UUID
    who: str
    batch_id: UUID
    batch_name: str
    batch_code: str
    booked: Hour
    first: date
    last: date
    dates: int
    hidden: bool = False

    @property
    def sentence(self) -> str:
        """Who is busy where and when, in one sentence; without the batch for those who may not see it."""
        if self.hidden:
            return _("%(who)s is busy, %(hour)s.") % {"who": self.who, "hour": self.booked}
        when = ngettext("on %(first)s", "on %(count)d dates from %(first)s to %(last)s", self.dates) % {
            "count": self.dates,
            "first": date_format(self.first, "j F Y"),
            "last": date_format(self.last, "j F Y"),
        }
        verb = _("teaches") if self.kind == "instructor" else _("is taken by")
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


@dataclass(frozen=True)
class FreeInstructor:
    """Somebody who is free at all the asked hours, and why they fit."""

    id: UUID
    name: str
    email: str
    active_batches: int
    limit: int
    has_taught: bool

    @property
    def reason(self) -> str:
        """In words: load, and whether they know the course."""
        load = _("%(active)d of %(limit)d batches") % {"active": self.active_batches, "limit": self.limit}
        return _("has taught this course, %(load)s") % {"load": load} if self.has_taught else load

    def as_json(self) -> dict[str, Any]:
        return {"_id": str(self.id), "full_name": self.name, "email": self.email, "reason": self.reason}


@dataclass(frozen=True)
class Alternatives:
    """The ways out of a conflict: other times for the same people and room, other people for the same times."""

    times: Sequence[tuple[int, Hour]] = ()
    instructors: Sequence[FreeInstructor] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "times": [{"slot": index, **hour.as_json()} for index, hour in self.times],
            "instructors": [person.as_json() for person in self.instructors],
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


CLASHES = """
WITH asked AS (
    SELECT * FROM unnest(
        %(indexes)s::integer[], %(weekdays)s::integer[], %(starts)s::time[], %(ends)s::time[], %(resources)s::uuid[]
    ) AS given(index, weekday, start_time, end_time, resource_id)
), wanted AS (
    SELECT asked.index, asked.resource_id, first_day + 7 * week AS on_date,
           tstzrange((first_day + 7 * week + start_time) AT TIME ZONE %(zone)s,
                     (first_day + 7 * week + end_time) AT TIME ZONE %(zone)s, '[)') AS period
    FROM asked
    CROSS JOIN LATERAL (
        SELECT %(start)s::date + (weekday - extract(isodow FROM %(start)s::date)::integer + 7) %% 7 AS first_day
    ) AS start
    CROSS JOIN LATERAL generate_series(0, (%(end)s::date - first_day) / 7) AS week
    WHERE first_day <= %(end)s::date
), clash AS (
    SELECT wanted.index, booking.instructor_id, booking.room_id, booking.slot_id,
           min(wanted.on_date) AS first, max(wanted.on_date) AS last, count(DISTINCT wanted.on_date) AS dates
    FROM wanted
    JOIN batches_booking AS booking
        ON (booking.instructor_id = wanted.resource_id OR booking.room_id = wanted.resource_id)
        AND booking.institution_id = %(institution)s
        -- A day around: bookings are found by their date, and a class near midnight may lie on another in UTC.
        AND booking.on_date BETWEEN wanted.on_date - 1 AND wanted.on_date + 1
        AND booking.period && wanted.period
    WHERE booking.slot_id <> ALL (%(ignored)s::uuid[])
    GROUP BY 1, 2, 3, 4
)
SELECT clash.index, clash.first, clash.last, clash.dates,
       clash.instructor_id, person.full_name, clash.room_id, room.name,
       slot.weekday, slot.start_time, slot.end_time, batch.id, batch.name, batch.code
FROM clash
JOIN batches_scheduleslot AS slot ON slot.id = clash.slot_id
LEFT JOIN accounts_user AS person ON person.id = clash.instructor_id
LEFT JOIN institutions_room AS room ON room.id = clash.room_id
CROSS JOIN LATERAL (
    SELECT id, name, code FROM batches_batch
    WHERE id = slot.batch_id
    OR id IN (SELECT batch_id FROM batches_meetingmember WHERE shared_meeting_id = slot.shared_meeting_id)
    ORDER BY code LIMIT 1
) AS batch
ORDER BY clash.index, clash.instructor_id NULLS LAST, clash.first, slot.start_time
"""


def clashes_of(timetable: Timetable, *, seen_by: Actor) -> list[Clash]:
    """Everything that the timetable would double-book, in one query and one more when something is found.

    Batches that `seen_by` may not see are hidden in the sentences.
    """
    rows = _asked_rows(timetable)
    if not rows:
        return []
    weekdays, starts, ends, indexes, resources = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            CLASHES,
            {
                "weekdays": list(weekdays),
                "starts": list(starts),
                "ends": list(ends),
                "indexes": list(indexes),
                "resources": list(resources),
                "zone": timetable.zone,
                "start": timetable.start_date,
                "end": timetable.end_date,
                "institution": timetable.institution_id,
                "ignored": list(timetable.ignored_slots),
            },
        )
        found = cursor.fetchall()
    if not found:
        return []
    visible = set(
        permissions.batches.rows(seen_by).filter(pk__in={row[11] for row in found}).values_list("pk", flat=True)
    )
    return [
        Clash(
            index=index,
            asked=timetable.hours[index],
            kind="instructor" if instructor_id else "room",
            who_id=instructor_id or room_id,
            who=instructor or room,
            batch_id=batch_id,
            batch_name=batch_name,
            batch_code=batch_code,
            booked=Hour(weekday, start, end),
            first=first,
            last=last,
            dates=dates,
            hidden=batch_id not in visible,
        )
        for (
            index, first, last, dates, instructor_id, instructor, room_id, room,
            weekday, start, end, batch_id, batch_name, batch_code,
        ) in found
    ]  # fmt: skip


def _asked_rows(timetable: Timetable) -> list[tuple[int, time, time, int, UUID]]:
    return [
        (hour.weekday, hour.start, hour.end, index, resource)
        for index, hour in enumerate(timetable.hours)
        for resource in (*hour.instructor_ids, *((hour.room_id,) if hour.room_id else ()))
    ]


def alternatives_to(
    timetable: Timetable, clashes: Sequence[Clash], *, seen_by: Actor, course: Course | None = None
) -> Alternatives:
    """The nearest free times for the people and rooms of the clashing hours, and the instructors free at all hours."""
    if not clashes:
        return Alternatives()
    by_index: dict[int, Hour] = {clash.index: clash.asked for clash in clashes}
    busy = busy_hours(
        timetable, {*(person for hour in by_index.values() for person in hour.instructor_ids)}, timetable.room_ids
    )
    times = [
        (index, free)
        for index, hour in by_index.items()
        for free in _free_times(hour, busy, [other for n, other in enumerate(timetable.hours) if n != index])
    ]
    instructors = (
        free_instructors(timetable, seen_by=seen_by, course=course)
        if any(clash.kind == "instructor" for clash in clashes)
        else []
    )
    return Alternatives(times, instructors)


BUSY = """
SELECT DISTINCT booking.instructor_id, booking.room_id, extract(isodow FROM booking.on_date)::integer,
       (lower(booking.period) AT TIME ZONE %(zone)s)::time, (upper(booking.period) AT TIME ZONE %(zone)s)::time,
       slot.batch_id, slot.shared_meeting_id
FROM batches_booking AS booking
JOIN batches_scheduleslot AS slot ON slot.id = booking.slot_id
WHERE (booking.instructor_id = ANY (%(people)s::uuid[]) OR booking.room_id = ANY (%(rooms)s::uuid[]))
AND booking.institution_id = %(institution)s
AND booking.on_date BETWEEN %(start)s AND %(end)s
AND booking.slot_id <> ALL (%(ignored)s::uuid[])
ORDER BY 3, 4
"""


def busy_hours(timetable: Timetable, people: Iterable[UUID], rooms: Iterable[UUID]) -> list[tuple[UUID, Hour]]:
    """The weekly hours at which each person or room is taken at least once within the timetable's dates."""
    with connection.cursor() as cursor:
        cursor.execute(
            BUSY,
            {
                "zone": timetable.zone,
                "people": list(people),
                "rooms": list(rooms),
                "institution": timetable.institution_id,
                "start": timetable.start_date,
                "end": timetable.end_date,
                "ignored": list(timetable.ignored_slots),
            },
        )
        return [(row[0] or row[1], Hour(row[2], row[3], row[4])) for row in cursor.fetchall()]


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _free_times(asked: Hour, busy: Sequence[tuple[UUID, Hour]], others: Sequence[Hour], *, most: int = 4) -> list[Hour]:
    """The nearest free times: on the same day first, nearest clock first, then the same time on the nearest days."""
    taken = [hour for who, hour in busy if who in (*asked.instructor_ids, asked.room_id)] + list(others)
    start, length = _minutes(asked.start), _minutes(asked.end) - _minutes(asked.start)

    def free(weekday: int, begins: int) -> Hour | None:
        if begins < DAY_BEGINS or begins + length > DAY_ENDS:
            return None
        hour = Hour(weekday, _clock(begins), _clock(begins + length), asked.room_id, asked.instructor_ids)
        return None if any(hour.overlaps(other) for other in taken) else hour

    same_day = [
        hour
        for distance in range(STEP, DAY_ENDS, STEP)
        for begins in (start - distance, start + distance)
        if (hour := free(asked.weekday, begins))
    ]
    other_days = [
        hour
        for distance in range(1, 7)
        for weekday in (asked.weekday - distance, asked.weekday + distance)
        # Weekends are offered only to who asked for one.
        if 1 <= weekday <= max(5, asked.weekday) and (hour := free(weekday, start))
    ]
    return [*same_day[:2], *other_days][:most] if other_days else same_day[:most]


def free_instructors(
    timetable: Timetable, *, seen_by: Actor, course: Course | None = None, most: int = 5
) -> list[FreeInstructor]:
    """Instructors without any booking at the asked hours: those who taught the course first, then the least busy."""
    limit = seen_by.institution.max_active_batches
    teaches = Membership.objects.filter(
        user=OuterRef("pk"), institution_id=timetable.institution_id, role=Role.INSTRUCTOR
    )
    people = User.objects.filter(
        Exists(teaches),
        is_active=True,
        affiliations__institution_id=timetable.institution_id,
        affiliations__is_active=True,
    ).exclude(pk__in=timetable.instructor_ids)
    candidates = list(people.values_list("pk", "full_name", "email"))
    busy = {
        who
        for who, hour in busy_hours(timetable, [pk for pk, *_rest in candidates], ())
        if any(hour.overlaps(asked) for asked in timetable.hours)
    }
    load = batch_load(timetable.institution_id)
    taught = (
        set(InstructorAssignment.objects.filter(batch__course=course).values_list("instructor_id", flat=True))
        if course
        else set()
    )
    free = [
        FreeInstructor(pk, name, email, load.get(pk, 0), limit, pk in taught)
        for pk, name, email in candidates
        if pk not in busy
    ]
    free.sort(
        key=lambda person: (person.active_batches >= limit, not person.has_taught, person.active_batches, person.name)
    )
    return free[:most]


def batch_load(institution_id: UUID) -> Mapping[UUID, int]:
    """How many batches, Upcoming or Active, each instructor of the institution is assigned to now or later."""
    rows = (
        InstructorAssignment.objects.filter(
            institution_id=institution_id,
            batch__in=Batch.objects.booking().filter(institution_id=institution_id),
        )
        .exclude(until_date__lt=Now())
        .values("instructor_id")
        .annotate(batches=Count("batch_id", distinct=True))
    )
    return {row["instructor_id"]: row["batches"] for row in rows}
