"""The actor of every page, and whose rows the database shows meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from muster.core.errors import Forbidden
from muster.core.isolation import enter, nowhere, while_sent
from muster.core.permissions import Open
from muster.institutions.access import Actor
from muster.institutions.security import note_refusal
from muster.institutions.sign_in import lacks_second_factor
from muster.web.institutions.sign_in import actor_of_session, second_step_page

# Who works in another institution too may go there.
ELSEWHERE = {"switch-institution", "institution-choice"}


class IsolationMiddleware:
    """Lets a request see no institution's rows until its door knows where the caller works. Stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with nowhere():
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
                # Its parts are asked of the database when they are sent, after this.
                response.streaming_content = while_sent(response.streaming_content)
            return response


class ActorMiddleware:
    """Gives every request of a page its `actor`, None when signed out. The API signs its callers in by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        bearer = request.path.startswith("/api/") and "Authorization" in request.headers
        actor: Actor | None = None if bearer else actor_of_session(request)
        request.actor = actor  # type: ignore[attr-defined]
        if actor:
            enter(actor.institution.pk)
        # Templates and exports then say the institution's time without being told.
        timezone.activate(actor.zone if actor else timezone.get_default_timezone())
        response = self.get_response(request)
        if wait := getattr(request, "retry_after", 0):
            # The sign-in page shows the sentence in its form; programs and caches go by the status.
            response.status_code = 429
            response["Retry-After"] = str(wait)
        # The API tells it by itself.
        if actor and response.status_code == Forbidden.status and not request.path.startswith("/api/"):
            note_refusal(by=actor, what=_asked_for(request))
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Lead who has to set two-step sign-in up there, whatever they ask for. The API says so by itself."""
        if request.path.startswith(("/api/", "/accounts/")) or request.actor is None:  # type: ignore[attr-defined]
            return None
        permission = getattr(view, "permission", None)
        is_public = isinstance(permission, Open) and not permission.signed_in
        if is_public or not lacks_second_factor(request.actor):  # type: ignore[attr-defined]
            return None
        if request.resolver_match is not None and request.resolver_match.url_name in ELSEWHERE:
            return None
        return second_step_page(request)


def _asked_for(request: HttpRequest) -> str:
    """The route and the ids in its address; what else stands in an address may be a secret."""
    match = request.resolver_match
    ids = [str(value) for name, value in match.kwargs.items() if name.endswith("_id")] if match else []
    return " ".join([str(request.method), f"/{match.route}" if match else "", *ids])
