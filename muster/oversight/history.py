"""How access of regulators reads in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "ask_for_access": _("requested access to registers"),
        "withdraw_access_request": _("withdrew an access request"),
        "grant_access": _("granted access to registers"),
        "reject_access": _("rejected an access request"),
        "extend_access": _("extended access to registers"),
        "revoke_access": _("revoked access to registers"),
    }
)
