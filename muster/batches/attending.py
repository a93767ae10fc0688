"""Who meets in a session: its batches, those who teach it, their students."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.accounts.models import User
from muster.batches.models import Batch, ClassSession, InstructorAssignment, MeetingMember


def batch_ids_of(session: ClassSession) -> list[UUID]:
    """The batches that meet in a session."""
    if session.batch_id:
        return [session.batch_id]
    members = MeetingMember.objects.filter(shared_meeting=session.shared_meeting_id)
    return list(members.values_list("batch_id", flat=True))


def staff_of(session: ClassSession, batches: Sequence[Batch]) -> set[UUID]:
    """Who teaches the session: the one it names, else everybody assigned that day, a substitute instead of the lead."""
    if session.instructor_id:
        return {session.instructor_id}
    there = InstructorAssignment.objects.filter(batch__in=[batch.pk for batch in batches]).on(session.date)
    rows = list(there.values_list("batch_id", "instructor_id", "role"))
    roles = InstructorAssignment.Role
    covered = {batch for batch, _person, role in rows if role == roles.SUBSTITUTE}
    return {person for batch, person, role in rows if not (role == roles.LEAD and batch in covered)}


def taught_on_the_day(person_id: UUID) -> Q:
    """Sessions that the person teaches, as a condition: named by them, else assigned that day, as `staff_of` has it."""
    here = Q(batch=OuterRef("batch")) | Q(batch__meeting_members__shared_meeting=OuterRef("shared_meeting"))
    on_the_day = Q(from_date__lte=OuterRef("date")) & (Q(until_date__isnull=True) | Q(until_date__gte=OuterRef("date")))
    covers = Q(from_date__lte=OuterRef(OuterRef("date"))) & (
        Q(until_date__isnull=True) | Q(until_date__gte=OuterRef(OuterRef("date")))
    )
    roles = InstructorAssignment.Role
    substitute = InstructorAssignment.objects.filter(covers, batch=OuterRef("batch"), role=roles.SUBSTITUTE)
    assigned = InstructorAssignment.objects.filter(here, on_the_day, instructor=person_id).exclude(
        Q(role=roles.LEAD) & Exists(substitute)
    )
    return Q(instructor=person_id) | Q(Q(instructor__isnull=True), Exists(assigned))


def attended_by(person_id: UUID) -> Q:
    """Sessions of the batches in which the person holds a seat, or held it to the end, as a condition."""
    seated = Batch.objects.filter(
        enrollments__student=person_id, enrollments__status__in=("active", "on_hold", "completed")
    )
    shared = MeetingMember.objects.filter(batch__in=seated.values("pk"))
    return Q(batch__in=seated.values("pk")) | Q(shared_meeting__in=shared.values("shared_meeting"))


def students_of(batches: Collection[Batch]) -> QuerySet[User]:
    """Those who hold a seat in one of the batches and attend: not on hold."""
    return User.objects.filter(
        enrollments__batch__in=[batch.pk for batch in batches], enrollments__status="active"
    ).distinct()


def zone_of_batch(batch: Batch) -> ZoneInfo:
    """The zone of a batch's clock times: its branch's, else its institution's."""
    return ZoneInfo((batch.branch.time_zone if batch.branch else "") or batch.institution.time_zone)


def moments_of(session: ClassSession, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """When the session begins and ends; None without times."""
    if session.start_time is None or session.end_time is None:
        return None
    return (
        datetime.combine(session.date, session.start_time, zone),
        datetime.combine(session.date, session.end_time, zone),
    )
