"""What happened to a batch, in words."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from muster.batches.history import history_of
from muster.batches.permissions import batches
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.requests import ActorRequest
from muster.web.ui.history import told_on
from muster.web.ui.pages import page

register_tab(BatchTab("history", gettext_lazy("History"), "batches:history", 60, "history"))


@page(batches["history"])
def history_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Who changed what, when and why, the latest first."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "history"), "history")
    return tab_page(
        request, frame, "batches/history.html", {"told": told_on(request, partial(history_of, frame.batch))}
    )
