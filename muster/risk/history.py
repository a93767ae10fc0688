"""How risk flags and contacts read in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "keep_risk_flags": _("checked who is at risk"),
        "assign_risk_owner": _("assigned an owner to a risk flag"),
        "record_intervention": _("recorded a contact with a student at risk"),
        "write_letter": _("wrote a letter to a student at risk"),
        "close_risk_flag": _("closed a risk flag"),
        "reopen_risk_flag": _("reopened a risk flag"),
    }
)
