"""Students ask for another batch; whoever manages theirs decides."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.rules.locks import MOST_REASON, bare_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict, Invalid, Missing
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.enrollments import notices
from muster.enrollments.errors import AlreadyAskedForTransfer, NotOpenForEnrollment, TransferDecided
from muster.enrollments.models import Enrollment, TransferRequest
from muster.enrollments.rules.transfer_seats import TRANSFERRED
from muster.enrollments.rules.transferring import Transfers, transfer_students
from muster.institutions.access import Actor


@atomic
def ask_for_transfer(*, by: Actor, enrollment: Enrollment, reason: str, wanted: Batch | None = None) -> TransferRequest:
    """Ask the managers of the batch to move the student to another one of the course: to the `wanted` one, full or
    not, or without it to any.

    Locks nothing: the database holds the batch against being archived. Raises Invalid naming the fields, Conflict for
    an enrollment that is over, BatchArchived, NotOpenForEnrollment, AlreadyAskedForTransfer.
    """
    reason = clean_lines(reason)
    _must_be_short(reason, "reason")
    if not reason:
        raise Invalid(_("Say why you'd like to move. The people who decide read it."), field="reason")
    now = Enrollment.objects.select_related("batch", "student").filter(pk=enrollment.pk).first()
    if now is None:
        raise Missing
    if now.batch is None or not now.holds_a_seat:
        words = _("Only a current seat in a batch can be left for another one.")
        raise Conflict(words, code="enrollment_over", field="enrollment_id")
    bare_batch(now.batch, locked=False)
    if wanted is not None:
        wanted = bare_batch(wanted, locked=False)
        if wanted.pk == now.batch_id:
            raise Invalid(_("You're in this batch already. Choose another one."), field="to_batch")
        if wanted.course_id is None or wanted.course_id != now.course_id:
            words = _("%(batch)s belongs to another course. Choose a batch of the same course.")
            raise Invalid(words % {"batch": wanted.code}, field="to_batch")
        if not wanted.takes_enrollments:
            raise NotOpenForEnrollment(wanted, "to_batch")
    with recorded(by, "ask_for_transfer"), refused_as(one_waiting_transfer_request=AlreadyAskedForTransfer):
        row = TransferRequest.objects.create(
            institution=by.institution, enrollment=now, batch=now.batch, wanted=wanted, reason=reason
        )
    notices.tell_transfer_wanted(by, row)
    return row


@atomic
def approve_transfer(*, by: Actor, request: TransferRequest, to: Batch, note: str = "", **how: Any) -> Transfers:
    """Move the student as they asked, or elsewhere; `how` is that of `transfer_students`.

    With `join_waitlist` a full batch lets them wait, and the request is answered with that. Locks as
    `transfer_students`, then the request. Raises what that raises, TransferDecided.
    """
    _must_be_short(note, "note")
    enrollment = Enrollment.objects.get(pk=request.enrollment_id)
    ids = sorted(pk for pk in (enrollment.batch_id, to.pk) if pk)
    list(Batch.objects.locked().filter(pk__in=ids))
    _lock_waiting(request)
    found = transfer_students(by=by, enrollments=[enrollment], to=to, reason=note, **how)
    is_moved = bool(found.that(TRANSFERRED))
    if not is_moved:
        _decide(by, request, TransferRequest.Status.APPROVED, "approve_transfer", note)
        notices.tell_transfer_answered(by, request, found.batch)
    return found


@atomic
def reject_transfer(*, by: Actor, request: TransferRequest, note: str) -> TransferRequest:
    """Leave the student where they are, with a note that tells them why. Locks the batch, then the request.

    Raises Invalid without a note, TransferDecided, BatchArchived.
    """
    note = clean_lines(note)
    _must_be_short(note, "note")
    if not note:
        raise Invalid(_("Tell the student why. They get the note with the answer."), field="note")
    bare_batch(request.batch, locked=True)
    _lock_waiting(request)
    _decide(by, request, TransferRequest.Status.REJECTED, "reject_transfer", note)
    notices.tell_transfer_answered(by, request, None)
    return request


@atomic
def withdraw_transfer(*, by: Actor, request: TransferRequest) -> TransferRequest:
    """Take one's request back. Withdrawing twice changes nothing. Locks the batch, then the request.

    Raises TransferDecided, BatchArchived.
    """
    bare_batch(request.batch, locked=True)
    rows = TransferRequest.objects.select_for_update(of=("self",), no_key=True)
    if rows.filter(pk=request.pk, status=TransferRequest.Status.WITHDRAWN).exists():
        request.status = TransferRequest.Status.WITHDRAWN
        return request
    _lock_waiting(request)
    _decide(by, request, TransferRequest.Status.WITHDRAWN, "withdraw_transfer", "")
    return request


def _lock_waiting(request: TransferRequest) -> None:
    rows = TransferRequest.objects.select_for_update(of=("self",), no_key=True)
    now = rows.filter(pk=request.pk).first()
    if now is None:
        raise Missing
    if not now.is_pending:
        raise TransferDecided


def _decide(by: Actor, request: TransferRequest, status: str, use_case: str, note: str) -> None:
    request.status, request.decided_by, request.decided_at = status, by.user, timezone.now()
    request.decision_note = note
    with recorded(by, use_case):
        request.save(update_fields=["status", "decided_by", "decided_at", "decision_note", "updated_at"])


def _must_be_short(text: str, field: str) -> None:
    if len(text) > MOST_REASON:
        words = _("Keep this to %(most)d characters or fewer.") % {"most": MOST_REASON}
        raise Invalid(words, field=field)
