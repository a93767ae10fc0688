"""The institution that a browser's session is bound to, and its actor."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest

from muster.accounts.models import User
from muster.core.errors import Missing
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.institutions.rules import note_sign_in
from muster.institutions.sign_in import actor_in, institutions_of, round_of, where_to_start

SESSION_KEY = "institution"
# The round of sign-ins that was on when the session began to work there.
ROUND_KEY = "institution_round"


def choose_institution(request: HttpRequest, institution: Institution) -> None:
    """Bind the session to one of the user's institutions. Raises Missing for one in which they have no role."""
    user = cast("User", request.user)
    actor = actor_in(institution.pk, user)
    if actor is None:
        raise Missing
    _bind(request, actor)
    note_sign_in(actor, user)


def actor_of_session(request: HttpRequest) -> Actor | None:
    """The actor of a page: the signed-in user in the institution chosen at sign-in, else in the one where they start.

    A session that worked where its sign-ins were ended since is over, whatever its user may do there by now.
    """
    user = request.user
    if not user.is_authenticated:
        return None
    if (chosen := request.session.get(SESSION_KEY)) and (actor := actor_in(UUID(chosen), user)):
        if request.session.get(ROUND_KEY, 0) == round_of(actor):
            return actor
        logout(request)
        return None
    for institution in where_to_start(user, institutions_of(user)):
        if actor := actor_in(institution.pk, user):
            _bind(request, actor)
            return actor
    return None


def _bind(request: HttpRequest, actor: Actor) -> None:
    request.session[SESSION_KEY] = str(actor.institution.pk)
    request.session[ROUND_KEY] = round_of(actor)
