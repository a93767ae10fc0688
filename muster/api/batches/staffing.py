"""Who teaches a batch, and what its timetable would clash with."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query

from muster.api.batches.bodies import NamedRows, SlotIn, branch_named, course_named
from muster.api.batches.shapes import AssignmentOut, ConflictsOut, LeadOut, assignment_json, with_warnings
from muster.api.kit import (
    Day,
    Door,
    In,
    WholeOrPaged,
    answer,
    expected_version,
    key,
    page_of,
    request_actor,
    request_object,
    timestamp,
)
from muster.batches import rules
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import assignments, batches
from muster.batches.rules.inputs import NOBODY, problems_of_slots
from muster.batches.rules.locks import assess, current_people, faculty_of, match_slots
from muster.batches.warnings import in_plan
from muster.core.errors import Conflict, Invalid, Missing
from muster.core.permissions import any_id
from muster.institutions.queries import person_named

router = Door()


class Question(In):
    """A timetable to ask about."""

    assigned_instructor: str | None = None
    assistants: list[str] | None = Field(None, max_length=20)
    branch_id: str | None = Field(None, description="Its time zone applies to the clock times; else the institution's")
    course_id: str | None = Field(None, description="Puts instructors who have taught it first")
    room: str | None = Field(None, description="The room for slots without one")
    schedule: list[SlotIn] = Field(max_length=100)
    start_date: Day
    end_date: Day
    ignore_batch: str | None = Field(None, description="A batch whose own bookings are ignored")


@router.put(
    "/{batch_id}/assign-instructor/{instructor_id}",
    allow=batches["staff"],
    on="batch_id",
    data=LeadOut,
    versioned=True,
    fixed=True,
)
def assign_lead(request: HttpRequest, batch_id: str, instructor_id: str) -> HttpResponse:
    """Make the instructor the batch's lead from today. Safe to repeat.

    Warnings (availability, time off, workload, skills, long days, short breaks) don't block this and stand in
    `warnings` beside `data`.
    """
    actor = request_actor(request)
    try:
        instructor = person_named(actor, instructor_id, "instructor_id")
    except Invalid as unknown:
        raise Missing from unknown
    asked = request_object(request, Batch)
    warnings = rules.warnings_of_lead(asked, instructor, actor)
    warnings += rules.advice_on_staff(asked, [instructor], actor)
    batch = rules.assign_lead(by=actor, batch=asked, instructor=instructor, version=expected_version(request))
    data = {
        "_id": key(batch.pk),
        "batch_name": batch.name,
        "assigned_instructor": key(instructor.pk),
        "updatedAt": timestamp(batch.updated_at),
        "version": batch.version,
    }
    told = with_warnings(in_plan(warnings, "instructor_id"))
    return answer(data, "Instructor assigned to batch successfully", version=batch.version, **told)


@router.post("/check-conflicts", allow=batches["staff"], repeatable=False, data=ConflictsOut)
def check_conflicts(request: HttpRequest, body: Question) -> HttpResponse:
    """What this schedule would double-book, and the free alternatives. Nothing is written."""
    actor = request_actor(request)
    named = NamedRows(actor, body.schedule, [body.assigned_instructor, *(body.assistants or [])], body.room)
    slots = named.slots()
    if body.room:
        room = named.room(body.room)
        slots = [slot if slot.room else replace(slot, room=room) for slot in slots]
    if body.end_date < body.start_date:
        raise Invalid(_("The last day is before the first day."), field="end_date")
    if (body.end_date - body.start_date).days > 3660:
        raise Invalid(_("A batch can last up to ten years."), field="end_date")
    lead = named.person(body.assigned_instructor, "assigned_instructor") if body.assigned_instructor else None
    ignored = batches.get_named(actor, body.ignore_batch, "ignore_batch") if body.ignore_batch else None
    if problems := problems_of_slots(slots, faculty_of(ignored) if ignored else NOBODY):
        raise Invalid.fields(problems)
    draft = Batch(
        institution=actor.institution,
        course=course_named(actor, body.course_id) or (ignored.course if ignored else None),
        branch=branch_named(actor, body.branch_id) or (ignored.branch if ignored else None),
        start_date=body.start_date,
        end_date=body.end_date,
    )
    people = {one.pk: one.full_name for one in (lead, *named.people(body.assistants, "assistants")) if one}
    if ignored is not None:
        slots = match_slots(list(ignored.slots.select_related("room", "subject", "instructor")), slots)
    assessment = assess(actor, draft, slots, set(people), stored=ignored)
    there = current_people(ignored, ignored.today()) if ignored else set()
    named_too = {slot.instructor.pk: slot.instructor.full_name for slot in slots if slot.instructor}
    everybody = people | named_too
    warnings = [*assessment.warnings(everybody, joining=people.keys() - there), *assessment.advice(everybody)]
    data = {**assessment.as_json(), "warnings": [warning.as_json() for warning in warnings]}
    return answer(data, assessment.clashes[0].sentence if assessment.clashes else _("No conflicts."))


class Assigning(In):
    """An instructor for a batch."""

    instructor_id: str
    role: str = "assistant"
    from_date: Day | None = None
    until_date: Day | None = None
    notes: str = ""
    override_reason: str = Field("", description="Why they're assigned despite warnings; kept")


class Ending(In):
    assignment_id: str
    until_date: Day | None = Field(None, description="The last day; yesterday when absent")
    reason: str = Field("", max_length=300)


@router.get("/{batch_id}/instructors", allow=batches["assignments"], on="batch_id", rows=AssignmentOut)
def list_instructors(request: HttpRequest, batch_id: str, paging: Query[WholeOrPaged]) -> HttpResponse:
    """Who teaches the batch, and who did. Whoever was replaced sees their own part."""
    batch = request_object(request, Batch)
    everybody = batch.instructor_assignments.select_related("instructor")
    rows = assignments.rows(request_actor(request), among=everybody)
    return page_of(rows, paging, assignment_json, within=batch.pk)


@router.post("/{batch_id}/instructors", allow=batches["staff"], on="batch_id", data=AssignmentOut, status=201)
def assign_instructor(request: HttpRequest, batch_id: str, body: Assigning) -> HttpResponse:
    """Assign a lead, an assistant or a substitute for some days.

    With warnings (availability, time off, workload or skills) it is refused once, with `warnings` (`needs_a_reason`);
    send it again with `override_reason`.
    """
    actor = request_actor(request)
    assignment = rules.assign_instructor(
        by=actor,
        batch=request_object(request, Batch),
        instructor=person_named(actor, body.instructor_id, "instructor_id"),
        role=body.role,
        from_date=body.from_date,
        until_date=body.until_date,
        notes=body.notes,
        override_reason=body.override_reason,
    )
    advice = rules.advice_on_staff(assignment.batch, [assignment.instructor], actor)
    told = with_warnings(in_plan(advice, "instructor_id"))
    return answer(assignment_json(assignment), "Instructor assigned to batch successfully", status=201, **told)


@router.delete("/{batch_id}/instructors", allow=batches["staff"], on="batch_id", data=AssignmentOut)
def end_assignment(request: HttpRequest, batch_id: str, body: Ending) -> HttpResponse:
    """End an assignment. It stays in the history."""
    batch = request_object(request, Batch)
    assignment = (
        InstructorAssignment.objects.select_related("instructor", "batch")
        .filter(batch=batch, pk=any_id(body.assignment_id))
        .first()
    )
    if assignment is None:
        raise Conflict(_("This batch doesn't have this assignment."), field="assignment_id", code="unknown")
    ended = rules.end_assignment(
        by=request_actor(request), assignment=assignment, reason=body.reason, until_date=body.until_date
    )
    return answer(assignment_json(ended), "Instructor assignment ended successfully")
