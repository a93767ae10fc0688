"""Who is free at asked hours, and why they fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, DateField, Exists, F, Func, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.warnings import SoftWarning, limit_of, warnings_of
from muster.core.prepared import prepared
from muster.courses.models import Course
from muster.institutions.access import Actor
from muster.institutions.models import Membership, Role
from muster.people.queries import Teaching, teaching_of
from muster.timetable.hours import COUNTS, WANTED, Timetable
from muster.timetable.weeks import Holidays

T = TypeVar("T")
# The level in what a course asks for that teaching it once is worth.
TAUGHT_LEVEL = 3


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
        return over, bool(self.against), -knows, not self.has_taught, self.active_batches, self.name

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
    with prepared() as cursor:
        cursor.execute(TAKEN, {**timetable.asked(rows), "people": list(people), "rooms": list(rooms)})
        return {(index, instructor or room) for index, instructor, room in cursor.fetchall()}


def free_instructors(
    timetable: Timetable,
    *,
    seen_by: Actor,
    course: Course | None = None,
    load: Mapping[UUID, int] | None = None,
    most: int = 5,
) -> list[FreeInstructor]:
    """Instructors without any booking at the asked hours, in the order of `FreeInstructor.place`.

    `load` is `batch_load`, for a caller who has it.
    """
    rows = [
        row
        for row in teachers_of(timetable.institution_id).values_list("pk", "full_name", "email")
        if row[0] not in timetable.instructor_ids
    ]
    load = batch_load(timetable.institution_id) if load is None else load
    taught = times_taught([course]).get(course.pk, {}) if course else {}
    said = teaching_of(timetable.institution_id, [row[0] for row in rows], timetable.start_date, timetable.end_date)
    candidates = judged(timetable, rows, actor=seen_by, course=course, load=load, taught=taught, said=said)
    free: list[FreeInstructor] = []
    for asked in portions(candidates):
        taken = taken_at(timetable, range(len(timetable.hours)), people=[person.id for person in asked])
        busy = {who for _index, who in taken}
        free += [person for person in asked if person.id not in busy]
        if len(free) >= most:
            break
    return free[:most]


def teachers_of(institution_id: UUID) -> QuerySet[User]:
    """Active instructors of the institution."""
    teaches = Membership.objects.filter(user=OuterRef("pk"), institution_id=institution_id, role=Role.INSTRUCTOR)
    return User.objects.filter(
        Exists(teaches), is_active=True, affiliations__institution_id=institution_id, affiliations__is_active=True
    )


def times_taught(courses: Collection[Course]) -> dict[UUID, dict[UUID, int]]:
    """By course, how many of its batches each instructor was or is assigned to. One statement."""
    rows = (
        InstructorAssignment.objects.filter(batch__course__in=courses)
        .values_list("batch__course_id", "instructor_id")
        .annotate(batches=Count("batch_id", distinct=True))
        .order_by()
    )
    found: dict[UUID, dict[UUID, int]] = {}
    for course_id, person_id, number in rows:
        found.setdefault(course_id, {})[person_id] = number
    return found


def judged(
    timetable: Timetable,
    people: Collection[tuple[UUID, str, str]],
    *,
    actor: Actor,
    course: Course | None,
    load: Mapping[UUID, int],
    taught: Mapping[UUID, int],
    said: Mapping[UUID, Teaching],
    holidays: Holidays | None = None,
) -> list[FreeInstructor]:
    """Those people (id, name, e-mail), each as who would hold all hours of the timetable, the best first."""
    names = {pk: name for pk, name, _email in people if pk in said}
    theirs = replace(timetable, hours=[replace(hour, instructor_ids=tuple(names)) for hour in timetable.hours])
    against: dict[UUID, list[SoftWarning]] = {}
    found_against = warnings_of(
        theirs, names, institution=actor.institution, course=course, said=said, holidays=holidays
    )
    for warning in found_against:
        against.setdefault(warning.who_id, []).append(warning)
    found = [
        FreeInstructor(
            pk,
            name,
            email,
            load.get(pk, 0),
            limit_of(said.get(pk), actor.institution),
            taught.get(pk, 0),
            _in_short(against.get(pk, ())),
            _level(said.get(pk), course),
        )
        for pk, name, email in people
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


def _level(said: Teaching | None, course: Course | None) -> float:
    """The mean of the levels in the skills that the course asks for; one that is not named is 0."""
    asked = [skill.strip().lower() for skill in course.required_skills if skill.strip()] if course else []
    return sum(said.skills.get(skill, 0) for skill in asked) / len(asked) if said and asked else 0


def portions(candidates: Sequence[T], size: int = 12) -> Iterator[Sequence[T]]:
    """The best candidates first, a few, then more: mostly the first few are enough, and asking about all is slow."""
    at = 0
    while at < len(candidates):
        yield candidates[at : at + size]
        at, size = at + size, size * 4


# The day that it is in the institution of a row.
TODAY: Func = Func(
    Now(),
    F("institution__time_zone"),
    template="(%(expressions)s)::date",
    arg_joiner=" AT TIME ZONE ",
    output_field=DateField(),
)


def batch_load(institution_id: UUID) -> Mapping[UUID, int]:
    """How many batches, Upcoming or Active, each instructor of the institution is assigned to now or later."""
    return dict(load_of_each(institution_id).values_list("instructor_id", "batches"))


def load_of_each(institution_id: UUID) -> QuerySet[Any]:
    """`batch_load` as rows of `instructor_id` and `batches`."""
    return (
        InstructorAssignment.objects.filter(
            institution_id=institution_id,
            batch__in=Batch.objects.booking().filter(institution_id=institution_id),
        )
        .exclude(until_date__lt=TODAY)
        .exclude(until_date__lt=F("from_date"))
        .values("instructor_id")
        .annotate(batches=Count("batch_id", distinct=True))
    )
