"""Dated meetings of many batches at once: their sessions, beyond those what their slots mean, and who teaches them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, F, OuterRef, Q, QuerySet, SmallIntegerField, TextField, UUIDField, Value
from django.db.models.functions import Cast, JSONObject

from muster.batches.models import Batch, ClassSession, InstructorAssignment, ScheduleSlot
from muster.institutions.access import Actor
from muster.institutions.models import Holiday

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Teacher:
    """Who is booked for a meeting: named by its slot, or assigned to the batch on that day."""

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
class DatedMeeting:
    """One meeting, at the institution's clock. A shared meeting is one, with several batches.

    `session_id` is None where no session is made yet, because the day lies beyond what the institution looks ahead.
    """

    # Of the session, else of the slot.
    source_id: UUID
    session_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    batches: tuple[MeetingBatch, ...]
    people: tuple[Teacher, ...]
    room: str
    place: str
    subject: str

    @property
    def day(self) -> date:
        return self.starts_at.date()

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
        first = tuple(one for one in self.people if one.role != InstructorAssignment.Role.ASSISTANT)
        return first or self.people

    @property
    def teacher_names(self) -> str:
        return ", ".join(one.name for one in self.teachers)

    @property
    def where(self) -> str:
        """Room and branch, as far as they are known."""
        return ", ".join(part for part in (self.room, self.place) if part)

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now

    def is_on(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at

    def has(self, person_id: object) -> bool:
        """Whether this person is booked for it."""
        return any(one.id == person_id for one in self.people)


def dated_meetings(actor: Actor, batches: QuerySet[Batch], first: date, last: date) -> list[DatedMeeting]:
    """What the batches meet from the first to the last day (the institution's days), holidays left out, in order.

    Two statements, whatever the number of batches. Only batches that are Upcoming or Active meet. Sessions that were
    cancelled, and those without times, are left out.
    """
    rows = list(_rows(Batch.objects.booking().filter(pk__in=batches.values("pk")), first - DAY, last + DAY))
    if not rows:
        return []
    made = {(row["slot_ref"], row["slot_day"]) for row in rows if row["slot_ref"]}
    holidays = list(
        Holiday.objects.filter(
            institution_id=actor.owner_id, start_date__lte=last + DAY, end_date__gte=first - DAY
        ).values_list("branch_id", "start_date", "end_date")
    )
    found: dict[tuple[UUID, datetime], DatedMeeting] = {}
    for row in rows:
        for meeting in _dated(row, actor, first, last, holidays, made):
            at = (meeting.source_id, meeting.starts_at)
            found[at] = _joined(found[at], meeting) if at in found else meeting
    return sorted(found.values(), key=lambda meeting: (meeting.starts_at, meeting.batch.code, meeting.source_id))


def _rows(batches: QuerySet[Batch], first: date, last: date) -> QuerySet[Any, Any]:
    """One row for each slot and batch that meets in it within the days, and one for each session and batch."""
    members = "shared_meeting__members__batch"
    within = Q(date__range=(first, last)) | Q(slot_date__range=(first, last))
    sessions = ClassSession.objects.filter(within).order_by()
    on_days = {
        "on_date": F("date"), "slot_ref": F("slot_id"), "slot_day": F("slot_date"), "state": F("status")
    }  # fmt: skip
    own = sessions.filter(batch__in=batches.values("pk")).annotate(the_batch=F("batch_id"), **on_days)
    shared = sessions.filter(**{f"{members}__in": batches.values("pk")}).annotate(
        the_batch=F(f"{members}_id"), **on_days
    )
    return _slots(batches, first, last).union(_columns(own, "batch", first), _columns(shared, members, first), all=True)


def _slots(batches: QuerySet[Batch], first: date, last: date) -> QuerySet[Any, Any]:
    """One row for each slot and batch that meets in it within the days."""
    in_range = batches.filter(
        Q(start_date__lte=last) | Q(start_date__isnull=True), Q(end_date__gte=first) | Q(end_date__isnull=True)
    )
    slots = ScheduleSlot.objects.order_by().annotate(
        on_date=Cast(Value(None), DateField()),
        slot_ref=Cast(Value(None), UUIDField()),
        slot_day=Cast(Value(None), DateField()),
        state=Value("", TextField()),
    )
    if (last - first).days < 6:
        weekdays = {(first + DAY * number).isoweekday() for number in range((last - first).days + 1)}
        slots = slots.filter(weekday__in=weekdays)
    own = slots.filter(batch__in=in_range.values("pk")).annotate(the_batch=F("batch_id"))
    shared = slots.filter(shared_meeting__members__batch__in=in_range.values("pk")).annotate(
        the_batch=F("shared_meeting__members__batch_id")
    )
    return _columns(own, "batch", first).union(_columns(shared, "shared_meeting__members__batch", first), all=True)


def _columns(slots: QuerySet[Any], batch: str, first: date) -> QuerySet[Any, Any]:
    staff = (
        InstructorAssignment.objects.filter(batch=OuterRef("the_batch"))
        .exclude(until_date__lt=first)
        .order_by("role", "from_date")
        .values(
            one=JSONObject(
                id=Cast("instructor_id", TextField()),
                name="instructor__full_name",
                role="role",
                first=Cast("from_date", TextField()),
                last=Cast("until_date", TextField()),
            )
        )
    )
    of_batch = {
        f"batch_{name}": F(f"{batch}__{name}")
        for name in ("name", "code", "start_date", "end_date", "branch_id", "enrolled_students")
    }
    rows: QuerySet[Any, Any] = slots.annotate(
        day_of_week=F("weekday") if slots.model is ScheduleSlot else Value(0, SmallIntegerField()),
        staff=ArraySubquery(staff),
        place=F(f"{batch}__branch__name"),
        zone=F(f"{batch}__branch__time_zone"),
        room_name=F("room__name"),
        subject_title=F("subject__title"),
        named=F("instructor__full_name"),
        **of_batch,
    ).values(
        "id",
        "day_of_week",
        "on_date",
        "slot_ref",
        "slot_day",
        "state",
        "start_time",
        "end_time",
        "instructor_id",
        "the_batch",
        "staff",
        "place",
        "zone",
        "room_name",
        "subject_title",
        "named",
        *of_batch,
    )
    return rows


def _dated(
    row: dict[str, Any],
    actor: Actor,
    first: date,
    last: date,
    holidays: Collection[tuple[UUID | None, date, date]],
    made: Collection[tuple[UUID, date]],
) -> Iterator[DatedMeeting]:
    zone = zoneinfo.ZoneInfo(row["zone"]) if row["zone"] else actor.zone
    for day in _days(row, actor, first, last, holidays, made):
        starts_at = datetime.combine(day, row["start_time"], zone).astimezone(actor.zone)
        if first <= starts_at.date() <= last:
            yield DatedMeeting(
                source_id=row["id"],
                session_id=row["id"] if row["on_date"] else None,
                starts_at=starts_at,
                ends_at=datetime.combine(day, row["end_time"], zone).astimezone(actor.zone),
                batches=(
                    MeetingBatch(
                        row["the_batch"], row["batch_name"], row["batch_code"], row["batch_enrolled_students"]
                    ),
                ),
                people=_people(row, day),
                room=row["room_name"] or "",
                place=row["place"] or "",
                subject=row["subject_title"] or "",
            )


def _days(
    row: dict[str, Any],
    actor: Actor,
    first: date,
    last: date,
    holidays: Collection[tuple[UUID | None, date, date]],
    made: Collection[tuple[UUID, date]],
) -> Iterator[date]:
    """The day of a session that takes place; of a slot those for which no session is made."""
    if row["on_date"]:
        if row["state"] != ClassSession.Status.CANCELLED and row["start_time"]:
            yield row["on_date"]
        return
    # A branch in another zone may meet on another day of the institution, so a day more is looked at on both sides.
    # What is over was what its sessions say: the week may have been another then.
    begins = max(first - DAY, row["batch_start_date"] or first - DAY, actor.today() - DAY)
    ends = min(last + DAY, row["batch_end_date"] or last + DAY)
    day = begins + DAY * ((row["day_of_week"] - begins.isoweekday()) % 7)
    while day <= ends:
        if (row["id"], day) not in made and not _is_free(day, row["batch_branch_id"], holidays):
            yield day
        day += DAY * 7


def _is_free(day: date, branch_id: UUID | None, holidays: Collection[tuple[UUID | None, date, date]]) -> bool:
    return any(begins <= day <= ends and (where is None or where == branch_id) for where, begins, ends in holidays)


def _people(row: dict[str, Any], day: date) -> tuple[Teacher, ...]:
    """Who the database books on this day: the one named, else everybody assigned, a substitute instead of the lead."""
    if row["instructor_id"]:
        return (Teacher(row["instructor_id"], row["named"], "named"),)
    text = day.isoformat()
    there = [one for one in row["staff"] if one["first"] <= text and (one["last"] is None or one["last"] >= text)]
    roles = InstructorAssignment.Role
    if any(one["role"] == roles.SUBSTITUTE for one in there):
        there = [one for one in there if one["role"] != roles.LEAD]
    order = {roles.LEAD.value: 0, roles.SUBSTITUTE.value: 1, roles.ASSISTANT.value: 2}
    there.sort(key=lambda one: (order[one["role"]], one["name"]))
    return tuple(Teacher(UUID(one["id"]), one["name"], one["role"]) for one in there)


def _joined(one: DatedMeeting, other: DatedMeeting) -> DatedMeeting:
    """A shared meeting, with the batches and the people of both."""
    batches = sorted({*one.batches, *other.batches}, key=lambda batch: batch.code)
    known = {person.id for person in one.people}
    people = (*one.people, *(person for person in other.people if person.id not in known))
    return replace(one, batches=tuple(batches), people=people)
