"""The institution that a browser's session is bound to, and its actor."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpRequest

from muster.accounts.models import User
from muster.core.errors import Missing
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.institutions.sign_in import actor_in, institutions_of

SESSION_KEY = "institution"


def choose_institution(request: HttpRequest, institution: Institution) -> None:
    """Bind the session to one of the user's institutions. Raises Missing for one in which they have no role."""
    if institution not in institutions_of(cast("User", request.user)):
        raise Missing
    request.session[SESSION_KEY] = str(institution.pk)


def actor_of_session(request: HttpRequest) -> Actor | None:
    """The actor of a page: the signed-in user in the institution chosen at sign-in, else in the only or first one."""
    user = request.user
    if not user.is_authenticated:
        return None
    if (chosen := request.session.get(SESSION_KEY)) and (actor := actor_in(UUID(chosen), user)):
        return actor
    for institution in institutions_of(user):
        if actor := Actor.of(user, institution):
            request.session[SESSION_KEY] = str(institution.pk)
            return actor
    return None
