"""The request of a page."""

from __future__ import annotations

from django.http import HttpRequest

from muster.institutions.access import Actor


class ActorRequest(HttpRequest):
    """A request on a page that asks for a role: by then its actor is known (`muster.web.ui.pages.page`)."""

    actor: Actor
