"""Opening a batch."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.notices import tell_assigned
from muster.batches.permissions import batches
from muster.batches.rules.codes import free_code, stem_of
from muster.batches.rules.inputs import BatchInput, SlotInput, must_be_sound
from muster.batches.rules.locks import assess, explain_booking_conflicts, lock_and_check, named_at
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import ScheduleSlot

LEAD, ASSISTANT = InstructorAssignment.Role.LEAD, InstructorAssignment.Role.ASSISTANT


@atomic
def open_batch(*, by: Actor, plan: BatchInput) -> Batch:
    """Open a batch, with its weekly slots, its lead and its assistants, all or nothing.

    A code is made when none is given; a status given pins it, otherwise the dates decide. Locks the instructors and
    rooms it books. Raises Invalid naming every wrong field, NotAnInstructor, CodeTaken, ScheduleConflict, and Forbidden
    when the new batch would lie out of the actor's reach.
    """
    batch = drafted(by, plan)
    if plan.code is None:
        batch.code = free_code(by.institution.pk, stem_of_plan(plan))
    must_be_sound(batch, by.institution, plan.slots)
    staff = _staff_of(plan)

    assessment = assess(by, batch, plan.slots, [person.pk for person, _role in staff])
    fields = {LEAD: "assigned_instructor", ASSISTANT: "assistants"}
    lock_and_check(assessment, [*((person, fields[role]) for person, role in staff), *named_at(plan.slots)])

    with recorded(by, "open_batch"), explain_booking_conflicts(assessment.timetable, batch, by):
        batch.save(force_insert=True)
        # People first: the sessions that the slots make are booked for them at once.
        assigned = [
            InstructorAssignment.objects.create(
                institution_id=batch.institution_id,
                batch=batch,
                instructor=person,
                role=role,
                from_date=min(filter(None, (by.today(), batch.start_date))),
                assigned_by=by.user,
            )
            for person, role in staff
        ]
        write_slots(batch, plan.slots)
    batches.must_reach(by, "change", batch)
    for assignment in assigned:
        tell_assigned(by, batch, assignment)
    return batch


def _staff_of(plan: BatchInput) -> list[tuple[User, InstructorAssignment.Role]]:
    """The lead and the assistants with their roles, each person once. Raises Invalid where the lead assists too."""
    if plan.lead is not None and plan.lead in plan.assistants:
        raise Invalid(
            _("%(name)s leads this batch, so they can't be its assistant too.") % {"name": plan.lead.full_name},
            field="assistants",
        )
    staff = [(plan.lead, LEAD)] if plan.lead is not None else []
    return staff + [(person, ASSISTANT) for person in dict.fromkeys(plan.assistants)]


def stem_of_plan(plan: BatchInput) -> str:
    """What a code made for the batch begins with."""
    academic = plan.kind == Batch.Kind.ACADEMIC
    return stem_of(
        course_code=plan.course.code if plan.course else None,
        department_code=plan.department.short_code if plan.department and academic else None,
        start=plan.start_date,
        year=plan.year if academic else None,
    )


def drafted(by: Actor, plan: BatchInput) -> Batch:
    """The batch of the plan, not stored, with all that is defaulted; a code is made by who stores it."""
    academic = plan.kind == Batch.Kind.ACADEMIC
    department = plan.department or (plan.course.department if plan.course else None)
    name = plan.name
    if academic and not name and department is not None and plan.year is not None:
        name = f"{department.name} {plan.year}"
    batch = Batch(
        institution=by.institution,
        kind=plan.kind,
        name=name.strip(),
        code=(plan.code or "").strip(),
        course=plan.course,
        branch=plan.branch,
        department=department,
        year=plan.year if academic else (plan.year or (plan.start_date.year if plan.start_date else None)),
        current_semester=(1 if plan.current_semester is None else plan.current_semester) if academic else None,
        auto_rollover=plan.auto_rollover,
        start_date=plan.start_date,
        end_date=plan.end_date,
        capacity=plan.capacity,
        waitlist_capacity=plan.waitlist_capacity,
        notes=plan.notes,
        created_by=by.user,
    )
    if plan.status is not None:
        batch.status, batch.status_pinned = plan.status, True
    elif academic and plan.start_date is None:
        batch.status = Batch.Status.ACTIVE
    else:
        batch.status = batch.status_on(by.today(), has_lead=plan.lead is not None)
    return batch


def write_slots(batch: Batch, slots: Iterable[SlotInput]) -> None:
    """Store the slots as the batch's own, in one statement that also makes their sessions and books them."""
    ScheduleSlot.objects.bulk_create(
        ScheduleSlot(
            institution_id=batch.institution_id,
            meeting_id=batch.pk,
            weekday=slot.weekday,
            start_time=slot.start_time,
            end_time=slot.end_time,
            room=slot.room,
            subject=slot.subject,
            instructor=slot.instructor,
        )
        for slot in slots
    )
