"""Who meets in a session: its batches, those who teach it, their students."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.accounts.models import User
from muster.batches.models import Batch, BatchMeeting
from muster.institutions.access import memberships_in_force
from muster.institutions.models import Role
from muster.timetable.models import ClassSession


def batches_of(session: ClassSession) -> list[Batch]:
    """The batches that meet in a session, the first by code first. One query."""
    rows = Batch.objects.filter(meeting_links__meeting=session.meeting_id)
    return list(rows.select_related("institution", "branch", "course").order_by("code", "pk"))


def batch_ids_of(session: ClassSession) -> list[UUID]:
    """The batches that meet in a session."""
    return list(BatchMeeting.objects.filter(meeting=session.meeting_id).values_list("batch_id", flat=True))


def attended_by(person_id: UUID) -> Q:
    """Sessions of the batches in which the person holds a seat, or held it to the end, as a condition."""
    seated = BatchMeeting.objects.filter(
        batch__enrollments__student=person_id, batch__enrollments__status__in=("active", "on_hold", "completed")
    )
    return Q(meeting__in=seated.values("meeting"))


def students_of(batches: Collection[Batch]) -> QuerySet[User]:
    """Those who hold a seat in one of the batches and attend: not on hold."""
    return User.objects.filter(
        enrollments__batch__in=[batch.pk for batch in batches], enrollments__status="active"
    ).distinct()


def managers_of(batch: Batch) -> QuerySet[User]:
    """The active people who manage the batch: administrators, and managers of its branch and department."""
    part = Q(role=Role.ADMIN)
    if batch.branch_id:
        part |= Q(role=Role.BRANCH_MANAGER, branch=batch.branch_id)
    if batch.department_id:
        part |= Q(role=Role.DEPT_ADMIN, department=batch.department_id)
    held = memberships_in_force(OuterRef("pk"), batch.institution_id).filter(part)
    return User.objects.filter(Exists(held), is_active=True)
