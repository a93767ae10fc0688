"""Reads around people of an institution."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, FilteredRelation, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from muster.accounts.models import User
from muster.core.json_rows import JSONList
from muster.core.prepared import prepared_cursor
from muster.institutions.access import Actor
from muster.institutions.models import Membership
from muster.people.models import AvailabilityWindow, InstructorProfile, InstructorSkill, TimeOff

M = TypeVar("M", bound=Model)


def people_here(actor: Actor, number: str) -> QuerySet[User]:
    """People of the institution, with the number they have there and whether they are active there."""
    return User.objects.annotate(
        here=FilteredRelation("affiliations", condition=Q(affiliations__institution=actor.institution)),
        number=F(f"here__{number}"),
        here_active=F("here__is_active"),
    )


def with_places(actor: Actor, people: QuerySet[User], *roles: str) -> QuerySet[User]:
    """The people with `branch_name` and `department_name`, to which the first of these roles of theirs is narrowed."""
    held = Membership.objects.filter(institution=actor.institution, user=OuterRef("pk"), role__in=roles)
    held = held.order_by("created_at", "pk")
    return people.annotate(
        branch_name=Subquery(held.values("branch__name")[:1]),
        department_name=Subquery(held.values("department__name")[:1]),
    )


# The condition of a person of `people_here` whose account and place in the institution are active.
IS_HERE = Q(is_active=True, here_active=True)


def is_here(person: Any) -> bool:
    """The same of one person."""
    return bool(person.is_active and person.here_active)


@dataclass(frozen=True)
class TeachingProfile:
    """What an instructor said about teaching: their limits, week, days away and skills. Nothing where they said none.

    `windows` are weekday, first and last minute of the day; none means always.
    """

    max_active_batches: int | None = None
    max_mentees: int | None = None
    windows: tuple[tuple[int, int, int], ...] = ()
    times_off: tuple[tuple[date, date], ...] = ()
    # By skill in small letters: the level.
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    teaching_styles: tuple[str, ...] = ()
    domain: str = ""
    # What students said: the average from 1 to 5, and how many did.
    rating: float | None = None
    ratings: int = 0

    @classmethod
    def read(cls, *row: Any) -> TeachingProfile:
        """From the `TEACHING_COLUMNS` of a row."""
        batches, mentees, windows, times_off, skills, levels, languages, styles, domain, rating, ratings = row
        return cls(
            batches,
            mentees,
            tuple(map(tuple, windows)),
            tuple(map(tuple, times_off)),
            {skill.lower(): level for skill, level in zip(skills, levels, strict=True)},
            tuple(languages),
            tuple(styles),
            domain,
            None if rating is None else float(rating),
            ratings,
        )


# A row for each instructor of an institution who has a profile. `TEACHING_COLUMNS` are what `Teaching.read` takes.
TEACHING = """
SELECT profile.institution_id, profile.user_id, profile.max_active_batches, profile.max_mentees,
       ARRAY(
           SELECT ARRAY[
               weekday, extract(epoch FROM start_time)::integer / 60, extract(epoch FROM end_time)::integer / 60
           ]
           FROM people_availabilitywindow WHERE profile_id = profile.id ORDER BY weekday, start_time
       ) AS windows,
       ARRAY(
           SELECT ARRAY[first_date, last_date]
           FROM people_timeoff
           WHERE profile_id = profile.id
           AND last_date >= coalesce(%(off_from)s::date, last_date)
           AND first_date <= coalesce(%(off_until)s::date, first_date)
           ORDER BY first_date
       ) AS times_off,
       ARRAY(SELECT skill FROM people_instructorskill WHERE profile_id = profile.id ORDER BY id) AS skills,
       ARRAY(SELECT level::integer FROM people_instructorskill WHERE profile_id = profile.id ORDER BY id) AS levels,
       profile.languages, profile.teaching_styles, profile.domain, profile.average_rating, profile.ratings
FROM people_instructorprofile AS profile
"""
TEACHING_COLUMNS = (
    "max_active_batches, max_mentees, windows, times_off, skills, levels,"
    " languages, teaching_styles, domain, average_rating, ratings"
)
SAID = f"""
SELECT user_id, {TEACHING_COLUMNS} FROM ({TEACHING}) AS said
WHERE institution_id = %(institution)s AND user_id = ANY (%(people)s::uuid[])
"""  # noqa: S608 - constants alone


def teaching_of(
    institution_id: UUID, people: Collection[UUID], first: date | None = None, last: date | None = None
) -> dict[UUID, TeachingProfile]:
    """What each of these people said, with the times off that touch the days. One statement.

    Who said nothing is left out.
    """
    if not people:
        return {}
    asked: dict[str, Any] = {
        "institution": institution_id,
        "people": list(people),
        "off_from": first,
        "off_until": last,
    }
    with prepared_cursor() as cursor:
        cursor.execute(SAID, asked)
        return {person: TeachingProfile.read(*said) for person, *said in cursor.fetchall()}


def profile_of(institution_id: UUID, person_id: UUID) -> InstructorProfile:
    """The instructor's profile; an empty one that is not stored where there is none."""
    found = InstructorProfile.objects.filter(institution_id=institution_id, user_id=person_id).first()
    return found or InstructorProfile(institution_id=institution_id, user_id=person_id)


@dataclass(frozen=True)
class InstructorAnswers:
    """An instructor's profile, and what hangs on it, as `profile_of`, `skills_of`, `windows_of` and `times_off_of`."""

    profile: InstructorProfile
    skills: Sequence[InstructorSkill] = ()
    windows: Sequence[AvailabilityWindow] = ()
    times_off: Sequence[TimeOff] = ()


def answers_of(institution_id: UUID, person_id: UUID) -> InstructorAnswers:
    """Everything that the instructor said, to be shown. One statement."""

    def hanging(rows: QuerySet[Any], *columns: str) -> JSONList:
        return JSONList(rows.filter(profile=OuterRef("pk")).values(row=JSONObject(**{one: one for one in columns})))

    rows = InstructorProfile.objects.filter(institution_id=institution_id, user_id=person_id).annotate(
        own_skills=hanging(InstructorSkill.objects.order_by("-level", "skill__plain"), "skill", "level"),
        own_windows=hanging(
            AvailabilityWindow.objects.order_by("weekday", "start_time"), "weekday", "start_time", "end_time"
        ),
        own_times_off=hanging(TimeOff.objects.order_by("first_date"), "id", "first_date", "last_date", "reason"),
    )
    found: Any = rows.first()
    if found is None:
        return InstructorAnswers(InstructorProfile(institution_id=institution_id, user_id=person_id))
    return InstructorAnswers(
        found,
        _read_rows(InstructorSkill, found.own_skills),
        _read_rows(AvailabilityWindow, found.own_windows),
        _read_rows(TimeOff, found.own_times_off),
    )


def _read_rows(model: type[M], listed: Sequence[Mapping[str, Any]]) -> list[M]:
    """Rows from the JSON of some of their columns."""
    fields: Any = model._meta
    return [model(**{name: fields.get_field(name).to_python(value) for name, value in one.items()}) for one in listed]


def times_off_of(institution_id: UUID, person_id: UUID) -> QuerySet[TimeOff]:
    """The instructor's time off, past and future, in order."""
    return TimeOff.objects.filter(institution_id=institution_id, profile__user_id=person_id).order_by("first_date")


def skills_of(institution_id: UUID, person_id: UUID) -> QuerySet[InstructorSkill]:
    """What the instructor can teach, the best first."""
    return InstructorSkill.objects.filter(institution_id=institution_id, profile__user_id=person_id)


def windows_of(institution_id: UUID, person_id: UUID) -> QuerySet[AvailabilityWindow]:
    """The weekly hours at which the instructor can teach; none means always."""
    return AvailabilityWindow.objects.filter(institution_id=institution_id, profile__user_id=person_id)
