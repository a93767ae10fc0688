"""Undoing the end of a batch: reopening a closed one, restoring a deleted one, and letting the dates decide again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches import rules as batch_rules
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict, Invalid
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.enrollments import notices
from muster.enrollments.models import Enrollment
from muster.enrollments.rules.closing import change_status
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Membership


@dataclass(frozen=True)
class LeftEnded:
    """An enrollment that stays ended, and what is in its way."""

    enrollment: Enrollment
    reason: str


@dataclass(frozen=True)
class Reopening:
    """A batch that is open again: how many enrollments came back with it, and which did not."""

    batch: Batch
    brought_back: int
    left: list[LeftEnded]


@atomic
def reopen_batch(*, by: Actor, batch: Batch, reason: str) -> Reopening:
    """Open a completed or cancelled batch again, with the enrollments that its end ended, as far as there are seats.

    It has the status of its dates; after its last day it is Active and stays so until a person completes it. Locks the
    batch, then its instructors and rooms. Raises BatchArchived, Conflict for one that is not closed, Invalid at
    `reason`, ScheduleConflict.
    """
    batch = locked_batch(batch)
    if not batch.is_over:
        raise Conflict(
            _("%(batch)s is %(status)s, so there is nothing to reopen.")
            % {"batch": batch.code, "status": batch.get_status_display().lower()},
            code="not_closed",
        )
    reason = clean_lines(reason)
    if not reason:
        raise Invalid(_("Say why the batch is reopened. The reason is kept in its history."), field="reason")
    status = _status_by_dates(batch)
    after_its_end = status == Batch.Status.COMPLETED
    batch = batch_rules.reopen_batch(
        by=by,
        batch=batch,
        status=Batch.Status.ACTIVE if after_its_end else status,
        pinned=after_its_end,
        reason=reason[:300],
    )
    reopening = _bring_back(by, batch, "reopen_batch")
    students = User.objects.filter(enrollments__in=Enrollment.objects.holding_seats().filter(batch=batch))
    notices.tell_reopened(by, reopening.batch, students)
    return reopening


@atomic
def restore_batch(*, by: Actor, batch: Batch) -> Reopening:
    """Bring a deleted batch back, with the enrollments that were cancelled with it, as far as there are seats.

    Repeating changes nothing. Locks the batch, then its instructors and rooms. Raises CodeTaken, ScheduleConflict.
    """
    deleted = locked_batch(batch).is_deleted
    batch = batch_rules.restore_batch(by=by, batch=batch)
    # What a batch ended when it was closed stays ended for as long as it is closed.
    return _bring_back(by, batch, "restore_batch") if deleted and not batch.is_over else Reopening(batch, 0, [])


@atomic
def follow_dates(*, by: Actor, batch: Batch) -> Batch:
    """Let the status of the batch go by its dates again, today's at once. One that does so already is not changed.

    Locks the batch. Raises BatchArchived, and Conflict for one that is over: that is what reopening is for.
    """
    batch = locked_batch(batch)
    if batch.is_over:
        raise Conflict(
            _("%(batch)s is %(status)s. Reopen it first.")
            % {"batch": batch.code, "status": batch.get_status_display().lower()},
            code="batch_over",
        )
    if not batch.status_pinned:
        return batch
    wanted = _status_by_dates(batch)
    if wanted != Batch.Status.COMPLETED:
        return batch_rules.set_status_by_dates(by=by, batch=batch, status=wanted)
    for status in (Batch.Status.ACTIVE, Batch.Status.COMPLETED):
        batch = change_status(by=by, batch=batch, status=status, pinned=False)
    return batch


def _status_by_dates(batch: Batch) -> str:
    today = batch.today()
    has_lead = InstructorAssignment.objects.leads().on(today).filter(batch=batch).exists()
    return batch.status_on(today, has_lead=has_lead)


def _bring_back(by: Actor, batch: Batch, use_case: str) -> Reopening:
    """Give back the seats that the batch took when it ended, in the order in which they were taken.

    Whoever finds none stays out for good: the next end of the batch was not theirs.
    """
    coming, left = _sort_out(batch)
    changed_meanwhile = Conflict(
        _("A student of %(batch)s enrolled elsewhere at this moment. Try again.") % {"batch": batch.code},
        code="already_enrolled",
    )
    with recorded(by, use_case), refused_as(one_current_enrollment=changed_meanwhile):
        Enrollment.objects.filter(pk__in=coming).update(
            status=F("status_before_end"),
            status_before_end="",
            completed_at=None,
            cancelled_at=None,
            cancel_reason="",
            version=F("version") + 1,
            updated_at=timezone.now(),
        )
        Enrollment.objects.filter(batch=batch).exclude(status_before_end="").update(status_before_end="")
    batch.refresh_from_db()
    return Reopening(batch, len(coming), left)


def _sort_out(batch: Batch) -> tuple[list[Any], list[LeftEnded]]:
    """The keys of the enrollments that come back, and those that do not. One statement."""
    elsewhere = Enrollment.objects.current().filter(student=OuterRef("student"), course=OuterRef("course"))
    again = Enrollment.objects.current().filter(student=OuterRef("student"), batch=OuterRef("batch"))
    studies = Membership.objects.filter(
        user=OuterRef("student"),
        institution=OuterRef("institution"),
        role__in=STUDENT_ROLES,
        user__is_active=True,
        user__affiliations__institution=OuterRef("institution"),
        user__affiliations__is_active=True,
    )
    ended: Any = (
        Enrollment.objects.filter(batch=batch)
        .exclude(status_before_end="")
        .select_related("student")
        .annotate(is_elsewhere=Exists(elsewhere), is_here=Exists(again), still_studies=Exists(studies))
        .order_by("enrollment_date", "created_at", "pk")
    )
    free = batch.available_spots
    coming: list[UUID] = []
    left: list[LeftEnded] = []
    seen = set()
    found: list[Any] = list(ended)
    for one in found:
        names = {"name": one.student.full_name, "batch": batch.code}
        if not one.still_studies:
            left.append(LeftEnded(one, _("%(name)s is no longer a student here.") % names))
        elif one.is_elsewhere or one.is_here or one.student_id in seen:
            left.append(LeftEnded(one, _("%(name)s has enrolled in this course again since.") % names))
        elif free is not None and len(coming) >= free:
            left.append(LeftEnded(one, _("%(batch)s has no seat left for %(name)s.") % names))
        else:
            coming.append(one.pk)
            seen.add(one.student_id)
    return coming, left
