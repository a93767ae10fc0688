"""Who could teach a batch, the best first, with reasons and one click."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from muster.allocation.scoring import suggestions_for_batch
from muster.batches.models import InstructorAssignment
from muster.batches.permissions import batches
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page

FEW, MOST = 3, 25


def suggested_for(frame: Frame, most: int = FEW) -> dict[str, Any]:
    """The context of `components/suggested.html` for the frame's batch: the best so many, to lead it or to help."""
    found = suggestions_for_batch(frame.actor, frame.batch)
    role = InstructorAssignment.Role.ASSISTANT if frame.lead else InstructorAssignment.Role.LEAD
    return {
        "suggestions": found.ranked[:most],
        "more": max(len(found.ranked) - most, 0),
        "left_out": found.left_out,
        "scored": True,
        "assign_url": frame.url("batches:assign"),
        "fields": [("role", role.value)],
        "person_field": "instead",
        "assign_word": _("Make assistant") if frame.lead else _("Make lead"),
    }


@page(batches["staff"])
def suggestion_list(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """All who could teach the batch from today on, and who is left out and why."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "staff"), "instructors")
    opened = frame.may_change and frame.batch.takes_enrollments
    return tab_page(
        request, frame, "batches/suggested.html", {"opened": opened, **(suggested_for(frame, MOST) if opened else {})}
    )
