"""The actor of every page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from muster.institutions.access import Actor
from muster.web.institutions.sign_in import actor_of_session


class ActorMiddleware:
    """Gives every request of a page its `actor`, None when signed out. The API signs its callers in by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        bearer = request.path.startswith("/api/") and "Authorization" in request.headers
        actor: Actor | None = None if bearer else actor_of_session(request)
        request.actor = actor  # type: ignore[attr-defined]
        # Templates and exports then say the institution's time without being told.
        timezone.activate(actor.zone if actor else timezone.get_default_timezone())
        response = self.get_response(request)
        if wait := getattr(request, "retry_after", 0):
            # The sign-in page shows the sentence in its form; programs and caches go by the status.
            response.status_code = 429
            response["Retry-After"] = str(wait)
        return response
