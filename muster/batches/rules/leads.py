"""Leads for many batches at once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from muster.accounts.models import User
from muster.batches.errors import LeadOverlap, NotAnInstructor, ScheduleConflict
from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.batches.notices import tell_leads
from muster.batches.rules.locks import locked_batches
from muster.core.database import atomic, refused_as
from muster.core.errors import Missing
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.models import Role
from muster.institutions.queries import colleagues
from muster.timetable.models import ScheduleSlot
from muster.timetable.rules import lock_people_and_rooms


@atomic
def assign_leads(*, by: Actor, leads: Mapping[UUID, User], reason: str = "") -> list[InstructorAssignment]:
    """Give each of these batches, which nobody leads, its lead from today on: all of them, or none is given any.

    A batch that nobody has led yet is led from its first day on. What speaks against somebody is not asked, and each
    instructor is told once. Some statements for each instructor, the same for one batch and for many. Locks the batches
    ascending, then the instructors, then the rooms. Raises Missing, BatchArchived, BatchNotOpen, LeadOverlap,
    NotAnInstructor, ScheduleConflict.
    """
    batches = locked_batches(by, leads)
    if len(batches) < len(leads):
        raise Missing
    today = {pk: batch.today() for pk, batch in batches.items()}
    given = list(InstructorAssignment.objects.leads().filter(batch__in=batches))
    if any(one.until_date is None or one.until_date >= today[one.batch_id] for one in given):
        raise LeadOverlap
    lock_leads(by, leads)
    people = {person.pk for person in leads.values()}
    if active_instructors_among(by, people) != people:
        raise NotAnInstructor("instructor_id")
    led = {one.batch_id for one in given if one.from_date <= today[one.batch_id]}
    made = [
        InstructorAssignment(
            institution=by.institution,
            batch=batch,
            instructor=leads[pk],
            role=InstructorAssignment.Role.LEAD,
            from_date=today[pk] if pk in led or batch.start_date is None else min(today[pk], batch.start_date),
            assigned_by=by.user,
        )
        for pk, batch in batches.items()
    ]
    with (
        recorded(by, "assign_leads", reason=reason),
        refused_as(
            instructor_is_in_one_place_at_a_time=ScheduleConflict.unnamed,
            room_holds_one_meeting_at_a_time=ScheduleConflict.unnamed,
            one_lead_on_one_day=LeadOverlap,
        ),
    ):
        InstructorAssignment.objects.bulk_create(made)
        Batch.objects.filter(pk__in=batches).update(version=F("version") + 1, updated_at=timezone.now())
    by_person: dict[UUID, list[InstructorAssignment]] = {}
    for one in made:
        by_person.setdefault(one.instructor_id, []).append(one)
    for pk in sorted(by_person):
        tell_leads(by, by_person[pk])
    return made


def lock_leads(by: Actor, leads: Mapping[UUID, User]) -> None:
    """Lock the instructors and the rooms of the batches, whose rows are locked before."""
    meetings = BatchMeeting.objects.filter(batch__in=list(leads)).values("meeting")
    rooms = ScheduleSlot.objects.filter(meeting__in=meetings, room__isnull=False).order_by()
    lock_people_and_rooms(
        by.institution.pk, {person.pk for person in leads.values()}, rooms.values_list("room_id", flat=True)
    )


def active_instructors_among(by: Actor, people: set[UUID]) -> set[UUID]:
    """Those of the people who are active instructors of the institution."""
    return set(colleagues(by, Role.INSTRUCTOR).filter(pk__in=people).values_list("pk", flat=True))
