"""Who calls the API, and in which institution: a bearer token, or the pages' own session."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.utils import check_csrf

from muster.api.kit import NotSignedIn, sign_in_with
from muster.institutions.access import Actor
from muster.institutions.sign_in import bearer_of


@sign_in_with
def who_calls(request: HttpRequest) -> Actor | None:
    """The actor of an API request. Raises NotSignedIn for a bad token; None where nobody is signed in."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        # The pages' own calls: whoever changes something proves that the page made the call.
        if refusal := check_csrf(request):
            raise HttpError(403, str(refusal.reason_phrase))
        return cast("Actor | None", request.actor)  # type: ignore[attr-defined]
    # A bad token is refused even where a session would do: nobody should act as somebody else unawares.
    bearer = bearer_of(secret.strip()) if scheme.lower() == "bearer" else None
    if bearer is None:
        raise NotSignedIn
    actor, token = bearer
    request.user = token.user
    request.api_token = token  # type: ignore[attr-defined]
    return actor
