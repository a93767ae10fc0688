"""Who calls the API, and in which institution: a bearer token, or the pages' own session."""

from __future__ import annotations

import re
from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.utils import check_csrf
from structlog.contextvars import bind_contextvars

from muster.api.kit import NotSignedIn, sign_in_with
from muster.api.scopes import scope_of
from muster.core.errors import Forbidden
from muster.core.isolation import enter
from muster.institutions.access import Actor
from muster.institutions.errors import SecondFactorRequired
from muster.institutions.models import TokenScope
from muster.institutions.security import note_refusal
from muster.institutions.sign_in import bearer_of, lacks_second_factor

READING = ("GET", "HEAD", "OPTIONS")


class OutOfScope(Forbidden):
    """A program asks for a part of the API that its token is not for."""

    def __init__(self, scope: str) -> None:
        words = {"scope": scope, "part": TokenScope(scope).label}
        super().__init__(
            _("This token isn't for “%(part)s”. Create one with the scope %(scope)s.") % words, code="out_of_scope"
        )


class ReadOnlyToken(Forbidden):
    """A program that may only read sends something to be written."""

    def __init__(self) -> None:
        super().__init__(_("This token can only read. Create one that can write."), code="read_only_token")


def only_reads(request: HttpRequest) -> bool:
    """Whether the caller's token may read and nothing else."""
    token = getattr(request, "api_token", None)
    return token is not None and token.read_only


@sign_in_with
def who_calls(request: HttpRequest) -> Actor | None:
    """The actor of an API request; None where nobody is signed in.

    Raises NotSignedIn for a bad token, ReadOnlyToken and OutOfScope for one that may not do what is asked, and
    SecondFactorRequired for somebody who has to set two-step sign-in up before anything else.
    """
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        # The pages' own calls: whoever changes something proves that the page made the call. Nobody proves nothing.
        if request.actor is None:  # type: ignore[attr-defined]
            return None
        if refusal := check_csrf(request):
            raise HttpError(403, str(refusal.reason_phrase))
        _must_have_second_factor(request.actor)  # type: ignore[attr-defined]
        return cast("Actor | None", request.actor)  # type: ignore[attr-defined]
    # A bad token is refused even where a session would do: nobody should act as somebody else unawares.
    bearer = bearer_of(secret.strip()) if scheme.lower() == "bearer" else None
    if bearer is None:
        raise NotSignedIn
    actor, token = bearer
    enter(actor.institution.pk)
    bind_contextvars(token=str(token.pk))
    if token.read_only and request.method not in READING:
        raise ReadOnlyToken
    if token.scopes and (scope := scope_of(_route(request))) and scope not in token.scopes:
        raise OutOfScope(scope)
    _must_have_second_factor(actor)
    request.user = token.user
    request.api_token = token  # type: ignore[attr-defined]
    return actor


def note_refused(request: HttpRequest) -> None:
    """Tell the security log what the caller asked for and may not: the route, and the ids in its address."""
    actor = getattr(request, "actor", None)
    if actor is not None:
        ids = [str(value) for name, value in request.resolver_match.kwargs.items() if name.endswith("_id")]  # type: ignore[union-attr]
        note_refusal(by=actor, what=" ".join([str(request.method), f"/api{_route(request)}", *ids]))


def _must_have_second_factor(actor: Actor) -> None:
    if lacks_second_factor(actor):
        raise SecondFactorRequired(actor.institution.name)


def _route(request: HttpRequest) -> str:
    """The path as it was declared: `/batches/{batch_id}`."""
    match = request.resolver_match
    assert match is not None  # noqa: S101
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", match.route).removeprefix("api")
