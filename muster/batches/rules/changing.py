"""Changing a batch: its fields, its timetable, its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from muster.accounts.models import User
from muster.batches.errors import CourseInUse, StatusMoveRefused
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.rules.locks import (
    booking,
    current_people,
    locked_batch,
    matched,
    must_not_clash,
    must_teach,
    plan_of,
    slots_of,
    timetable_of,
)
from muster.batches.rules.opening import write_slots
from muster.batches.rules.plan import SlotPlan, must_be_sound
from muster.batches.rules.staffing import give_lead
from muster.core.database import atomic
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import ScheduleSlot
from muster.timetable.rules import bookings_checked_at_the_end, lock_people_and_rooms

SLOT_COLUMNS = ("start_time", "end_time", "room", "subject", "instructor")
PLAIN_FIELDS = (
    "name",
    "code",
    "course",
    "branch",
    "department",
    "year",
    "auto_rollover",
    "start_date",
    "end_date",
    "waitlist_capacity",
    "notes",
)


@atomic
def change_batch(*, by: Actor, batch: Batch, changes: Mapping[str, Any], version: int | None = None) -> Batch:
    """Change what `changes` names: plain fields, `slots` (the whole week of the batch's own slots), `lead`.

    Capacity and status have rules of their own. Locks the batch, then the instructors and rooms concerned. Raises
    Missing, Stale, BatchArchived, Invalid naming the fields, CodeTaken, ScheduleConflict, and Forbidden when the
    changed batch would lie out of the actor's reach.
    """
    batch = locked_batch(batch, version=version)
    new_slots: list[SlotPlan] | None = list(changes["slots"]) if "slots" in changes else None
    places = _places_of(batch, new_slots or ())
    for name in PLAIN_FIELDS:
        if name in changes:
            setattr(batch, name, changes[name])
    must_be_sound(batch, by.institution, new_slots or (), places=places)
    _course_must_stay(batch, changes)

    lead: User | None = changes.get("lead")
    if lead is not None:
        must_teach(batch.institution_id, lead)
    for index, slot in enumerate(new_slots or ()):
        if slot.instructor is not None:
            must_teach(batch.institution_id, slot.instructor, f"schedule.{index}.instructor")

    own_slots = list(batch.slots.select_related("room", "subject", "instructor"))
    if new_slots is not None:
        new_slots = matched(own_slots, new_slots)
    rebooks = new_slots is not None or lead is not None or bool({"start_date", "end_date", "branch"} & changes.keys())
    timetable = None
    if rebooks:
        # What was taught stays, whatever the week becomes.
        start = by.today() if new_slots is not None else None
        week = slots_of(batch) if new_slots is None else [*new_slots, *_shared_slots(batch)]
        people = current_people(batch, by.today())
        if lead is not None:
            people = (people - _current_leads(batch, by)) | {lead.pk}
        timetable = timetable_of(batch, week, people, start=start, stored=batch)
        if timetable is not None:
            lock_people_and_rooms(batch.institution_id, timetable.instructor_ids, timetable.room_ids)
            must_not_clash(timetable, batch, by)

    # Slots, dates and the lead change one after the other, and may cross meanwhile.
    with recorded(by, "change_batch"), booking(timetable, batch, by), bookings_checked_at_the_end():
        if new_slots is not None:
            _write_week(batch, own_slots, new_slots)
        if lead is not None:
            give_lead(batch, lead, by)
        batch.version += 1
        batch.save()
    batches.must_reach(by, "change", batch)
    return batch


def _places_of(batch: Batch, new_slots: Sequence[SlotPlan]) -> set[Any]:
    """The branch that the batch has, and its rooms where an inactive one is among the new slots."""
    places = {batch.branch_id}
    if any(slot.room and not slot.room.is_active for slot in new_slots):
        places |= set(batch.slots.values_list("room_id", flat=True))
    return places


def _course_must_stay(batch: Batch, changes: Mapping[str, Any]) -> None:
    """A batch with students stays with its course: their enrollments are in it."""
    if "course" not in changes:
        return
    stored = Batch.objects.only("course_id").get(pk=batch.pk)
    if stored.course_id != batch.course_id and batch.enrollments.exists():
        raise CourseInUse(batch)


def _write_week(batch: Batch, stored: list[ScheduleSlot], plans: list[SlotPlan]) -> None:
    """Let the slots become what the plans say; those that stay keep their sessions."""
    before = {slot.pk: plan_of(slot) for slot in stored}
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


def _shared_slots(batch: Batch) -> list[SlotPlan]:
    shared = ScheduleSlot.objects.filter(meeting__in=batch.meeting_links.filter(is_own=False).values("meeting"))
    return [plan_of(slot) for slot in shared.select_related("room", "subject", "instructor")]


def _current_leads(batch: Batch, by: Actor) -> set[Any]:
    return set(
        batch.instructor_assignments.leads().exclude(until_date__lt=by.today()).values_list("instructor_id", flat=True)
    )


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
        batch.version += 1
        batch.save(update_fields=["status", "status_pinned", "version", "updated_at"])
    return batch
