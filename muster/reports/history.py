"""How scheduled reports read in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "schedule_report": _("scheduled a report"),
        "pause_report": _("paused or resumed a scheduled report"),
        "stop_report": _("stopped a scheduled report"),
    }
)
