"""Opening a batch."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.notices import tell_assigned
from muster.batches.permissions import batches
from muster.batches.rules.codes import free_code, stem_of
from muster.batches.rules.inputs import FIELD_NAMES, BatchInput, SlotInput, must_be_sound
from muster.batches.rules.locks import assess, explain_booking_conflicts, lock_and_check, named_at
from muster.batches.warnings import PlanWarning, in_plan, warnings_of_plan
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import Meeting, ScheduleSlot

AS_GIVEN = {*FIELD_NAMES} - {"name", "code", "year", "status"} | {"course", "branch"}
LEAD, ASSISTANT = InstructorAssignment.Role.LEAD, InstructorAssignment.Role.ASSISTANT


@atomic
def open_batch(*, by: Actor, fields: BatchInput, warnings: list[PlanWarning] | None = None) -> Batch:
    """Open a batch, with its weekly slots, its lead and its assistants, all or nothing.

    A code is made when none is given; a status given pins it, otherwise the dates decide. What speaks against it
    without forbidding it is added to `warnings`, of a caller who tells them. Locks the instructors and rooms it books.
    Raises Invalid naming every wrong field, NotAnInstructor, CodeTaken, ScheduleConflict, and Forbidden when the new
    batch would lie out of the actor's reach.
    """
    batch = draft_batch(by, fields)
    if fields.code is None:
        batch.code = free_code(by.institution.pk, stem_of_plan(fields))
    must_be_sound(batch, by.institution, fields.slots)
    staff = _staff_of(fields)

    assessment = assess(by, batch, fields.slots, [person.pk for person, _role in staff])
    field_of = {LEAD: "assigned_instructor", ASSISTANT: "assistants"}
    lock_and_check(assessment, [*((person, field_of[role]) for person, role in staff), *named_at(fields.slots)])

    if warnings is not None:
        people = {person.pk: person.full_name for person in (*dict(staff), *dict(named_at(fields.slots)))}
        against = assessment.warnings(people, {person.pk for person, _role in staff})
        warnings += in_plan([*against, *assessment.advice(people)], "assigned_instructor")
        warnings += [*warnings_of_plan(batch, fields.slots, batch.today()), *assessment.twins]

    with recorded(by, "open_batch"), explain_booking_conflicts(assessment.timetable, batch, by):
        batch.save(force_insert=True)
        # People first: the sessions that the slots make are booked for them at once.
        assigned = [
            InstructorAssignment.objects.create(
                institution_id=batch.institution_id,
                batch=batch,
                instructor=person,
                role=role,
                from_date=min(filter(None, (batch.today(), batch.start_date))),
                assigned_by=by.user,
            )
            for person, role in staff
        ]
        write_slots(batch, fields.slots)
    batches.must_reach(by, "change", batch)
    for assignment in assigned:
        tell_assigned(by, batch, assignment)
    return batch


def _staff_of(fields: BatchInput) -> list[tuple[User, InstructorAssignment.Role]]:
    """The lead and the assistants with their roles, each person once. Raises Invalid where the lead assists too."""
    if fields.lead is not None and fields.lead in fields.assistants:
        raise Invalid(
            _("%(name)s leads this batch, so they can't be its assistant too.") % {"name": fields.lead.full_name},
            field="assistants",
        )
    staff = [(fields.lead, LEAD)] if fields.lead is not None else []
    return staff + [(person, ASSISTANT) for person in dict.fromkeys(fields.assistants)]


def stem_of_plan(fields: BatchInput) -> str:
    """What a code made for the batch begins with."""
    academic = fields.kind == Batch.Kind.ACADEMIC
    return stem_of(
        course_code=fields.course.code if fields.course else None,
        department_code=fields.department.short_code if fields.department and academic else None,
        start=fields.start_date,
        year=fields.year if academic else None,
    )


def draft_batch(by: Actor, fields: BatchInput) -> Batch:
    """The batch of these fields, not stored, with all that is defaulted; a code is made by who stores it."""
    academic = fields.kind == Batch.Kind.ACADEMIC
    department = fields.department or (fields.course.department if fields.course else None)
    name = fields.name
    if academic and not name and department is not None and fields.year is not None:
        name = f"{department.name} {fields.year}"
    batch = Batch(
        institution=by.institution,
        kind=fields.kind,
        **{name: getattr(fields, name) for name in AS_GIVEN},
        name=name.strip(),
        code=(fields.code or "").strip(),
        department=department,
        year=fields.year if academic else (fields.year or (fields.start_date.year if fields.start_date else None)),
        current_semester=(1 if fields.current_semester is None else fields.current_semester) if academic else None,
        created_by=by.user,
    )
    if fields.status is not None:
        batch.status, batch.status_pinned = fields.status, True
    elif academic and fields.start_date is None:
        batch.status = Batch.Status.ACTIVE
    else:
        batch.status = batch.status_on(batch.today(), has_lead=fields.lead is not None)
    return batch


def write_slots(owner: Batch | Meeting, slots: Iterable[SlotInput]) -> None:
    """Store the slots of a batch or of a meeting, in one statement that also makes their sessions and books them."""
    ScheduleSlot.objects.bulk_create(
        ScheduleSlot(
            institution_id=owner.institution_id,
            meeting_id=owner.pk,
            weekday=slot.weekday,
            start_time=slot.start_time,
            end_time=slot.end_time,
            room=slot.room,
            subject=slot.subject,
            instructor=slot.instructor,
        )
        for slot in slots
    )
