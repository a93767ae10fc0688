"""What becomes of a batch together with its students: its status, its end, its deletion, and the one use case that
changes all of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import structlog
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.models import Batch, InstructorAssignment
from muster.batches.queries import BATCH_TODAY
from muster.batches.rules import move_status
from muster.batches.rules.changing import change_locked_batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic
from muster.core.errors import DomainError, Invalid
from muster.core.history import recorded
from muster.enrollments.errors import StillEnrolled
from muster.enrollments.models import Enrollment
from muster.enrollments.notices import tell_batch_cancelled
from muster.enrollments.rules.capacity import change_capacity
from muster.enrollments.rules.filling import close_waitlist
from muster.institutions.access import Actor

log = structlog.get_logger(__name__)

ATTENDED = (*Enrollment.SEATED, Enrollment.Status.COMPLETED)


@atomic
def update_batch(*, by: Actor, batch: Batch, changes: Mapping[str, Any], version: int | None = None) -> Batch:
    """Change any part of a batch at once: its fields, timetable and lead, its capacity, its status; all or nothing.

    Locks the batch first. Raises what `change_batch`, `change_capacity` and `change_status` raise.
    """
    batch = locked_batch(batch, version=version)
    if "status" in changes and changes["status"] not in Batch.Status.values:
        known = ", ".join(Batch.Status.values)
        raise Invalid(_("Choose one of these statuses: %(known)s.") % {"known": known}, field="status")
    rest = {name: value for name, value in changes.items() if name not in ("capacity", "status", "reason")}
    if rest:
        batch = change_locked_batch(batch, by=by, changes=rest)
    if "capacity" in changes and changes["capacity"] != batch.capacity:
        batch = change_capacity(
            by=by, batch=batch, capacity=changes["capacity"], reason=str(changes.get("reason") or "")
        )
    if "status" in changes and changes["status"] != batch.status:
        batch = change_status(by=by, batch=batch, status=changes["status"])
    return batch


@atomic
def change_status(*, by: Actor, batch: Batch, status: str, pinned: bool = True) -> Batch:
    """Move a batch on, and its students with it: completing completes their enrollments, cancelling cancels them.
    Either closes the waitlist.

    A completed batch keeps the number that attended, whoever completed it early among them, since its seats are free
    then. Locks the batch. Raises
    BatchArchived, StatusMoveRefused.
    """
    batch = locked_batch(batch)
    attended = Enrollment.objects.filter(batch=batch, status__in=ATTENDED).values("student").distinct().count()
    batch = move_status(by=by, batch=batch, status=status, pinned=pinned)
    with recorded(by, "change_status"):
        if status == Batch.Status.COMPLETED:
            Batch.objects.filter(pk=batch.pk).update(attended_count=attended)
            _end_enrollments(batch, Enrollment.Status.COMPLETED, completed_at=timezone.now())
            close_waitlist(by=by, batch=batch, reason=_("The batch is over."))
        elif status == Batch.Status.CANCELLED:
            _cancel_enrollments(by, batch, _("The batch was cancelled."))
    batch.refresh_from_db()
    return batch


@atomic
def delete_batch(*, by: Actor, batch: Batch, enrollments: str = "", version: int | None = None) -> Batch:
    """Delete a batch softly: it can be restored. With `enrollments="cancel"` its current enrollments are cancelled.

    Locks the batch. Raises BatchArchived, Stale, and StillEnrolled when it has students and nothing is said of them.
    """
    batch = locked_batch(batch, version=version)
    if enrollments not in ("", "cancel"):
        raise Invalid(_("enrollments must be “cancel”."), field="enrollments")
    if batch.is_deleted:
        return batch
    current = Enrollment.objects.filter(batch=batch).holding_seats().count()
    if current and not enrollments:
        raise StillEnrolled(batch, current)
    with recorded(by, "delete_batch"):
        _cancel_enrollments(by, batch, _("The batch was deleted."))
        now = timezone.now()
        Batch.objects.filter(pk=batch.pk).update(deleted_at=now, version=batch.version + 1, updated_at=now)
    batch.refresh_from_db()
    return batch


def _cancel_enrollments(by: Actor, batch: Batch, reason: str) -> None:
    close_waitlist(by=by, batch=batch, reason=reason)
    seated = Enrollment.objects.filter(batch=batch).holding_seats().select_related("student")
    tell_batch_cancelled(by, batch, [seat.student for seat in seated], reason)
    _end_enrollments(batch, Enrollment.Status.CANCELLED, cancelled_at=timezone.now(), cancel_reason=reason)


def _end_enrollments(batch: Batch, status: str, **marks: Any) -> None:
    """End every current enrollment of the batch in one statement; the database frees the seats.

    Each keeps what it was, for whoever opens the batch again.
    """
    Enrollment.objects.filter(batch=batch).holding_seats().update(
        status=status, status_before_end=F("status"), updated_at=timezone.now(), **marks
    )


def advance_statuses(*, by: Actor, today: date | None = None) -> int:
    """Move the batches on whose dates have come, unless a person pinned their status. Returns how many moved.

    By the clock of each batch, unless a day is given. A course batch without a lead stays Upcoming, even past its
    dates. Each batch is a transaction of its own: one that cannot move does not keep the others back.
    """
    there: Any = today or F("local_today")
    lead = InstructorAssignment.objects.leads().on(today or OuterRef("local_today")).filter(batch=OuterRef("pk"))
    waiting = Batch.objects.current().filter(institution=by.institution, status_pinned=False)
    waiting = waiting.annotate(local_today=BATCH_TODAY)
    beginning = waiting.filter(
        Q(kind=Batch.Kind.ACADEMIC) | Q(Exists(lead)), status=Batch.Status.UPCOMING, start_date__lte=there
    )
    moved = 0
    for batch in beginning:
        moved += _advance(by, batch, Batch.Status.ACTIVE)
    for batch in waiting.filter(status=Batch.Status.ACTIVE, end_date__lt=there):
        moved += _advance(by, batch, Batch.Status.COMPLETED)
    return moved


def _advance(by: Actor, batch: Batch, status: str) -> int:
    try:
        change_status(by=by, batch=batch, status=status, pinned=False)
    except DomainError as refusal:
        log.warning("batch_not_advanced", batch=str(batch.pk), status=status, refusal=refusal.message)
        return 0
    return 1
