"""Shared meetings: several batches meet as one, which books its instructor and room once."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from muster.batches.models import Batch, MeetingMember, ScheduleSlot, SharedMeeting
from muster.batches.rules.locks import (
    booking,
    current_people,
    lock_people_and_rooms,
    must_not_clash,
    slot_ids_of,
    timetable_of,
)
from muster.batches.rules.plan import SlotPlan, problems_of_slots
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor


@atomic
def share_meeting(*, by: Actor, name: str, batches: Sequence[Batch], slots: Sequence[SlotPlan]) -> SharedMeeting:
    """Let the batches meet together in these slots; their leads and the room are booked once for all of them.

    The slots come on top of what each batch has of its own. Locks the batches in the order of their ids, then
    instructors and rooms. Raises Invalid, BatchArchived, ScheduleConflict.
    """
    if len({batch.pk for batch in batches}) < 2:
        raise Invalid(_("A shared meeting needs two batches at least."), field="batches")
    if problems := problems_of_slots(slots):
        raise Invalid.fields(problems)
    held = list(
        Batch.objects.filter(pk__in=[batch.pk for batch in batches])
        .locked()
        .select_related("institution", "branch", "course")
    )
    people = set().union(*(current_people(batch, by.today()) for batch in held))
    timetables = [
        timetable
        for batch in held
        if (timetable := timetable_of(batch, slots, people, ignored=slot_ids_of(batch))) is not None
    ]
    lock_people_and_rooms(
        by.institution.pk,
        {person for timetable in timetables for person in timetable.instructor_ids},
        {room for timetable in timetables for room in timetable.room_ids},
    )
    for batch, timetable in zip(held, timetables, strict=False):
        must_not_clash(timetable, batch, by)
    with recorded(by, "share_meeting"), booking(timetables[0] if timetables else None, held[0], by):
        meeting = SharedMeeting.objects.create(institution=by.institution, name=name)
        MeetingMember.objects.bulk_create(
            MeetingMember(institution=by.institution, shared_meeting=meeting, batch=batch) for batch in held
        )
        ScheduleSlot.objects.bulk_create(
            ScheduleSlot(
                institution=by.institution,
                shared_meeting=meeting,
                weekday=slot.weekday,
                start_time=slot.start_time,
                end_time=slot.end_time,
                room=slot.room,
                subject=slot.subject,
                instructor=slot.instructor,
            )
            for slot in slots
        )
    return meeting
