"""Changing a batch: its fields, its timetable, its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from muster.accounts.models import User
from muster.batches.assessment import ScheduleAssessment
from muster.batches.errors import CourseInUse, StatusMoveRefused
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.batches.rules.inputs import FIELD_NAMES, NOBODY, SlotInput, must_be_sound
from muster.batches.rules.locks import (
    assess,
    explain_booking_conflicts,
    faculty_of,
    lock_and_check,
    locked_batch,
    match_slots,
    named_at,
    slot_input_of,
    week_of,
)
from muster.batches.rules.opening import write_slots
from muster.batches.rules.staffing import give_lead
from muster.core.database import atomic
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import ScheduleSlot
from muster.timetable.rules import bookings_checked_at_the_end

SLOT_COLUMNS = ("start_time", "end_time", "room", "subject", "instructor")
PLAIN_FIELDS = ({*FIELD_NAMES} - {"capacity", "status"}) | {"course", "branch", "department"}


@atomic
def change_batch(*, by: Actor, batch: Batch, changes: Mapping[str, Any], version: int | None = None) -> Batch:
    """Change what `changes` names: plain fields, `slots` (the whole week of the batch's own slots), `lead`.

    Capacity and status have rules of their own. Locks the batch, then the instructors and rooms concerned. Raises
    Missing, Stale, BatchArchived, Invalid naming the fields, CodeTaken, ScheduleConflict, and Forbidden when the
    changed batch would lie out of the actor's reach.
    """
    return change_locked_batch(locked_batch(batch, version=version), by=by, changes=changes)


def change_locked_batch(batch: Batch, *, by: Actor, changes: Mapping[str, Any]) -> Batch:
    """`change_batch` for a rule that holds the batch's lock, and a transaction, already."""
    course_id = batch.course_id
    new_slots: list[SlotInput] | None = list(changes["slots"]) if "slots" in changes else None
    places = _places_of(batch, new_slots or ())
    for name in PLAIN_FIELDS & changes.keys():
        setattr(batch, name, changes[name])
    faculty = faculty_of(batch) if any(slot.subject for slot in new_slots or ()) else NOBODY
    must_be_sound(batch, by.institution, new_slots or (), places=places, faculty=faculty)
    # Its students are enrolled in its course.
    if batch.course_id != course_id and batch.enrollments.exists():
        raise CourseInUse(batch)

    lead: User | None = changes.get("lead")
    week: list[ScheduleSlot] = []
    timetable = None
    if new_slots is not None or lead is not None or {"start_date", "end_date", "branch"} & changes.keys():
        week = week_of(batch)
        if new_slots is not None:
            new_slots = match_slots(_own(batch, week), new_slots)
        assessment = _assessed(batch, week, new_slots, lead, by)
        timetable = assessment.timetable
        lock_and_check(assessment, [*([(lead, "assigned_instructor")] if lead else []), *named_at(new_slots or ())])

    # Slots, dates and the lead change one after the other, and may cross meanwhile.
    with recorded(by, "change_batch"), explain_booking_conflicts(timetable, batch, by), bookings_checked_at_the_end():
        if new_slots is not None:
            _write_week(batch, _own(batch, week), new_slots)
        if lead is not None:
            give_lead(batch, lead, by)
        batch.version += 1
        batch.save()
    batches.must_reach(by, "change", batch)
    return batch


def _assessed(
    batch: Batch, week: Sequence[ScheduleSlot], new_slots: Sequence[SlotInput] | None, lead: User | None, by: Actor
) -> ScheduleAssessment:
    """What the batch would come to with the new slots and the new lead, each where there is one."""
    plans, start = [slot_input_of(slot) for slot in week], None
    if new_slots is not None:
        # What was taught stays, whatever the week becomes.
        start = batch.today()
        plans = [*new_slots, *(slot_input_of(slot) for slot in week if slot.meeting_id != batch.pk)]
    now = batch.instructor_assignments.filter(for_subjects=False).exclude(until_date__lt=batch.today())
    held = now.values_list("instructor_id", "role")
    people = {person for person, _role in held}
    if lead is not None:
        people = people - {person for person, role in held if role == InstructorAssignment.Role.LEAD} | {lead.pk}
    return assess(by, batch, plans, people, start=start, stored=batch)


def _own(batch: Batch, week: Sequence[ScheduleSlot]) -> list[ScheduleSlot]:
    """The slots that the batch shares with no other."""
    return [slot for slot in week if slot.meeting_id == batch.pk]


def _places_of(batch: Batch, new_slots: Sequence[SlotInput]) -> set[Any]:
    """The branch that the batch has, and its rooms where an inactive one is among the new slots."""
    places = {batch.branch_id}
    if any(slot.room and not slot.room.is_active for slot in new_slots):
        places |= set(batch.slots.values_list("room_id", flat=True))
    return places


def _write_week(batch: Batch, stored: list[ScheduleSlot], plans: list[SlotInput]) -> None:
    """Let the slots become what the plans say; those that stay keep their sessions."""
    before = {slot.pk: slot_input_of(slot) for slot in stored}
    kept = {plan.slot_id: plan for plan in plans if plan.slot_id is not None}
    if gone := before.keys() - kept.keys():
        ScheduleSlot.objects.filter(pk__in=gone).delete()
    moved = [slot for slot in stored if slot.pk in kept and kept[slot.pk] != before[slot.pk]]
    for slot in moved:
        plan = kept[slot.pk]
        slot.start_time, slot.end_time = plan.start_time, plan.end_time
        slot.room, slot.subject, slot.instructor = plan.room, plan.subject, plan.instructor
    if moved:
        ScheduleSlot.objects.bulk_update(moved, SLOT_COLUMNS)
    write_slots(batch, [plan for plan in plans if plan.slot_id is None])


MOVES = {
    Batch.Status.UPCOMING: {Batch.Status.ACTIVE, Batch.Status.CANCELLED},
    Batch.Status.ACTIVE: {Batch.Status.COMPLETED, Batch.Status.CANCELLED},
    Batch.Status.COMPLETED: set(),
    Batch.Status.CANCELLED: set(),
}


@atomic
def move_status(*, by: Actor, batch: Batch, status: str, pinned: bool = True) -> Batch:
    """Move the batch to a status that follows its own, and pin it there unless the dates moved it.

    Only the batch's row and its bookings: what it means for the students is `enrollments`' part of the use case. Locks
    the batch. Raises BatchArchived, StatusMoveRefused.
    """
    batch = locked_batch(batch)
    if batch.status != status and status not in MOVES[Batch.Status(batch.status)]:
        raise StatusMoveRefused(batch, status)
    with recorded(by, "move_status"):
        batch.status, batch.status_pinned = status, pinned
        batch.save_version("status", "status_pinned")
    return batch


@atomic
def set_status_by_dates(*, by: Actor, batch: Batch, status: str) -> Batch:
    """Give a batch that is not over the status that its dates have come to, and let them move it on from there.

    Locks the batch. Raises BatchArchived.
    """
    batch = locked_batch(batch)
    with recorded(by, "follow_dates"):
        batch.status, batch.status_pinned = status, False
        batch.save_version("status", "status_pinned")
    return batch
