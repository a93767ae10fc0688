"""What happened to a batch, in words."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from muster.batches.history import history_of
from muster.batches.permissions import batches
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.ui.pages import page

PAGE_SIZE = 30


@page(batches["history"])
def history(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Who changed what, when and why, the latest first."""
    actor = request.actor  # type: ignore[attr-defined]
    frame = Frame(actor, batch_for(actor, batch_id, "history"), "history")
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), 10_000) if asked.isdecimal() and len(asked) < 7 else 1
    found = history_of(frame.batch, page=number, page_size=PAGE_SIZE)
    context = {
        "entries": found.entries,
        "total": found.total,
        "older": number + 1 if number * PAGE_SIZE < found.total else 0,
        "newer": number - 1,
    }
    return tab_page(request, frame, "batches/history.html", context)
