"""What the use cases of institutions and people are called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "found_institution": _("set up the institution"),
        "change_institution": _("changed the settings"),
        "change_logo": _("changed the logo"),
        "add_branch": _("added a branch"),
        "change_branch": _("changed a branch"),
        "delete_branch": _("removed a branch"),
        "add_room": _("added a room"),
        "change_room": _("changed a room"),
        "delete_room": _("removed a room"),
        "add_department": _("added a department"),
        "change_department": _("changed a department"),
        "delete_department": _("removed a department"),
        "add_holiday": _("added a holiday"),
        "change_holiday": _("changed a holiday"),
        "delete_holiday": _("removed a holiday"),
        "add_term": _("added a term"),
        "change_term": _("changed a term"),
        "delete_term": _("removed a term"),
        "add_person": _("added a person"),
        "change_person": _("changed a person"),
        "deactivate_person": _("deactivated a person"),
        "reactivate_person": _("reactivated a person"),
    }
)
