"""Locking a register, by hand or after some hours; unlocking it, and asking for that."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.attendance.errors import AlreadyDecided, NotTheInstructor, RegisterNotBegun
from muster.attendance.models import RegisterSignature, UnlockRequest
from muster.attendance.notices import tell_unlock_asked, tell_unlock_decided
from muster.attendance.permissions import registers
from muster.attendance.queries import statement_of
from muster.attendance.rules.marking import hold_session
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict, Invalid
from muster.core.history import recorded
from muster.core.text import clean_lines
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.rules import unlock

MOST_REASON = 300


@atomic
def lock_register(*, by: Actor, session: ClassSession, sign: bool = False) -> ClassSession:
    """Lock a register: from then on the database refuses every change of it. Locked already, it stays as it is.

    With `sign` whoever locks it signs it as an instructor of the session. Holds the batches and the session, as marking
    does: what is marked is marked before or refused. Raises NotTheInstructor, RegisterNotBegun, BatchArchived, Missing.
    """
    if sign and not registers.allows(by, "sign", session):
        raise NotTheInstructor
    if _set_lock(by, session, is_locked=True) and sign:
        _sign(by, session)
    return session


def _sign(by: Actor, session: ClassSession) -> None:
    assert session.locked_at is not None  # noqa: S101  (it is locked)
    with recorded(by, "sign_register"):
        RegisterSignature.objects.create(
            institution=by.institution,
            session=session,
            signed_by=by.user,
            name=by.history_name,
            statement=statement_of(by.institution),
            signed_at=session.locked_at,
        )


@atomic
def unlock_register(*, by: Actor, session: ClassSession, reason: str) -> ClassSession:
    """Unlock a register; the reason is kept in its history. Not locked, it stays as it is.

    Whoever asked for it is told. Locks as `lock_register`, then the request. Raises Invalid without a reason,
    BatchArchived, Missing.
    """
    reason = needed_reason(reason, _("Give a reason for unlocking the register. It's kept in the history."))
    _set_lock(by, session, is_locked=False, reason=reason)
    waiting = UnlockRequest.objects.select_for_update(no_key=True).filter(session=session)
    if request := waiting.filter(status=UnlockRequest.Status.PENDING).first():
        _decide(by, request, UnlockRequest.Status.APPROVED, reason)
    return session


def _set_lock(by: Actor, session: ClassSession, *, is_locked: bool, reason: str = "") -> bool:
    """Whether that changed anything."""
    hold_session(session)
    if session.is_locked == is_locked:
        return False
    if is_locked and session.begins_at > timezone.now():
        raise RegisterNotBegun(session)
    with recorded(by, "lock_register" if is_locked else "unlock_register", reason=reason):
        if is_locked:
            session.is_locked, session.locked_at, session.locked_by = True, timezone.now(), by.user
            session.save(update_fields=["is_locked", "locked_at", "locked_by", "updated_at"])
        else:
            unlock(session, reason)
    return True


@atomic
def ask_to_unlock(*, by: Actor, session: ClassSession, reason: str) -> UnlockRequest:
    """Ask the administrators to unlock a register, saying why; it waits among their requests and they are told.

    Holds the batches and the session, as marking does. Raises Invalid without a reason, BatchArchived, Missing, and
    Conflict where the register is open or somebody has asked already.
    """
    reason = needed_reason(reason, _("Say what needs to be corrected."))
    hold_session(session)
    if not session.is_locked:
        raise Conflict(_("This register isn't locked, so you can already change it."), code="not_locked")
    already = Conflict(_("Someone has already asked to unlock this register. It's waiting to be decided."))
    with recorded(by, "ask_to_unlock", reason=reason), refused_as(one_waiting_unlock_for_each_register=already):
        request = UnlockRequest.objects.create(
            institution=by.institution, session=session, reason=reason, asked_by=by.user
        )
    tell_unlock_asked(by, session, reason)
    return request


@atomic
def decide_unlock(*, by: Actor, request: UnlockRequest, approve: bool, reason: str) -> UnlockRequest:
    """Unlock the register that somebody asks for, or leave it locked; whoever asked is told, with the reason.

    Holds the batches and the session, as marking does, then locks the request: it is decided once. Raises Invalid
    without a reason, AlreadyDecided, BatchArchived.
    """
    reason = needed_reason(reason, _("Give a reason. It's kept and shared with the people affected."))
    session = ClassSession.objects.select_related("meeting").get(pk=request.session_id)
    hold_session(session)
    waiting = UnlockRequest.objects.select_for_update(of=("self",), no_key=True)
    request = waiting.select_related("asked_by").get(pk=request.pk)
    if not request.is_pending:
        raise AlreadyDecided
    if approve:
        _set_lock(by, session, is_locked=False, reason=reason)
    request.session = session
    status = UnlockRequest.Status.APPROVED if approve else UnlockRequest.Status.REJECTED
    return _decide(by, request, status, reason)


def _decide(by: Actor, request: UnlockRequest, status: str, reason: str) -> UnlockRequest:
    request.status, request.decision_reason = status, reason
    request.decided_by, request.decided_at = by.user, timezone.now()
    with recorded(by, "unlock_register" if status == UnlockRequest.Status.APPROVED else "reject_unlock", reason=reason):
        request.save(update_fields=["status", "decided_by", "decided_at", "decision_reason", "updated_at"])
    tell_unlock_decided(by, request)
    return request


def needed_reason(text: str, asked: str) -> str:
    """The reason without its margins. Raises Invalid with what was asked where there is none, or it is too long."""
    text = clean_lines(text)
    if not text:
        raise Invalid(asked, field="reason", code="required")
    if len(text) > MOST_REASON:
        raise Invalid(_("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}, field="reason")
    return text
