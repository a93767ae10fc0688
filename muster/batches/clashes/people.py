"""Who is free at asked hours, and why they fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from muster.batches.warnings import SoftWarning, limit_of, warnings_of
from muster.core.prepared import prepared_cursor
from muster.core.search import plain
from muster.courses.models import Course
from muster.institutions.access import Actor
from muster.people.queries import TEACHING, TEACHING_COLUMNS, TeachingProfile
from muster.timetable.hours import COUNTS, WANTED, Timetable, shift_date
from muster.timetable.weeks import HolidayCalendar

T = TypeVar("T")
# The level in what a course asks for that teaching it once is worth.
TAUGHT_LEVEL = 3
MOST_PEOPLE = 5


@dataclass(frozen=True)
class StaffMember:
    """An active instructor, or somebody asked about: what they carry already, and what they said about teaching."""

    id: UUID
    name: str
    email: str
    # The batches that they have now or later, and how many of the course they have or had.
    batches: int
    taught: int
    # Whether they are an active instructor.
    teaches: bool
    # None where they said nothing.
    said: TeachingProfile | None


@dataclass(frozen=True)
class FreeInstructor:
    """Somebody who is free at all the asked hours, and why they fit."""

    id: UUID
    name: str
    email: str
    active_batches: int
    limit: int
    # How many batches of the course.
    taught: int
    # What speaks against them, in words: hours, days away, skills.
    against: tuple[str, ...] = ()
    # How well they master what the course asks for, from 0 (nothing named) to 5.
    level: float = 0
    # None where they said nothing about teaching.
    said: TeachingProfile | None = None

    @property
    def has_taught(self) -> bool:
        return self.taught > 0

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against them, their workload neither."""
        return self.active_batches < self.limit and not self.against

    @property
    def place(self) -> tuple[bool, bool, float, bool, int, str]:
        """Where they stand among others: those against whom nothing speaks, who know the course best, the least busy.

        Who has taught it knows it, whatever the profile names.
        """
        over = self.active_batches >= self.limit
        knows = max(self.level, TAUGHT_LEVEL if self.has_taught else 0)
        return over, bool(self.against), -knows, not self.has_taught, self.active_batches, plain(self.name)

    @property
    def reason(self) -> str:
        """In words: whether they know the course, load, and what speaks against them."""
        words = [_("has taught this course")] if self.has_taught else []
        if self.level:
            words.append(_("skills %(level)s out of 5") % {"level": f"{self.level:.1f}".removesuffix(".0")})
        words.append(_("%(active)d of %(limit)d batches") % {"active": self.active_batches, "limit": self.limit})
        return ", ".join([*words, *dict.fromkeys(self.against)])

    def as_json(self) -> dict[str, Any]:
        return {"_id": str(self.id), "full_name": self.name, "email": self.email, "reason": self.reason}


TAKEN = f"""
{WANTED}
SELECT DISTINCT wanted.index, booking.instructor_id, booking.room_id
FROM wanted
JOIN timetable_booking AS booking ON booking.on_date = wanted.booked_on AND booking.period && wanted.period
WHERE (booking.instructor_id = ANY (%(people)s::uuid[]) OR booking.room_id = ANY (%(rooms)s::uuid[]))
AND booking.institution_id = %(institution)s
AND {COUNTS}
"""  # noqa: S608 - constants alone


def taken_at(
    timetable: Timetable, indexes: Iterable[int], *, people: Collection[UUID] = (), rooms: Collection[UUID] = ()
) -> set[tuple[int, UUID]]:
    """At which of the timetable's hours, by index, which of these people or rooms are taken."""
    rows = [(index, timetable.hours[index], None) for index in indexes]
    if not rows or not (people or rooms):
        return set()
    with prepared_cursor() as cursor:
        cursor.execute(TAKEN, {**timetable.asked(rows), "people": list(people), "rooms": list(rooms)})
        return {(index, instructor or room) for index, instructor, room in cursor.fetchall()}


@dataclass(frozen=True)
class Search:
    """Who, or which rooms, come into question at some of the timetable's hours, the best first."""

    indexes: Collection[int]
    candidates: Sequence[UUID]
    most: int


def first_free(timetable: Timetable, searches: Sequence[Search]) -> list[list[UUID]]:
    """Of each search the first that are free at all its hours. All ask at once, and those that found too little again.

    Mostly the first few candidates are enough, and asking about all of them is slow.
    """
    found: list[list[UUID]] = [[] for _search in searches]
    left = [portions(search.candidates) for search in searches]
    while asked := {
        number: portion
        for number, search in enumerate(searches)
        if len(found[number]) < search.most and (portion := next(left[number], None))
    }:
        resources = {one for portion in asked.values() for one in portion}
        indexes = {index for number in asked for index in searches[number].indexes}
        taken = taken_at(timetable, indexes, people=resources, rooms=resources)
        for number, portion in asked.items():
            at = searches[number].indexes
            found[number] += [one for one in portion if not any((index, one) in taken for index in at)]
    return [those[: search.most] for those, search in zip(found, searches, strict=True)]


def replacements(
    timetable: Timetable, staff: Mapping[UUID, StaffMember], *, actor: Actor, course: Course | None
) -> dict[UUID, FreeInstructor]:
    """Active instructors who hold none of the hours already, each as who would hold all of them, the best first."""
    others = [one for one in staff.values() if one.teaches and one.id not in timetable.instructor_ids]
    return {one.id: one for one in judge_people(timetable, others, actor=actor, course=course)}


def search_for(timetable: Timetable, candidates: Iterable[UUID]) -> Search:
    """Who is free at all the hours."""
    return Search(range(len(timetable.hours)), list(candidates), MOST_PEOPLE)


# How many batches, Upcoming or Active, each instructor has now or later: `workload.load_of_each`, to be joined.
LOAD = """
SELECT assignment.instructor_id, count(DISTINCT batch.id) AS batches
FROM batches_instructorassignment AS assignment
JOIN batches_batch AS batch ON batch.id = assignment.batch_id
WHERE assignment.institution_id = %(institution)s
AND (assignment.until_date IS NULL OR assignment.until_date >= assignment.from_date
     AND assignment.until_date >= muster_today(muster_zone(batch.institution_id, batch.branch_id)))
AND batch.status IN ('Upcoming', 'Active') AND batch.archived_at IS NULL AND batch.deleted_at IS NULL
GROUP BY 1
"""
STAFF = f"""
WITH teaching AS MATERIALIZED (
    SELECT membership.user_id
    FROM institutions_membership AS membership
    JOIN institutions_affiliation AS here
        ON here.user_id = membership.user_id AND here.institution_id = membership.institution_id AND here.is_active
    JOIN accounts_user AS person ON person.id = membership.user_id AND person.is_active
    WHERE membership.institution_id = %(institution)s AND membership.role = 'instructor'
), load AS MATERIALIZED ({LOAD}), taught AS MATERIALIZED (
    SELECT assignment.instructor_id, count(DISTINCT batch.id) AS batches
    FROM batches_batch AS batch
    JOIN batches_instructorassignment AS assignment ON assignment.batch_id = batch.id
    WHERE batch.course_id = %(course)s::uuid
    GROUP BY 1
)
SELECT person.id, person.full_name, person.email, coalesce(load.batches, 0), coalesce(taught.batches, 0),
       person.id IN (SELECT user_id FROM teaching), said.user_id IS NOT NULL, {TEACHING_COLUMNS}
FROM accounts_user AS person
LEFT JOIN load ON load.instructor_id = person.id
LEFT JOIN taught ON taught.instructor_id = person.id
LEFT JOIN ({TEACHING}) AS said ON said.user_id = person.id AND said.institution_id = %(institution)s
WHERE person.id IN (
    SELECT unnest(%(people)s::uuid[]) UNION ALL SELECT user_id FROM teaching WHERE %(everybody)s::boolean
)
ORDER BY muster_plain(person.full_name), person.id
"""  # noqa: S608 - constants alone
DAYS_BACK, DAYS_AHEAD = 3, 7


def teaching_staff(
    actor: Actor,
    timetable: Timetable | None = None,
    *,
    course: Course | None = None,
    people: Collection[UUID] = (),
    everybody: bool = True,
) -> dict[UUID, StaffMember]:
    """The active instructors of the institution by id, in the order of their names, and those people besides.

    One statement. Their times off are those around the dates of the timetable.
    """
    days = [hour.on_date for hour in timetable.hours if hour.on_date] if timetable else []
    asked: dict[str, Any] = {
        "institution": actor.owner_id,
        "course": course.pk if course else None,
        "people": list(people),
        "everybody": everybody,
        "off_from": shift_date(min([timetable.start_date, *days]), -DAYS_BACK) if timetable else None,
        "off_until": shift_date(max([timetable.end_date, *days]), DAYS_AHEAD) if timetable else None,
    }
    with prepared_cursor() as cursor:
        cursor.execute(STAFF, asked)
        rows = cursor.fetchall()
    return {
        pk: StaffMember(pk, name, email, batches, taught, teaches, TeachingProfile.read(*said) if has_said else None)
        for pk, name, email, batches, taught, teaches, has_said, *said in rows
    }


def judge_people(
    timetable: Timetable,
    teachers: Iterable[StaffMember],
    *,
    actor: Actor,
    course: Course | None,
    holidays: HolidayCalendar | None = None,
) -> list[FreeInstructor]:
    """Those teachers, each as who would hold all hours of the timetable, the best first."""
    teachers = list(teachers)
    said = {one.id: one.said for one in teachers if one.said}
    names = {one.id: one.name for one in teachers if one.said}
    theirs = replace(timetable, hours=[replace(hour, instructor_ids=tuple(names)) for hour in timetable.hours])
    against: dict[UUID, list[SoftWarning]] = {}
    for warning in warnings_of(
        theirs, names, institution=actor.institution, course=course, said=said, holidays=holidays
    ):
        against.setdefault(warning.who_id, []).append(warning)
    found = [
        FreeInstructor(
            one.id,
            one.name,
            one.email,
            one.batches,
            limit_of(one.said, actor.institution),
            one.taught,
            _in_short(against.get(one.id, ())),
            _level(one.said, course),
            one.said,
        )
        for one in teachers
    ]
    return sorted(found, key=lambda person: person.place)


def _in_short(warnings: Sequence[SoftWarning]) -> tuple[str, ...]:
    """What speaks against somebody, in a line: of many hours or absences the first, and how many there are besides."""
    kinds: dict[str, list[str]] = {}
    for warning in warnings:
        kinds.setdefault(warning.kind, []).append(warning.short)
    said = []
    for words in (list(dict.fromkeys(group)) for group in kinds.values()):
        more = _(" and %(count)d more") % {"count": len(words) - 1} if len(words) > 2 else ""
        said += [words[0] + more] if more else words
    return tuple(said)


def _level(said: TeachingProfile | None, course: Course | None) -> float:
    """The mean of the levels in the skills that the course asks for; one that is not named is 0."""
    asked = [skill.strip().lower() for skill in course.required_skills if skill.strip()] if course else []
    return sum(said.skills.get(skill, 0) for skill in asked) / len(asked) if said and asked else 0


def portions(candidates: Sequence[T], size: int = 12) -> Iterator[Sequence[T]]:
    """The best candidates first, a few, then more: mostly the first few are enough, and asking about all is slow."""
    at = 0
    while at < len(candidates):
        yield candidates[at : at + size]
        at, size = at + size, size * 4
