"""Batches as the API speaks of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NotRequired

from django.db.models import QuerySet
from typing_extensions import TypedDict

from muster.api.kit import Date, Moment, PersonOut, Stamped, day_stamp, key, stamp, timestamp, warning
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import with_rights
from muster.batches.queries import DAYS, batches_of, phase_of
from muster.batches.warnings import PlanWarning
from muster.institutions.access import Actor


class NamedOut(TypedDict):
    """A person or a room by its name: of a slot, double booked, or against whom something speaks."""

    _id: str
    name: str


class SlotSubjectOut(TypedDict):
    """The subject of a slot."""

    _id: str
    title: str


class SlotInstructorOut(TypedDict):
    """Who teaches a slot, where it is not the batch's lead."""

    _id: str
    full_name: str


class SlotOut(TypedDict):
    """One weekly slot; clock times `HH:MM`, local to the batch."""

    day: str
    start_time: str
    end_time: str
    room: NamedOut | None
    subject: SlotSubjectOut | None
    instructor: SlotInstructorOut | None
    shared: bool


class BatchOut(Stamped):
    """A batch. `available_spots` is null where the capacity is open.

    `batch_notes` are empty, and the instructor's email is null, for students. A status that a person gave is pinned:
    the dates don't move it on.
    """

    batch_id: str
    batch_name: str
    batch_code: str
    kind: str
    course: str | None
    course_title: str | None
    branch_id: str | None
    branch_name: str | None
    dept_id: str | None
    dept_name: str | None
    year: int | None
    current_semester: int | None
    auto_rollover: bool
    status: str
    status_pinned: bool
    phase: str
    start_date: Moment | None
    end_date: Moment | None
    capacity: int | None
    waitlist_capacity: int | None
    spare_seats_released_on: Moment | None
    enrolled_students: int
    seats_offered: int
    available_spots: int | None
    attended_count: int | None
    assigned_instructor: PersonOut | None
    schedule: list[SlotOut]
    batch_notes: str
    archived: bool
    archived_at: Moment | None
    version: int
    created_at: Moment


class WarningOut(TypedDict):
    """What speaks against an instructor: `availability`, `time_off`, `workload`, `skill`, `daily_hours` or
    `short_break`; `slot` counts from 0."""

    kind: str
    who: NamedOut
    slot: int | None
    message: str


class LeadOut(TypedDict):
    """Who leads a batch from now on; here `assigned_instructor` is the id."""

    _id: str
    batch_name: str
    assigned_instructor: str
    updatedAt: Moment
    version: int


class AssignmentOut(Stamped):
    """Who teaches a batch in which role, from and until when (both days included)."""

    batch: str
    instructor: PersonOut
    role: str
    from_date: Moment
    until_date: Moment | None
    notes: str


class ClashBatchOut(TypedDict):
    """The batch that has the hour; null where the caller may not see it."""

    _id: str
    batch_name: str
    batch_code: str


class HourOut(TypedDict):
    """An hour of the week, or of one date."""

    day: str
    start_time: str
    end_time: str
    date: NotRequired[Date]


class ClashOut(TypedDict):
    """One double booking: `slot` counts the asked slots from 0."""

    slot: int
    asked: HourOut
    kind: str
    who: NamedOut
    batch: ClashBatchOut | None
    busy: HourOut
    first_date: Date
    last_date: Date
    dates: int
    message: str


class FreeHourOut(HourOut):
    """Another hour for a slot, at which its people and its room are free."""

    slot: int


class FreePersonOut(PersonOut):
    """Somebody who is free at all the asked hours."""

    reason: str


class FreeRoomOut(NamedOut):
    """A room that is free at the hour of a slot."""

    slot: int
    seats: int | None


class AlternativesOut(TypedDict):
    """The ways out of double bookings."""

    times: list[FreeHourOut]
    instructors: list[FreePersonOut]
    rooms: list[FreeRoomOut]


class ConflictsOut(TypedDict):
    """What a schedule would double-book, the free alternatives, and warnings for the given instructors."""

    conflicts: list[ClashOut]
    alternatives: AlternativesOut
    warnings: list[WarningOut]


def with_warnings(warnings: Iterable[PlanWarning]) -> dict[str, Any]:
    """What stands beside an answer where something speaks against what was done."""
    found = [warning(one.field, one.message, one.kind) for one in warnings]
    return {"warnings": found} if found else {}


def slot_json(slot: dict[str, Any]) -> SlotOut:
    """One weekly slot; clock times `HH:MM`, local to the batch."""
    return {
        "day": DAYS[slot["weekday"]],
        "start_time": slot["start_time"][:5],
        "end_time": slot["end_time"][:5],
        "room": {"_id": slot["room_id"], "name": slot["room"]} if slot["room_id"] else None,
        "subject": {"_id": slot["subject_id"], "title": slot["subject"]} if slot["subject_id"] else None,
        "instructor": {"_id": slot["instructor_id"], "full_name": slot["instructor"]}
        if slot["instructor_id"]
        else None,
        "shared": slot["shared"] is not None,
    }


def batches_as_seen(actor: Actor, rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """The batches in full, each told by `may_roster` and `may_see_staff` how much of it the actor may read."""
    return with_rights(actor, batches_of(actor, rows), "roster", "see_staff")


def batch_json(batch: Batch) -> BatchOut:
    """A batch that came through `batches_as_seen`. Its notes are for those who manage or teach it."""
    full: Any = batch
    lead, week = full.lead, full.week
    if lead and not full.may_see_staff:
        lead = {**lead, "email": None}
    return {
        **stamp(batch),
        "batch_id": key(batch.pk),
        "batch_name": batch.name,
        "batch_code": batch.code,
        "kind": batch.kind,
        "course": key(batch.course_id),
        "course_title": full.course_title,
        "branch_id": key(batch.branch_id),
        "branch_name": full.branch_name,
        "dept_id": key(batch.department_id),
        "dept_name": full.department_name,
        "year": batch.year,
        "current_semester": batch.current_semester,
        "auto_rollover": batch.auto_rollover,
        "status": batch.status,
        "status_pinned": batch.status_pinned,
        "phase": phase_of(batch, has_lead=lead is not None, has_slots=bool(week)),
        "start_date": day_stamp(batch.start_date),
        "end_date": day_stamp(batch.end_date),
        "capacity": batch.capacity,
        "waitlist_capacity": batch.waitlist_capacity,
        "spare_seats_released_on": day_stamp(batch.buffer_released_on),
        "enrolled_students": batch.enrolled_students,
        "seats_offered": batch.seats_offered,
        "available_spots": batch.available_spots,
        "attended_count": batch.attended_count,
        "assigned_instructor": lead,
        "schedule": [slot_json(slot) for slot in week],
        "batch_notes": batch.notes if full.may_roster else "",
        "archived": batch.is_archived,
        "archived_at": timestamp(batch.archived_at),
        "version": batch.version,
        "created_at": timestamp(batch.created_at),
    }


def assignment_json(assignment: InstructorAssignment) -> AssignmentOut:
    """Who teaches a batch in which role, from and until when (both days included)."""
    person = assignment.instructor
    return {
        **stamp(assignment),
        "batch": key(assignment.batch_id),
        "instructor": {"_id": key(person.pk), "full_name": person.full_name, "email": person.email or None},
        "role": assignment.role,
        "from_date": day_stamp(assignment.from_date),
        "until_date": day_stamp(assignment.until_date),
        "notes": assignment.notes,
    }
