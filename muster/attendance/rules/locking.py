"""Locking a register, by hand or after some hours; unlocking it, and asking for that."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.attendance.errors import RegisterNotBegun
from muster.attendance.notices import tell_unlock_asked
from muster.attendance.rules.marking import hold_session
from muster.core.database import atomic
from muster.core.errors import Conflict, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.rules import unlock

MOST_REASON = 300


@atomic
def lock_register(*, by: Actor, session: ClassSession) -> ClassSession:
    """Lock a register: from then on the database refuses every change of it. Locked already, it stays as it is.

    Holds the batches and the session, as marking does: what is marked is marked before or refused. Raises
    RegisterNotBegun, BatchArchived, Missing.
    """
    return _set_lock(by, session, is_locked=True)


@atomic
def unlock_register(*, by: Actor, session: ClassSession, reason: str) -> ClassSession:
    """Unlock a register; the reason is kept in its history. Not locked, it stays as it is.

    Locks as `lock_register`. Raises Invalid without a reason, BatchArchived, Missing.
    """
    asked = _("Give a reason for unlocking the register. It's kept in the history.")
    return _set_lock(by, session, is_locked=False, reason=needed_reason(reason, asked))


def _set_lock(by: Actor, session: ClassSession, *, is_locked: bool, reason: str = "") -> ClassSession:
    hold_session(session)
    if session.is_locked == is_locked:
        return session
    if is_locked and session.begins_at > timezone.now():
        raise RegisterNotBegun(session)
    with recorded(by, "lock_register" if is_locked else "unlock_register", reason=reason):
        if is_locked:
            session.is_locked, session.locked_at, session.locked_by = True, timezone.now(), by.user
            session.save(update_fields=["is_locked", "locked_at", "locked_by", "updated_at"])
        else:
            unlock(session, reason)
    return session


@atomic
def ask_to_unlock(*, by: Actor, session: ClassSession, reason: str) -> None:
    """Tell the administrators that a register should be unlocked, and why; they decide on its page.

    Only the notices are written, so nothing is locked. Raises Invalid without a reason, Conflict where it is open.
    """
    reason = needed_reason(reason, _("Say what needs to be corrected."))
    if not session.is_locked:
        raise Conflict(_("This register isn't locked, so you can already change it."), code="not_locked")
    tell_unlock_asked(by, session, reason)


def needed_reason(text: str, asked: str) -> str:
    """The reason without its margins. Raises Invalid with what was asked where there is none, or it is too long."""
    text = text.strip()
    if not text:
        raise Invalid(asked, field="reason", code="required")
    if len(text) > MOST_REASON:
        raise Invalid(_("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}, field="reason")
    return text
