"""Shared meetings: several batches meet as one, which books its instructors and room once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from muster.batches.assessment import ScheduleAssessment
from muster.batches.clashes import Timetable
from muster.batches.models import Batch, BatchMeeting
from muster.batches.rules.inputs import SlotInput, problems_of_slots
from muster.batches.rules.locks import (
    booked_people,
    explain_booking_conflicts,
    faculty_of,
    locked_batches,
    must_be_free,
    must_teach,
    slot_input_of,
    timetable_of,
)
from muster.batches.rules.opening import write_slots
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import Meeting
from muster.timetable.rules import lock_people_and_rooms


@atomic
def share_meeting(*, by: Actor, name: str, batches: Sequence[Batch], slots: Sequence[SlotInput]) -> Meeting:
    """Let the batches meet together in these slots; their instructors and the room are booked once for all of them.

    The slots come on top of what each batch has of its own. Locks the batches in the order of their ids, then
    instructors and rooms. Raises Invalid, NotAnInstructor, BatchArchived, BatchNotOpen, ScheduleConflict.
    """
    name = name.strip()
    if not name or len(name) > 150:
        raise Invalid(_("Give the session a name of up to 150 characters."), field="name")
    if not slots:
        raise Invalid(_("Add at least one weekly time to the shared session."), field="schedule")
    if problems := problems_of_slots(slots):
        raise Invalid.fields(problems)
    for index, slot in enumerate(slots):
        if slot.instructor is not None:
            must_teach(by.institution.pk, slot.instructor, f"schedule.{index}.instructor")
    held = list(locked_batches(by, [batch.pk for batch in batches]).values())
    if len(held) < 2:
        raise Invalid(_("A shared session needs at least two batches."), field="batches")

    # The meeting's slots are new, so what the batches have of their own may be in the way too.
    asked = _must_fit(by, held, slots, _people(held))
    with recorded(by, "share_meeting"), explain_booking_conflicts(asked, held[0], by):
        meeting = Meeting.objects.create(institution=by.institution, name=name, code=name, is_shared=True)
        BatchMeeting.objects.bulk_create(
            BatchMeeting(institution=by.institution, meeting=meeting, batch=batch) for batch in held
        )
        write_slots(meeting, slots)
    # The database says when and by which clock it meets.
    meeting.refresh_from_db()
    return meeting


@atomic
def join_meeting(*, by: Actor, meeting: Meeting, batch: Batch) -> BatchMeeting:
    """Let one more batch take part in a meeting. Repeating changes nothing.

    Locks the batch, then instructors and rooms. Raises Invalid, BatchArchived, BatchNotOpen, ScheduleConflict.
    """
    joining = locked_batches(by, [batch.pk]).get(batch.pk)
    if joining is None or meeting.institution_id != by.institution.pk:
        raise Invalid(_("Only batches of the same institution can share a session."), field="batches")
    member = BatchMeeting.objects.filter(meeting=meeting, batch=batch).first()
    if member is not None:
        return member
    slots = [slot_input_of(slot) for slot in meeting.slots.select_related("room", "subject", "instructor")]
    people = _people([joining, *meeting.batches.all()])
    asked = _must_fit(by, [joining], slots, people, meeting=meeting)
    with recorded(by, "join_meeting"), explain_booking_conflicts(asked, joining, by):
        return BatchMeeting.objects.create(institution=by.institution, meeting=meeting, batch=joining)


def _people(batches: Sequence[Batch]) -> set[UUID]:
    """Everybody who teaches one of the batches, and so the meeting."""
    return set().union(*(booked_people(batch, batch.today()) for batch in batches))


def _must_fit(
    by: Actor,
    batches: Sequence[Batch],
    slots: Sequence[SlotInput],
    people: set[UUID],
    *,
    meeting: Meeting | None = None,
) -> Timetable | None:
    """Lock who and what the slots would book over the dates of the batches, and raise ScheduleConflict for a clash.

    The clock and the holidays are those of the first batch by code, and what the meeting books already does not count.
    Returns one of the timetables asked about, None when nothing is booked.
    """
    others = meeting.batches.select_related("institution", "branch") if meeting else ()
    first = min([*batches, *others], key=lambda batch: (batch.code, batch.pk))
    own = [meeting.pk] if meeting else []
    faculty = faculty_of(*batches, *others) if any(slot.subject for slot in slots) else {}
    asked = [
        (batch, replace(timetable, zone=first.zone.key, branch_id=first.branch_id))
        for batch in batches
        if (timetable := timetable_of(batch, slots, people, ignored=own, faculty=faculty)) is not None
    ]
    lock_people_and_rooms(
        by.institution.pk,
        {person for _batch, timetable in asked for person in timetable.instructor_ids},
        {room for _batch, timetable in asked for room in timetable.room_ids},
    )
    for batch, timetable in asked:
        must_be_free(ScheduleAssessment(by, batch, timetable))
    return asked[0][1] if asked else None
