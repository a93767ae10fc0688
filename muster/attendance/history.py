"""What the use cases of attendance are called in histories, and how looks at evidence read."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muster.attendance.models import EvidenceLook
from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases


def _look(event: HistoryEvent) -> Iterable[HistoryLine]:
    file = {"file": event.names.of(event.row["evidence_id"])}
    yield HistoryLine(gettext("File opened: %(file)s") % file, "look", alone=gettext("opened %(file)s") % file)


describe(EvidenceLook, _look)
name_use_cases(
    {
        "mark_register": _("took a register"),
        "mark_learners": _("marked students"),
        "mark_day": _("marked a day's attendance"),
        "take_over_daily": _("imported an old register"),
        "hold_session": _("counted a session as held"),
        "lock_register": _("locked a register"),
        "sign_register": _("signed a register"),
        "add_scan": _("added a signed sheet"),
        "unlock_register": _("unlocked a register"),
        "ask_to_unlock": _("asked to unlock a register"),
        "reject_unlock": _("left a register locked"),
        "announce_absence": _("reported an absence"),
        "withdraw_absence": _("withdrew an absence"),
        "add_evidence": _("added evidence"),
        "look_at_evidence": _("opened evidence"),
        "remove_evidence": _("removed evidence"),
        "ask_for_correction": _("requested a correction"),
        "approve_correction": _("approved a correction"),
        "reject_correction": _("rejected a correction"),
    }
)
