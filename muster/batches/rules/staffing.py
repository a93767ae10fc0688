"""Who teaches a batch: leads, assistants and substitutes, with the past kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.assessment import ScheduleAssessment
from muster.batches.clashes import Timetable
from muster.batches.errors import BatchNotOpen
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.notices import tell_assigned, tell_taken_away
from muster.batches.rules.inputs import MOST_NOTES, far_off, is_near
from muster.batches.rules.locks import (
    booked_people,
    explain_booking_conflicts,
    faculty_of,
    lock_and_check,
    locked_batch,
    must_have_a_reason,
    must_teach,
    slots_of,
    timetable_of,
    warnings_against,
)
from muster.batches.warnings import SoftWarning
from muster.core.database import atomic
from muster.core.errors import Conflict, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.rules import lock_people_and_rooms


@atomic
def assign_lead(
    *, by: Actor, batch: Batch, instructor: User, version: int | None = None, override_reason: str | None = None
) -> Batch:
    """Make the instructor the batch's lead from today on; the lead before ends yesterday and stays in the history.

    Assigning the current lead again changes nothing. Where hours, days away, workload or skills speak against it, an
    empty `override_reason` is refused and a given one kept; None does not ask. Locks the batch, then the instructor and
    the rooms. Raises NotAnInstructor, BatchArchived, BatchNotOpen, ScheduleConflict, SomethingSpeaksAgainst.
    """
    batch = locked_batch(batch, version=version)
    must_teach(batch.institution_id, instructor)
    if batch.is_over:
        raise BatchNotOpen(batch)
    today = batch.today()
    leads = set(batch.instructor_assignments.leads().on(today).values_list("instructor_id", flat=True))
    if leads == {instructor.pk}:
        return batch
    people = (booked_people(batch, today) - leads) | {instructor.pk}
    slots = slots_of(batch)
    timetable = timetable_of(batch, slots, people, start=today, stored=batch)
    starts = today if leads else first_day_of_lead(batch, today)
    # Days that are over are booked for the new lead alone, and nothing speaks against those.
    taken = timetable_of(batch, slots, {instructor.pk}, start=starts, stored=batch) if starts < today else timetable
    lock_and_check(ScheduleAssessment(by, batch, taken, people if taken else ()))
    reason = must_have_a_reason(batch, instructor, by, timetable, override_reason)
    with recorded(by, "assign_lead", reason=reason), explain_booking_conflicts(taken, batch, by):
        give_lead(batch, instructor, by)
        batch.save_version()
    return batch


def warnings_of_lead(batch: Batch, instructor: User, by: Actor) -> list[SoftWarning]:
    """What would speak against the instructor as lead from today on. Nothing is written or locked."""
    today = batch.today()
    if batch.instructor_assignments.leads().on(today).filter(instructor=instructor).exists():
        return []
    timetable = timetable_of(batch, slots_of(batch), {instructor.pk}, start=today, stored=batch)
    return warnings_against(batch, instructor, by, timetable)


def advice_on_staff(batch: Batch, people: Iterable[User], by: Actor) -> list[SoftWarning]:
    """What is better avoided in the days of these people as they would teach the batch from today on. Nothing is
    written or locked."""
    names = {person.pk: person.full_name for person in people}
    timetable = timetable_of(batch, slots_of(batch), names, start=batch.today(), stored=batch)
    return ScheduleAssessment(by, batch, timetable, names).advice(names)


def first_day_of_lead(batch: Batch, today: date) -> date:
    """From when a new lead leads a batch that has none today: one that nobody has led yet from its first day on."""
    led = batch.instructor_assignments.leads().filter(from_date__lte=today)
    return today if batch.start_date is None or led.exists() else min(today, batch.start_date)


def give_lead(batch: Batch, instructor: User, by: Actor) -> None:
    """End the lead of today, if another, open the new one, and tell both. The batch is locked and nothing clashes."""
    today = batch.today()
    current = batch.instructor_assignments.leads().on(today).select_related("instructor").first()
    if current is not None and current.instructor_id == instructor.pk:
        return
    starts = today
    if current is not None:
        current.until_date = today - timedelta(days=1)
        current.save(update_fields=["until_date", "updated_at"])
    else:
        starts = first_day_of_lead(batch, today)
    # A lead planned for later keeps those days.
    planned = batch.instructor_assignments.leads().filter(from_date__gt=today).order_by("from_date").first()
    given = InstructorAssignment.objects.create(
        institution_id=batch.institution_id,
        batch=batch,
        instructor=instructor,
        role=InstructorAssignment.Role.LEAD,
        from_date=starts,
        until_date=planned.from_date - timedelta(days=1) if planned else None,
        assigned_by=by.user,
    )
    if current is not None:
        tell_taken_away(by, batch, current.instructor, current.role, today - timedelta(days=1))
    tell_assigned(by, batch, given)


@atomic
def add_faculty(*, by: Actor, batch: Batch, people: Sequence[User]) -> list[InstructorAssignment]:
    """Make instructors who are nothing in the batch its assistants from today on, for the subjects they teach there.

    In one statement. Nobody is asked what speaks against them, and they are booked only by what is mapped to them.
    Locks the batch. Raises BatchArchived, BatchNotOpen.
    """
    batch = locked_batch(batch)
    if batch.is_over:
        raise BatchNotOpen(batch)
    with recorded(by, "assign_instructor"):
        made = InstructorAssignment.objects.bulk_create(
            InstructorAssignment(
                institution_id=batch.institution_id,
                batch=batch,
                instructor=person,
                role=InstructorAssignment.Role.ASSISTANT,
                from_date=batch.today(),
                assigned_by=by.user,
                for_subjects=True,
            )
            for person in people
        )
        batch.save_version()
    tell_assigned(by, batch, *made)
    return made


@atomic
def assign_instructor(
    *,
    by: Actor,
    batch: Batch,
    instructor: User,
    role: str,
    from_date: date | None = None,
    until_date: date | None = None,
    notes: str = "",
    override_reason: str | None = None,
    for_subjects: bool = False,
) -> InstructorAssignment:
    """Assign an instructor in a role for some days; without dates from today on. An assistant `for_subjects` comes for
    the sessions of their subjects alone.

    A substitute takes over the lead's bookings in its days. Where hours, days away, workload or skills speak against
    it, an empty `override_reason` is refused and a given one kept; None does not ask. Locks the batch, then the
    instructor and the rooms. Raises NotAnInstructor, BatchArchived, BatchNotOpen, Invalid, LeadOverlap,
    ScheduleConflict, SomethingSpeaksAgainst, and Conflict when the same person already has this role on these days.
    """
    batch = locked_batch(batch)
    must_teach(batch.institution_id, instructor, "instructor_id")
    if batch.is_over:
        raise BatchNotOpen(batch)
    if role not in InstructorAssignment.Role.values:
        known = ", ".join(InstructorAssignment.Role.values)
        raise Invalid(_("Choose one of these roles: %(known)s.") % {"known": known}, field="role")
    if from_date is None:
        from_date = batch.today()
        if not batch.instructor_assignments.exists() and batch.start_date:
            from_date = min(from_date, batch.start_date)
    if len(notes) > MOST_NOTES:
        raise Invalid(_("Keep the notes to %(most)d characters or fewer.") % {"most": MOST_NOTES}, field="notes")
    for name, day in (("from_date", from_date), ("until_date", until_date)):
        if day is not None and not is_near(day):
            raise Invalid(far_off(), field=name)
    if until_date is not None and until_date < from_date:
        raise Invalid(_("The last day is before the first."), field="until_date")
    if role == InstructorAssignment.Role.SUBSTITUTE and until_date is None:
        raise Invalid(_("Enter a last day for the substitute."), field="until_date")
    same = batch.instructor_assignments.filter(instructor=instructor, role=role).exclude(until_date__lt=from_date)
    if until_date is not None:
        same = same.filter(from_date__lte=until_date)
    if same.exists():
        raise Conflict(
            _("%(name)s already has this role in %(batch)s on these days.")
            % {"name": instructor.full_name, "batch": batch.code},
            code="already_assigned",
            field="instructor_id",
        )
    people = set() if for_subjects else {instructor.pk}
    timetable = timetable_of(batch, slots_of(batch), people, start=from_date, end=until_date, stored=batch)
    lock_and_check(ScheduleAssessment(by, batch, timetable))
    reason = must_have_a_reason(batch, instructor, by, timetable, override_reason)
    with (
        recorded(by, "assign_instructor", reason=reason),
        explain_booking_conflicts(timetable, batch, by, teacher="instructor_id"),
    ):
        assignment = InstructorAssignment.objects.create(
            institution_id=batch.institution_id,
            batch=batch,
            instructor=instructor,
            role=role,
            from_date=from_date,
            until_date=until_date,
            assigned_by=by.user,
            notes=notes,
            for_subjects=for_subjects,
        )
        batch.save_version()
    if until_date is None or until_date >= batch.today():
        tell_assigned(by, batch, assignment)
    return assignment


@atomic
def end_assignment(
    *, by: Actor, assignment: InstructorAssignment, reason: str = "", until_date: date | None = None
) -> InstructorAssignment:
    """End an assignment with `until_date`, its last day, else with yesterday. One that has not begun covers no day.

    The row stays as history. The lead takes back the days of a substitute, and the sessions of subjects that nobody
    teaches then. Locks the batch, then where somebody takes over them and the rooms. Raises BatchArchived, Invalid for
    a last day before yesterday or after the one it has, Conflict when it has ended before, and ScheduleConflict where
    who takes over is booked elsewhere by now.
    """
    batch = locked_batch(assignment.batch)
    assignment = InstructorAssignment.objects.select_related("instructor").get(pk=assignment.pk)
    yesterday = batch.today() - timedelta(days=1)
    if assignment.until_date is not None and assignment.until_date <= yesterday:
        raise Conflict(_("This assignment has already ended."), code="already_ended")
    last_day = until_date or max(yesterday, assignment.from_date - timedelta(days=1))
    if last_day < yesterday or last_day < assignment.from_date - timedelta(days=1):
        raise Invalid(
            _("Days already taught can't be removed. The earliest last day is yesterday."), field="until_date"
        )
    if assignment.until_date is not None and last_day > assignment.until_date:
        raise Invalid(
            _("This assignment already ends on %(day)s. Choose an earlier day.")
            % {"day": date_format(assignment.until_date, "j F Y")},
            field="until_date",
        )
    back = given_back(batch, assignment, last_day)
    if back is not None:
        lock_people_and_rooms(batch.institution_id, back.instructor_ids, back.room_ids)
    with recorded(by, "end_assignment", reason=reason), explain_booking_conflicts(back, batch, by):
        assignment.until_date = last_day
        assignment.save(update_fields=["until_date", "updated_at"])
        batch.save_version()
    # One that covers no day is not told as lasting until the day before it would have begun.
    told = last_day if last_day >= assignment.from_date else yesterday
    tell_taken_away(by, batch, assignment.instructor, assignment.role, told)
    return assignment


def given_back(batch: Batch, assignment: InstructorAssignment, last_day: date) -> Timetable | None:
    """What the leads are booked for again when a substitute ends after the day, and everybody when one who teaches
    subjects does; None for others."""
    first = last_day + timedelta(days=1)
    if assignment.role != InstructorAssignment.Role.SUBSTITUTE:
        faculty = faculty_of(batch)
        left = {subject: people for subject, people in faculty.items() if assignment.instructor_id not in people}
        others = batch.instructor_assignments.filter(instructor=assignment.instructor_id).exclude(pk=assignment.pk)
        if left == faculty or others.exclude(until_date__lt=first).exists():
            return None
        people = booked_people(batch, first) - {assignment.instructor_id}
        return timetable_of(batch, slots_of(batch), people, start=first, stored=batch, faculty=left)
    leads = batch.instructor_assignments.leads().exclude(until_date__lt=first)
    if assignment.until_date is not None:
        leads = leads.filter(from_date__lte=assignment.until_date)
    people = set(leads.values_list("instructor_id", flat=True))
    return timetable_of(batch, slots_of(batch), people, start=first, end=assignment.until_date, stored=batch)
