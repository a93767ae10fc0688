"""Asking that a locked register be unlocked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.attendance.notices import tell_unlock_asked
from muster.attendance.rules.locking import MOST_REASON
from muster.core.database import atomic
from muster.core.errors import Conflict, Invalid
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession


@atomic
def ask_to_unlock(*, by: Actor, session: ClassSession, reason: str) -> None:
    """Tell the administrators that a register should be unlocked, and why; they decide on its page.

    Only the notices are written, so nothing is locked. Raises Invalid without a reason, Conflict where it is open.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say what needs to be corrected."), field="reason", code="required")
    if len(reason) > MOST_REASON:
        raise Invalid(_("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}, field="reason")
    if not session.is_locked:
        raise Conflict(_("This register isn't locked, so you can already change it."), code="not_locked")
    tell_unlock_asked(by, session, reason)
