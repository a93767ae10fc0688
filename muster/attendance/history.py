"""What the use cases of attendance are called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "mark_register": _("took a register"),
        "mark_learners": _("marked students"),
        "mark_day": _("marked a day's attendance"),
        "take_over_daily": _("imported an old register"),
        "hold_session": _("counted a session as held"),
        "lock_register": _("locked a register"),
        "unlock_register": _("unlocked a register"),
        "ask_to_unlock": _("asked to unlock a register"),
        "reject_unlock": _("left a register locked"),
        "announce_absence": _("reported an absence"),
        "withdraw_absence": _("withdrew an absence"),
        "add_evidence": _("added evidence"),
        "remove_evidence": _("removed evidence"),
        "ask_for_correction": _("requested a correction"),
        "approve_correction": _("approved a correction"),
        "reject_correction": _("rejected a correction"),
    }
)
