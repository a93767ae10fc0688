"""What happened to a student's enrollments, read from the history that the database keeps."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.core.models import AuditEntry
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor

LATEST = 40


# What became of an enrollment, by its status, and the icon of that.
BECAME: dict[Any, tuple[Any, str]] = {
    Enrollment.Status.ACTIVE: (gettext_lazy("Back in %(place)s"), "undo"),
    Enrollment.Status.ON_HOLD: (gettext_lazy("On hold in %(place)s"), "pause"),
    Enrollment.Status.CANCELLED: (gettext_lazy("Enrollment in %(place)s cancelled"), "xc"),
    Enrollment.Status.COMPLETED: (gettext_lazy("%(place)s completed"), "award"),
    Enrollment.Status.EXPIRED: (gettext_lazy("Access to %(place)s expired"), "clock"),
}


def student_history(actor: Actor, person: User) -> list[tuple[AuditEntry, str, str]]:
    """The changes of the enrollments that the reader may see, each in words and with an icon, the latest first. One
    statement."""
    seen = enrollments.rows(actor, among=Enrollment.objects.filter(student=person))
    place = Enrollment.objects.filter(pk=OuterRef("row_id")).values_list(Coalesce("batch__name", "course__title"))
    entries = AuditEntry.objects.filter(row_id__in=seen.values("pk")).annotate(place=Subquery(place[:1]))
    return [(entry, *_in_words(entry)) for entry in entries.order_by("-at", "-pk")[:LATEST]]


def _in_words(entry: Any) -> tuple[str, str]:
    words: Any = _("Enrolled in %(place)s")
    icon = "plus"
    if entry.before is not None:
        corrected = (_("Enrollment in %(place)s corrected"), "edit")
        words, icon = BECAME.get((entry.after or {}).get("status"), corrected)
    return str(words % {"place": entry.place or _("a removed batch")}), icon
