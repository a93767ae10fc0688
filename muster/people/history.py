"""What the use cases of instructors are called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "change_profile": _("changed an instructor's profile"),
        "keep_rating": _("updated an instructor's rating"),
        "replace_availability": _("changed an instructor's availability"),
        "add_time_off": _("added time off"),
        "remove_time_off": _("removed time off"),
        "add_note": _("noted"),
        "change_note": _("edited a note"),
        "delete_note": _("deleted a note"),
    }
)
