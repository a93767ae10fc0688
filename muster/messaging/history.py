"""What writing to students is called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases({"send_message": _("sent a message")})
