"""How access of regulators, and each look of theirs, reads in histories."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases
from muster.oversight.models import AccessLook
from muster.oversight.queries import look_in_sentence, look_in_words


def _look(event: HistoryEvent) -> Iterable[HistoryLine]:
    row = event.row
    look = AccessLook(
        how=row["how"],
        session_id=row["session_id"],
        session_date=date.fromisoformat(row["session_date"]) if row["session_date"] else None,
        registers=row["registers"],
        batch_codes=row["batch_codes"],
    )
    yield HistoryLine(f"{look.get_how_display()}: {look_in_words(look)}", "look", alone=look_in_sentence(look))


describe(AccessLook, _look)
name_use_cases(
    {
        "ask_for_access": _("requested access to registers"),
        "withdraw_access_request": _("withdrew an access request"),
        "grant_access": _("granted access to registers"),
        "reject_access": _("rejected an access request"),
        "extend_access": _("extended access to registers"),
        "revoke_access": _("revoked access to registers"),
        "look_at_granted": _("looked at a granted register"),
        "look_at_denied": _("requested a register that isn't granted"),
    }
)
