"""What the use cases of feedback are called in histories. Answering is none: history does not know of it."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "open_feedback": _("opened a feedback round"),
        "remind_of_feedback": _("reminded of a feedback round"),
        "close_feedback": _("closed a feedback round"),
    }
)
