"""Locks and checks that the use cases of batches share. The order of locks stands in docs/locking.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.assessment import ScheduleAssessment
from muster.batches.clashes import Hour, Timetable
from muster.batches.errors import (
    BatchArchived,
    BatchNotOpen,
    CodeTaken,
    LeadOverlap,
    NotAnInstructor,
    ScheduleConflict,
    SessionHeld,
    SessionLocked,
    SomethingSpeaksAgainst,
)
from muster.batches.models import Batch, InstructorAssignment, meets
from muster.batches.queries import BATCH_TODAY
from muster.batches.rules.inputs import NOBODY, Faculty, SlotInput, teachers_of_slot
from muster.batches.warnings import SoftWarning
from muster.core.compiled import Compiled, one_of_each
from muster.core.database import refused_as, single
from muster.core.errors import DomainError, Invalid, Missing, Stale
from muster.core.text import clean_lines
from muster.institutions.access import Actor, teaching_memberships
from muster.timetable.models import ClassSession, Meeting, MeetingPerson, ScheduleSlot
from muster.timetable.rules import lock_people_and_rooms

MOST_REASON = 300
# Every enrollment asks for them.
BATCH = Compiled(lambda pk: Batch.objects.filter(pk=pk).annotate(local_today=BATCH_TODAY), pk=UUID(int=1))
LOCKED_BATCH = Compiled(
    lambda pk: Batch.objects.locked().filter(pk=pk).annotate(local_today=BATCH_TODAY), pk=UUID(int=1)
)


def locked_batch(batch: Batch, *, version: int | None = None, archived_too: bool = False) -> Batch:
    """The batch as it now stands, its row locked. Raises Missing, Stale, BatchArchived."""
    rows = Batch.objects.locked().select_related("institution", "course", "branch", "department")
    now = _must_stand(single(rows.filter(pk=batch.pk)), archived_too=archived_too)
    if version is not None and version != now.version:
        raise Stale
    return now


def bare_batch(batch: Batch, *, locked: bool) -> Batch:
    """The batch as it now stands, without what it belongs to, its row locked or not; `local_today` is what day it is
    where it meets. Raises Missing, BatchArchived."""
    return _must_stand((LOCKED_BATCH if locked else BATCH).one(pk=batch.pk))


def bare_batch_and(batch: Batch, question: Compiled[Any], values: dict[str, Any]) -> tuple[Batch, Any]:
    """`bare_batch`, locked, and the one row, or None, of what is asked once it is, without another way to the database.

    In a rush all wait for who holds the lock. Raises Missing, BatchArchived.
    """
    now, row = one_of_each((LOCKED_BATCH, {"pk": batch.pk}), (question, values))
    return _must_stand(now), row


def locked_batches(by: Actor, ids: Iterable[UUID]) -> dict[UUID, Batch]:
    """The institution's batches of these ids, locked, by id ascending. Raises BatchArchived, BatchNotOpen."""
    rows = Batch.objects.existing().locked().filter(institution=by.institution, pk__in=list(ids))
    found = {batch.pk: batch for batch in rows.select_related("institution", "branch", "course")}
    for batch in found.values():
        if batch.is_archived:
            raise BatchArchived(batch)
        if batch.is_over:
            raise BatchNotOpen(batch)
    return found


def _must_stand(now: Batch | None, *, archived_too: bool = False) -> Batch:
    if now is None:
        raise Missing
    if now.is_archived and not archived_too:
        raise BatchArchived(now)
    return now


def must_teach(institution_id: UUID, person: User, field: str = "assigned_instructor") -> None:
    """Raise NotAnInstructor unless the person is an active instructor of the institution."""
    if not teaching_memberships(person.pk, institution_id).exists():
        raise NotAnInstructor(field)


def timetable_of(
    batch: Batch,
    slots: Sequence[SlotInput],
    people: Collection[UUID],
    *,
    start: date | None = None,
    end: date | None = None,
    ignored: Collection[UUID] = (),
    stored: Batch | None = None,
    faculty: Faculty | None = None,
) -> Timetable | None:
    """The batch's timetable as a question about clashes; None when it books nothing.

    Who teaches a slot is whom it names, else the faculty of its subject, else `people`. With `stored`, the batch as it
    is stored, what its meetings book does not count, and its sessions edited by hand are asked about too, after the
    slots, and the slots not on the days that such sessions stand for.
    """
    if not batch.takes_enrollments:
        return None
    today = batch.today()
    first = max(filter(None, (batch.start_date or today, start)))
    last = batch.end_date or today + timedelta(days=batch.institution.session_horizon_days)
    if end is not None:
        last = min(last, end)
    if last < first:
        return None
    met = _meetings_and_edited(stored) if stored else []
    sessions = [row for row in met if row.date]
    if faculty is None:
        named = any(slot.subject for slot in slots) or any(session.subject_id for session in sessions)
        faculty = faculty_of(stored) if stored and named else NOBODY
    staff = tuple(sorted(people))
    hours = [
        Hour(
            slot.weekday,
            slot.start_time,
            slot.end_time,
            slot.room.pk if slot.room else None,
            teachers_of_slot(slot, faculty, staff),
            skipped=tuple(
                session.slot_date for session in sessions if session.slot_id and session.slot_id == slot.slot_id
            ),
        )
        for slot in slots
    ]
    hours += [
        Hour.dated(
            session.date,
            session.start_time,
            session.end_time,
            session.room_id,
            (session.instructor_id,) if session.instructor_id else faculty.get(session.subject_id, staff),
        )
        for session in sessions
        if session.start_time and session.status != ClassSession.Status.CANCELLED
        if (start is None or session.date >= start) and (end is None or session.date <= end)
    ]
    if not hours:
        return None
    own = {row.pk for row in met}
    return Timetable(batch.institution_id, batch.zone.key, first, last, hours, (*ignored, *own), batch.branch_id)


def _meetings_and_edited(batch: Batch) -> list[Any]:
    """The meetings of a batch, each with its sessions edited by hand: a row for each, one without a `date` where there
    are none. One query."""
    times = ("date", "start_time", "end_time")
    columns = ("slot_id", "slot_date", *times, "room_id", "subject_id", "instructor_id", "status")
    rows = Meeting.objects.filter(batches=batch).annotate(
        edited=FilteredRelation("sessions", condition=Q(sessions__is_edited=True)),
        **{name: F(f"edited__{name}") for name in columns},
    )
    return list(rows.order_by(F("date"), F("start_time"), "edited__pk").values_list("pk", *columns, named=True))


def assess(
    by: Actor,
    batch: Batch,
    slots: Sequence[SlotInput],
    people: Collection[UUID],
    *,
    besides: Collection[UUID] = (),
    start: date | None = None,
    stored: Batch | None = None,
) -> ScheduleAssessment:
    """What the batch would come to with these slots, and these people where a slot names nobody; see `timetable_of`.

    `besides` are people who are asked about too.
    """
    timetable = timetable_of(batch, slots, people, start=start, stored=stored)
    return ScheduleAssessment(
        by, batch, timetable, {*people, *besides, *(person.pk for person, _field in named_at(slots))}
    )


def must_be_free(assessment: ScheduleAssessment, *, dated: bool = False) -> None:
    """Raise ScheduleConflict, whose assessment names what is in the way and what is free instead."""
    if assessment.clashes:
        raise ScheduleConflict(assessment, dated=dated)


def lock_and_check(assessment: ScheduleAssessment, named: Iterable[tuple[User, str]] = ()) -> None:
    """Lock the people and rooms that the assessment is about. `named` are those with the field that names each.

    Raises NotAnInstructor for the first who does not teach, and ScheduleConflict.
    """
    rooms = assessment.timetable.room_ids if assessment.timetable else ()
    teaching = lock_people_and_rooms(assessment.batch.institution_id, assessment.people, rooms)
    for person, field in named:
        if person.pk not in teaching:
            raise NotAnInstructor(field)
    must_be_free(assessment)


def named_at(slots: Iterable[SlotInput]) -> list[tuple[User, str]]:
    """Who is named at a slot, with the field."""
    return [(slot.instructor, f"schedule.{index}.instructor") for index, slot in enumerate(slots) if slot.instructor]


def warnings_against(batch: Batch, person: User, by: Actor, timetable: Timetable | None) -> list[SoftWarning]:
    """What speaks against the person at the hours that the timetable gives them."""
    joining = set() if person.pk in current_people(batch, batch.today()) else {person.pk}
    assessment = ScheduleAssessment(by, batch, timetable, {person.pk})
    return assessment.warnings({person.pk: person.full_name}, joining)


def must_have_a_reason(
    batch: Batch, person: User, by: Actor, timetable: Timetable | None, reason: str | None
) -> str | None:
    """The reason to be kept, where something speaks against the person. Raises SomethingSpeaksAgainst without one.

    None, of a caller who does not ask, is never refused.
    """
    if reason is None:
        return None
    if len(reason) > MOST_REASON:
        words = _("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}
        raise Invalid(words, field="override_reason")
    warnings = warnings_against(batch, person, by, timetable)
    reason = clean_lines(reason)
    if warnings and not reason:
        raise SomethingSpeaksAgainst(warnings)
    return reason if warnings else None


@contextmanager
def explain_booking_conflicts(
    timetable: Timetable | None,
    batch: Batch,
    by: Actor,
    *,
    teacher: str = "assigned_instructor",
    dated: bool = False,
) -> Iterator[None]:
    """Write what changes bookings; whatever the database refuses then is explained. `teacher` names that field."""

    def clash() -> DomainError:
        assessment = ScheduleAssessment(by, batch, timetable)
        return ScheduleConflict(assessment, dated=dated) if assessment.clashes else ScheduleConflict.unnamed()

    with refused_as(
        instructor_is_in_one_place_at_a_time=clash,
        room_holds_one_meeting_at_a_time=clash,
        one_lead_on_one_day=LeadOverlap,
        one_batch_for_each_code=lambda: CodeTaken(batch.code),
        archived_batch_does_not_change=lambda: BatchArchived(batch),
        archived_meeting_does_not_change=lambda: BatchArchived(batch),
        locked_register_does_not_change=SessionLocked,
        marked_session_stays_on_its_day=SessionHeld,
        # They left, or lost the role, after `must_teach` had asked.
        teacher_holds_the_role=lambda: NotAnInstructor(teacher),
    ):
        yield


def slots_of(batch: Batch) -> list[SlotInput]:
    """The batch's weekly slots, its own and those of its shared meetings, as they are stored."""
    return [slot_input_of(slot) for slot in week_of(batch)]


def week_of(batch: Batch) -> list[ScheduleSlot]:
    """The rows of `slots_of`."""
    return list(ScheduleSlot.objects.filter(meets(batch)).select_related("room", "subject", "instructor"))


def slot_input_of(slot: ScheduleSlot) -> SlotInput:
    """A stored slot as a plan."""
    return SlotInput(
        slot.weekday, slot.start_time, slot.end_time, slot.room, slot.subject, slot.instructor, slot_id=slot.pk
    )


def match_slots(stored: Sequence[ScheduleSlot], plans: Sequence[SlotInput]) -> list[SlotInput]:
    """The plans, each with the stored slot that it becomes: the same one, else one of its day, the nearest first.

    A slot that stays keeps its sessions, those edited by hand among them.
    """
    left = {slot.pk: slot for slot in stored}
    found: dict[int, UUID] = {}
    same = (
        lambda slot, plan: slot_input_of(slot) == plan,
        lambda slot, plan: (slot.weekday, slot.start_time) == (plan.weekday, plan.start_time),
        lambda slot, plan: slot.weekday == plan.weekday,
    )
    for matches in same:
        for index, plan in enumerate(plans):
            if index not in found:
                slot = next((slot for slot in left.values() if matches(slot, plan)), None)
                if slot is not None:
                    found[index] = slot.pk
                    del left[slot.pk]
    return [replace(plan, slot_id=found.get(index)) for index, plan in enumerate(plans)]


def faculty_of(*batches: Batch) -> dict[UUID, tuple[UUID, ...]]:
    """Who teaches which subjects in the meetings of the batches from today on, their own and shared ones."""
    rows = MeetingPerson.objects.filter(meeting__batches__in=batches, role=MeetingPerson.Role.FACULTY)
    lasting = rows.filter(days__endswith__isnull=True) | rows.filter(days__endswith__gt=batches[0].today())
    found: dict[UUID, tuple[UUID, ...]] = {}
    for subject, person in lasting.order_by("instructor").values_list("subject_id", "instructor_id").distinct():
        found[subject] = (*found.get(subject, ()), person)
    return found


def booked_people(batch: Batch, day: date) -> set[UUID]:
    """Those of `current_people` who teach whatever names nobody and has no faculty."""
    return current_people(batch, day, for_subjects=False)


def current_people(batch: Batch, day: date, **which: bool) -> set[UUID]:
    """Everybody whose assignment to the batch has not ended before the day."""
    return set(
        InstructorAssignment.objects.filter(batch=batch, **which)
        .exclude(until_date__lt=day)
        .values_list("instructor_id", flat=True)
    )
