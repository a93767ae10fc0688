"""How erasures and consents read in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "erase_person": _("erased a person"),
        "run_retention": _("erased what is no longer kept"),
        "write_consent": _("wrote a consent text"),
        "close_consent": _("closed a consent"),
        "reopen_consent": _("reopened a consent"),
    }
)
