"""What the use cases of imports are called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "import_sections": _("imported a timetable"),
        "import_students": _("imported students"),
        "import_instructors": _("imported instructors"),
        "import_batches": _("imported batches"),
        "import_enrollments": _("imported enrollments"),
        "import_marks": _("imported marks"),
        "undo_import": _("undid an import"),
    }
)
