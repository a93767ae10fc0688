"""The institution that a browser's session is bound to, and its actor."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from muster.accounts.models import User
from muster.core.errors import Missing
from muster.core.isolation import across_institutions, enter
from muster.enrollments.queries import PAYS_IN_SEVERAL, idle_hours_of_contact
from muster.institutions.access import Actor
from muster.institutions.models import Institution, SecurityEvent
from muster.institutions.rules import note_sign_in
from muster.institutions.security import note_event
from muster.institutions.sign_in import actor_in, institutions_of, round_of, where_to_start

SESSION_KEY = "institution"
# The round of sign-ins that was on when the session began to work there.
ROUND_KEY = "institution_round"
# When the person signed in, and when they were last seen.
SINCE_KEY, SEEN_KEY = "since", "seen"
SEEN_EVERY = 5 * 60


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
        if request.session.get(ROUND_KEY, 0) != round_of(actor):
            logout(request)
            return None
        if ended := _end_of(request, actor.institution.idle_hours):
            logout(request)
            messages.info(request, ended)
            return None
        return actor
    for institution in where_to_start(user, institutions_of(user)):
        if actor := actor_in(institution.pk, user):
            _bind(request, actor)
            return actor
    _end_idle_contact(request, user)
    return None


def _bind(request: HttpRequest, actor: Actor) -> None:
    enter(actor.institution.pk)
    if request.session.get(SESSION_KEY) != str(actor.institution.pk):
        note_event(by=actor, kind=SecurityEvent.Kind.SIGNED_IN)
    now = timezone.now().timestamp()
    request.session.setdefault(SINCE_KEY, now)
    request.session[SEEN_KEY] = now
    request.session[SESSION_KEY] = str(actor.institution.pk)
    request.session[ROUND_KEY] = round_of(actor)


def _end_idle_contact(request: HttpRequest, user: User) -> None:
    """End the session of somebody without a role, who signs in for organisations, as those of others end."""
    request.session.setdefault(SINCE_KEY, timezone.now().timestamp())
    request.session.setdefault(SEEN_KEY, timezone.now().timestamp())
    with across_institutions(PAYS_IN_SEVERAL):
        hours = idle_hours_of_contact(user)
    if ended := _end_of(request, hours):
        logout(request)
        messages.info(request, ended)


def second_step_page(request: HttpRequest) -> HttpResponse:
    """Lead to where two-step sign-in is set up; a part of a page leads the whole page there."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(reverse("mfa_index"))
    return redirect("mfa_index")


def _end_of(request: HttpRequest, hours: int | None) -> str:
    """Why the session is over: too old, or idle for longer than these hours; "" while it goes on.

    Activity is told every few minutes, or each page would write.
    """
    now, session = timezone.now().timestamp(), request.session
    if now - session.get(SINCE_KEY, now) > settings.SESSION_COOKIE_AGE:
        return _("You've been signed in for a long time. Sign in again.")
    if hours is None:
        return ""
    idle = now - session.get(SEEN_KEY, 0)
    if idle > hours * 3600 + SEEN_EVERY:
        return ngettext(
            "You were signed out after %(count)d hour without activity.",
            "You were signed out after %(count)d hours without activity.",
            hours,
        ) % {"count": hours}
    if idle > SEEN_EVERY:
        session[SEEN_KEY] = now
    return ""
