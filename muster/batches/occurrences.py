"""Sessions of many batches at once, with who meets in them and who teaches them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from muster.batches.models import Batch, BatchMeeting
from muster.core.clocks import today_in, zone_words
from muster.core.json_rows import JSONList
from muster.core.search import plain
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession, MeetingPerson, Teaching

# How many days a branch is behind its institution at most: clocks differ by up to 26 hours.
FURTHEST_BEHIND = timedelta(days=2)
# Who stands before the class first.
PLACES = {role: place for place, role in enumerate([Teaching.NAMED, "lead", "faculty", "substitute", "assistant"])}


@dataclass(frozen=True)
class Teacher:
    """Who teaches a session: named by it, or there on that day."""

    id: UUID
    name: str
    role: str


@dataclass(frozen=True)
class MeetingBatch:
    """A batch that meets."""

    id: UUID
    name: str
    code: str
    enrolled: int


@dataclass(frozen=True)
class Occurrence:
    """A session that takes place, by its own clock. One that is shared is one, with several batches.

    `zone` names the clock where it is not that of the reader.
    """

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    batches: tuple[MeetingBatch, ...]
    people: tuple[Teacher, ...]
    room: str
    place: str
    subject: str
    zone: str

    @property
    def day(self) -> date:
        return self.starts_at.date()

    @property
    def days_away(self) -> int:
        """How many days it is from today where it takes place."""
        return (self.day - today_in(self.starts_at.tzinfo or UTC)).days

    @property
    def starts(self) -> datetime:
        """What its clock shows when it begins: without a zone, so that no page turns it to another."""
        return self.starts_at.replace(tzinfo=None)

    @property
    def ends(self) -> datetime:
        """What its clock shows when it ends."""
        return self.ends_at.replace(tzinfo=None)

    @property
    def batch(self) -> MeetingBatch:
        """The batch it is named after: the first by code, where several share it."""
        return self.batches[0]

    @property
    def others(self) -> tuple[MeetingBatch, ...]:
        """The batches that share the meeting with the first."""
        return self.batches[1:]

    @property
    def enrolled(self) -> int:
        return sum(batch.enrolled for batch in self.batches)

    @property
    def teachers(self) -> tuple[Teacher, ...]:
        """Who stands before the class; the assistants only where nobody else does."""
        first = tuple(one for one in self.people if one.role != MeetingPerson.Role.ASSISTANT)
        return first or self.people

    @property
    def teacher_names(self) -> str:
        return ", ".join(one.name for one in self.teachers)

    @property
    def where(self) -> str:
        """Room and branch, as far as they are known, and the clock where it is not the reader's."""
        return ", ".join(part for part in (self.room, self.place, self.zone) if part)

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now

    def is_on(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at

    def has(self, person_id: object) -> bool:
        """Whether this person is booked for it."""
        return any(one.id == person_id for one in self.people)


def occurrences_of(actor: Actor, batches: QuerySet[Batch], first: date, last: date) -> list[Occurrence]:
    """The sessions of the batches from the first to the last day (each by its own clock), in order. One statement.

    Only batches that are Upcoming or Active meet. Sessions that are cancelled, and those without times, are left out.
    """
    theirs = BatchMeeting.objects.filter(batch__in=Batch.objects.booking().filter(pk__in=batches.values("pk")))
    rows = (
        ClassSession.objects.taking_place()
        .filter(meeting__in=theirs.values("meeting"), date__range=(first, last), start_time__isnull=False)
        .order_by()
        .select_related("meeting")
        .annotate(
            room_name=F("room__name"),
            place=F("meeting__branch__name"),
            subject_title=F("subject__title"),
            batches=JSONList(theirs.filter(meeting=OuterRef("meeting")).order_by("batch__code").values(row=_BATCH)),
            people=JSONList(Teaching.objects.filter(session=OuterRef("pk"), books=True).values(row=_TEACHER)),
        )
    )
    found = [_occurrence(row, actor) for row in rows]
    return sorted(found, key=lambda one: (one.starts_at, one.batch.code, one.session_id))


def occurrences_ahead(actor: Actor, batches: QuerySet[Batch], days: int) -> list[Occurrence]:
    """The sessions of today and of so many days after, each by its own clock, in order. One statement."""
    today = actor.today()
    rows = occurrences_of(actor, batches, today - FURTHEST_BEHIND, today + timedelta(days=days) + FURTHEST_BEHIND)
    return [one for one in rows if 0 <= one.days_away <= days]


_BATCH = JSONObject(
    id=Cast("batch_id", TextField()), name="batch__name", code="batch__code", enrolled="batch__enrolled_students"
)
_TEACHER = JSONObject(id=Cast("instructor_id", TextField()), name="instructor__full_name", role="role")


def _occurrence(row: Any, actor: Actor) -> Occurrence:
    starts_at, ends_at = row.moments
    people = [Teacher(UUID(one["id"]), one["name"], one["role"]) for one in row.people]
    people.sort(key=lambda one: (PLACES[one.role], plain(one.name)))
    # Several batches of a shared meeting may send the same person.
    known = {one.id: one for one in reversed(people)}
    return Occurrence(
        session_id=row.pk,
        starts_at=starts_at,
        ends_at=ends_at,
        batches=tuple(MeetingBatch(UUID(one["id"]), one["name"], one["code"], one["enrolled"]) for one in row.batches),
        people=tuple(one for one in people if known[one.id] is one),
        room=row.room_name or "",
        place=row.place or "",
        subject=row.subject_title or "",
        zone=zone_words(row.meeting.zone, actor.zone),
    )
