"""Who meets in a session: its batches, those who teach it, their students."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

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
