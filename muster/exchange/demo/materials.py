"""Materials of the demonstration: an outline of each course that is taught now, and handouts of its running batches."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.core.printing import print_pdf
from muster.institutions.access import Actor
from muster.materials.rules import SentFile, add_material, open_material
from muster.timetable.models import ClassSession

HANDOUT = Path(__file__).resolve().parent.parent / "print" / "handout.typ"


def hand_out(by: Actor) -> None:
    """An outline for each course, and for its running batches exercises and what the last session was about."""
    batches = Batch.objects.filter(institution=by.institution, status=Batch.Status.ACTIVE, archived_at=None)
    running = batches.filter(course__isnull=False, kind=Batch.Kind.COURSE).select_related("course", "institution")
    files: dict[Any, SentFile] = {}
    for batch in running.order_by("start_date", "code"):
        lead = batch.instructor_assignments.leads().select_related("instructor").first()
        actor = (lead and Actor.of(lead.instructor, by.institution)) or by
        assert batch.course is not None  # noqa: S101
        if batch.course_id not in files:
            content = print_pdf(HANDOUT, {"title": batch.course.title, "institution": by.institution.name})
            file = files[batch.course_id] = SentFile(content, "Handout.pdf")
            words: dict[str, Any] = {"title": _("Course outline"), "description": _("What we cover, week by week")}
            add_material(by=actor, to=batch.course, file=file, **words)
        add: dict[str, Any] = {"by": actor, "file": files[batch.course_id]}
        exercises = add_material(to=batch, title=_("Exercises"), description=_("Hand in by the end of the week"), **add)
        add_material(
            to=batch, title=_("Answers to the exercises"), visible_from=batch.today() + timedelta(days=7), **add
        )
        last = ClassSession.objects.filter(meeting=batch.pk, date__lt=batch.today()).exclude(status="cancelled")
        if (session := last.order_by("-date").first()) is not None:
            add_material(to=session, title=_("Slides of the session"), **add)
        for seat in batch.enrollments.filter(status="active").select_related("student").order_by("pk")[:5]:
            reader = Actor.of(seat.student, by.institution)
            if reader is not None:
                open_material(by=reader, material=exercises)
