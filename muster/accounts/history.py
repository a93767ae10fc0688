"""What the use cases of accounts are called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "set_password": _("set a password"),
        "accept_invitation": _("accepted the invitation"),
        "change_email": _("changed the email"),
    }
)
