"""What happened to a student's enrollments, read from the history that the database keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Subquery, Window
from django.db.models.functions import Coalesce, Lag
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.courses.models import Course
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
    events = Enrollment.pgh_event_model.objects.filter(pgh_obj_id__in=seen.values("pk"))  # type: ignore[attr-defined]
    named = Coalesce(
        Subquery(Batch.objects.filter(pk=OuterRef("batch_id")).values("name")[:1]),
        Subquery(Course.objects.filter(pk=OuterRef("course_id")).values("title")[:1]),
    )
    rows = (
        events.annotate(
            place=named,
            status_before=Window(
                Lag("status"), partition_by=F("pgh_obj_id"), order_by=(F("pgh_created_at").asc(), F("pgh_id").asc())
            ),
        )
        .order_by("-pgh_created_at", "-pgh_id")
        .values("pgh_created_at", "pgh_label", "pgh_context", "status", "status_before", "place")[:LATEST]
    )
    return [_in_words(row) for row in rows]


def _in_words(row: dict[str, Any]) -> Happened:
    facts = row["pgh_context"] or {}
    status, place = row["status"], row["place"] or _("a removed batch")
    states = Enrollment.Status
    if row["pgh_label"] == "insert":
        text, icon = _("Enrolled in %(place)s"), "plus"
    elif row["pgh_label"] == "delete":
        text, icon = _("Removed from %(place)s"), "trash"
    elif status == row["status_before"]:
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
        row["pgh_created_at"],
        facts.get("by_name") or "Muster",
        text % {"place": place},
        facts.get("reason") or "",
        icon,
    )
