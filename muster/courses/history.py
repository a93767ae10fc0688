"""What the use cases of courses are called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "add_course": _("added a course"),
        "change_course": _("changed a course"),
        "delete_course": _("removed a course"),
        "add_subject": _("added a subject"),
        "change_subject": _("changed a subject"),
        "delete_subject": _("removed a subject"),
    }
)
