"""Archiving and un-archiving, and bringing a deleted or a closed batch back."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.assessment import ScheduleAssessment
from muster.batches.models import Batch
from muster.batches.rules.locks import (
    booked_people,
    explain_booking_conflicts,
    lock_and_check,
    locked_batch,
    slots_of,
    timetable_of,
)
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict
from muster.core.history import recorded
from muster.institutions.access import Actor


@atomic
def archive_batch(*, by: Actor, batch: Batch) -> Batch:
    """Make the batch read-only: it can be seen and exported, books nobody, and its enrollments are no longer current.

    Archiving an archived batch changes nothing. Locks the batch.
    """
    batch = locked_batch(batch, archived_too=True)
    if batch.is_archived:
        return batch
    with recorded(by, "archive_batch"):
        batch.mark_archived(timezone.now(), by.user.pk if by.user else None)
        batch.save_version("archived_at", "archived_by")
    return batch


@atomic
def unarchive_batch(*, by: Actor, batch: Batch) -> Batch:
    """Open an archived batch again, when its people, rooms and students are still free.

    Locks the batch, then its instructors and rooms. Raises ScheduleConflict, and Conflict when one of its students has
    enrolled in the course elsewhere meanwhile.
    """
    batch = locked_batch(batch, archived_too=True)
    if not batch.is_archived:
        return batch
    batch.mark_archived(None, None)
    elsewhere = Conflict(
        _("A student of %(batch)s has since enrolled in the same course elsewhere. Cancel that enrollment first.")
        % {"batch": batch.code},
        code="already_enrolled",
    )
    with refused_as(one_current_enrollment=elsewhere):
        _book_again(batch, by, "unarchive_batch", ["archived_at", "archived_by"])
    return batch


@atomic
def restore_batch(*, by: Actor, batch: Batch) -> Batch:
    """Bring a deleted batch back, when its code, people and rooms are still free.

    Locks the batch, then its instructors and rooms. Raises CodeTaken, ScheduleConflict.
    """
    batch = locked_batch(batch)
    if not batch.is_deleted:
        return batch
    batch.deleted_at = None
    _book_again(batch, by, "restore_batch", ["deleted_at"])
    return batch


@atomic
def reopen_batch(*, by: Actor, batch: Batch, status: str, pinned: bool, reason: str) -> Batch:
    """Let a closed batch run again, when its people and rooms are still free.

    Only the batch's row and its bookings: what it means for the students is `enrollments`' part of the use case. Locks
    the batch, then its instructors and rooms. Raises BatchArchived, ScheduleConflict.
    """
    batch = locked_batch(batch)
    batch.status, batch.status_pinned, batch.attended_count = status, pinned, None
    _book_again(batch, by, "reopen_batch", ["status", "status_pinned", "attended_count"], reason=reason)
    return batch


def _book_again(batch: Batch, by: Actor, use_case: str, columns: list[str], **facts: str) -> None:
    timetable = timetable_of(batch, slots_of(batch), booked_people(batch, batch.today()), stored=batch)
    lock_and_check(ScheduleAssessment(by, batch, timetable))
    with recorded(by, use_case, **facts), explain_booking_conflicts(timetable, batch, by):
        batch.save_version(*columns)
