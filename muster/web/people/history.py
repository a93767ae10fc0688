"""What happened to a student's enrollments, read from the history that the database keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.models import AuditEntry
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.institutions.access import Actor

LATEST = 40


@dataclass(frozen=True)
class Happened:
    """One change of an enrollment: when, by whom, what and why."""

    at: datetime
    by: str
    text: str
    reason: str
    icon: str


def student_history(actor: Actor, person: User) -> list[Happened]:
    """The changes of the enrollments that the reader may see, the latest first. One statement."""
    seen = enrollments.rows(actor, among=Enrollment.objects.filter(student=person))
    place = Enrollment.objects.filter(pk=OuterRef("row_id")).values_list(Coalesce("batch__name", "course__title"))
    entries = AuditEntry.objects.filter(row_id__in=seen.values("pk")).annotate(place=Subquery(place[:1]))
    return [_in_words(entry) for entry in entries.order_by("-at", "-pk")[:LATEST]]


def _in_words(entry: AuditEntry) -> Happened:
    states = Enrollment.Status
    status = (entry.after or {}).get("status")
    if entry.before is None:
        text, icon = _("Enrolled in %(place)s"), "plus"
    elif status is None:
        text, icon = _("Enrollment in %(place)s corrected"), "edit"
    elif status == states.ACTIVE:
        text, icon = _("Back in %(place)s"), "undo"
    elif status == states.ON_HOLD:
        text, icon = _("On hold in %(place)s"), "pause"
    elif status == states.CANCELLED:
        text, icon = _("Enrollment in %(place)s cancelled"), "xc"
    elif status == states.COMPLETED:
        text, icon = _("%(place)s completed"), "award"
    else:
        text, icon = _("Access to %(place)s expired"), "clock"
    return Happened(
        entry.at,
        entry.by_name or "Muster",
        text % {"place": entry.place or _("a removed batch")},  # type: ignore[attr-defined]
        entry.facts.get("reason", ""),
        icon,
    )
