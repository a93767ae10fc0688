"""What scoring knows: what a batch or a student asks for, and what instructors bring and carry."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, time, timedelta, tzinfo
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DurationField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncWeek

from muster.accounts.models import User
from muster.allocation.queries import active_instructors, with_mentees
from muster.batches.clashes import Hour
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.queries import in_full
from muster.batches.warnings import limit_of
from muster.batches.workload import load_of_each, still_running
from muster.core.clocks import today_in
from muster.courses.models import Course
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import Institution, zone_of
from muster.people.queries import TeachingProfile, teaching_of
from muster.timetable.models import Booking

FULL_WEEK = 40 * 60
NOTHING_SAID = TeachingProfile()


@dataclass(frozen=True)
class Need:
    """What a batch or a student asks of an instructor. What is empty is not asked for."""

    id: UUID
    name: str
    of_student: bool = False
    skills: tuple[str, ...] = ()
    # Words of the courses and their departments, in small letters, in which a field of work is looked for.
    about: str = ""
    languages: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    courses: frozenset[UUID] = frozenset()
    # Who leads such batches by default, and who teaches the student now: with the code of the batch.
    defaults: frozenset[UUID] = frozenset()
    teachers: Mapping[UUID, str] = field(default_factory=dict)
    hours: tuple[Hour, ...] = ()
    first: date | None = None
    last: date | None = None
    # The clock of its sessions.
    zone: tzinfo = UTC

    @cached_property
    def minutes(self) -> int:
        """How long it meets in a week."""
        return sum(hour.minutes for hour in self.hours)

    @cached_property
    def asked_skills(self) -> tuple[str, ...]:
        """The skills in small letters, as profiles are asked for them."""
        return tuple(skill.lower() for skill in self.skills)

    def is_about(self, field: str) -> bool:
        """Whether the courses or their departments name the field of work, as a word or words of their own."""
        return field in self.about and re.search(rf"(?<!\w){re.escape(field)}(?!\w)", self.about) is not None

    @cached_property
    def asked_languages(self) -> frozenset[str]:
        return frozenset(word.strip().lower() for word in self.languages)

    @cached_property
    def asked_styles(self) -> frozenset[str]:
        return frozenset(word.strip().lower() for word in self.styles)


@dataclass(frozen=True)
class Candidate:
    """An active instructor: what they said of themselves, and what they carry."""

    id: UUID
    name: str
    email: str
    said: TeachingProfile = NOTHING_SAID
    batches: int = 0
    batch_limit: int = 4
    mentees: int = 0
    mentee_limit: int = 10
    # Booked in their fullest week from today on.
    minutes: int = 0
    taught: frozenset[UUID] = frozenset()

    @cached_property
    def week(self) -> int:
        """The minutes that they can teach in a week, as far as they said."""
        return sum(end - start for _day, start, end in self.said.windows) or FULL_WEEK

    @cached_property
    def languages(self) -> frozenset[str]:
        return frozenset(word.strip().lower() for word in self.said.languages)

    @cached_property
    def styles(self) -> frozenset[str]:
        return frozenset(word.strip().lower() for word in self.said.teaching_styles)

    @cached_property
    def field(self) -> str:
        """Their field of work, in small letters."""
        return self.said.domain.strip().lower()


# --- what is asked for ------------------------------------------------------------------------------------------------
def needs_of_batches(batches: QuerySet[Batch], since: date | None = None) -> list[Need]:
    """What each batch asks of who is to lead it from today on, by its own clock, or from a day. One statement.

    Hours whose slot names somebody else are not asked for, nor are dates that are over.
    """
    rows = in_full(batches).select_related("course", "branch", "department", "institution")
    return [need_of(row, since) for row in rows.order_by("code", "pk")]


def need_of(batch: Any, since: date | None = None) -> Need:
    """The same of a batch that is there in full, with its institution."""
    course: Course | None = batch.course
    first = since or batch.today()
    return Need(
        id=batch.pk,
        name=batch.code,
        hours=tuple(
            Hour(slot["weekday"], time.fromisoformat(slot["start_time"]), time.fromisoformat(slot["end_time"]))
            for slot in batch.week
            if slot["instructor_id"] is None
        ),
        first=max(batch.start_date, first) if batch.start_date else first,
        last=batch.end_date,
        zone=batch.zone,
        **_asked_by([course] if course else [], [batch.department.name] if batch.department else []),
        defaults=frozenset({course.default_instructor_id} if course and course.default_instructor_id else ()),
    )


def needs_of_students(actor: Actor, students: Collection[User]) -> list[Need]:
    """What each student asks of an instructor of their own, by the courses in which they are enrolled now, in the order
    given. One statement."""
    ids = [student.pk for student in students]
    running = still_running().filter(institution=actor.institution, batch=OuterRef("batch"))
    seats = (
        Enrollment.objects.current()
        .filter(institution=actor.institution, student__in=ids)
        .select_related("course__department")
        .annotate(code=F("batch__code"), teachers=ArraySubquery(running.order_by().values("instructor_id")))
        .order_by("course__title__plain", "pk")
    )
    by_student: dict[UUID, list[Any]] = {}
    for seat in seats:
        by_student.setdefault(seat.student_id, []).append(seat)
    needs = []
    for student in students:
        own = by_student.get(student.pk, [])
        teach: dict[UUID, str] = {}
        for seat in own:
            for instructor_id in seat.teachers:
                teach.setdefault(instructor_id, seat.code)
        courses = [seat.course for seat in own if seat.course]
        asked = _asked_by(courses, [one.department.name for one in courses if one.department])
        needs.append(Need(id=student.pk, name=student.full_name, of_student=True, teachers=teach, **asked))
    return needs


def _asked_by(courses: Sequence[Course], places: Sequence[str]) -> dict[str, Any]:
    """Skills, languages and styles of the courses, each once; the words around them."""
    return {
        "skills": _once(skill for course in courses for skill in course.required_skills),
        "languages": _once(course.language for course in courses),
        "styles": _once(style for course in courses for style in course.teaching_styles),
        "courses": frozenset(course.pk for course in courses),
        "about": " · ".join([*(course.title for course in courses), *places]).lower(),
    }


def _once(words: Iterable[str]) -> tuple[str, ...]:
    """The words without blanks and repeats, in their order."""
    found: dict[str, str] = {}
    for word in words:
        if word.strip():
            found.setdefault(word.strip().lower(), word.strip())
    return tuple(found.values())


# --- who there is -----------------------------------------------------------------------------------------------------
def candidates_of(
    institution: Institution,
    *,
    first: date | None = None,
    last: date | None = None,
    said: Mapping[UUID, TeachingProfile] | None = None,
) -> dict[UUID, Candidate]:
    """Every active instructor of the institution by id, with the times off from the first to the last day (today on).

    Two statements, whatever the number of instructors. Where it is known what some `said`, these alone, in one.
    """
    today = today_in(zone_of(institution, None))
    rows = _instructors_with_load(institution, today).order_by("full_name__plain", "pk")
    people = list(rows if said is None else rows.filter(pk__in=said))
    if said is None:
        said = teaching_of(institution.pk, [one.pk for one in people], first or today, last)
    found = {}
    for one in people:
        teaching = said.get(one.pk, NOTHING_SAID)
        found[one.pk] = Candidate(
            id=one.pk,
            name=one.full_name,
            email=one.email,
            said=teaching,
            batches=one.batches,
            batch_limit=limit_of(teaching, institution),
            mentees=one.mentees,
            mentee_limit=institution.max_mentees if teaching.max_mentees is None else teaching.max_mentees,
            minutes=int(one.fullest.total_seconds()) // 60,
            taught=frozenset(one.taught),
        )
    return found


def _instructors_with_load(institution: Institution, today: date) -> QuerySet[Any]:
    """The active instructors with their `mentees`, `batches`, time in the `fullest` week to come and courses `taught`
    now or before."""
    own = {"institution": institution, "instructor": OuterRef("pk")}
    length = ExpressionWrapper(F("period__endswith") - F("period__startswith"), DurationField())
    weeks = (
        Booking.objects.filter(**own, on_date__gte=today)
        .order_by()
        .values(week=TruncWeek("on_date"))
        .annotate(total=Sum(length))
        .order_by("-total")
        .values("total")
    )
    courses = InstructorAssignment.objects.filter(**own, batch__course__isnull=False).order_by()
    load = load_of_each(institution.pk).filter(instructor=OuterRef("pk"))
    people = with_mentees(institution, active_instructors(institution))
    return people.annotate(  # type: ignore[no-any-return]
        batches=Coalesce(Subquery(load.values("batches")), 0),
        fullest=Coalesce(Subquery(weeks[:1]), timedelta()),
        taught=ArraySubquery(courses.values("batch__course_id").distinct()),
    )
