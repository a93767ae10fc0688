"""Locking a register, by hand or after some hours, and unlocking it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.attendance.rules.marking import hold_session
from muster.core.database import atomic
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.rules import unlock

MOST_REASON = 300


@atomic
def lock_register(*, by: Actor, session: ClassSession) -> ClassSession:
    """Lock a register: from then on the database refuses every change of it. Locked already, it stays as it is.

    Holds the batches and the session, as marking does: what is marked is marked before or refused. Raises
    BatchArchived, Missing.
    """
    hold_session(session)
    if session.is_locked:
        return session
    session.is_locked, session.locked_at, session.locked_by = True, timezone.now(), by.user
    with recorded(by, "lock_register"):
        session.save(update_fields=["is_locked", "locked_at", "locked_by", "updated_at"])
    return session


@atomic
def unlock_register(*, by: Actor, session: ClassSession, reason: str) -> ClassSession:
    """Unlock a register; the reason is kept in its history. Not locked, it stays as it is.

    Locks as `lock_register`. Raises Invalid without a reason, BatchArchived, Missing.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid(
            _("Give a reason for unlocking the register. It's kept in the history."), field="reason", code="required"
        )
    if len(reason) > MOST_REASON:
        raise Invalid(_("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}, field="reason")
    hold_session(session)
    if not session.is_locked:
        return session
    with recorded(by, "unlock_register", reason=reason):
        unlock(session, reason)
    return session
