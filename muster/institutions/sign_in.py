"""Who calls the API, and in which institution: a bearer token, or the pages' own session."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONArray
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.utils import check_csrf

from muster.accounts.models import User
from muster.api.kit import NotSignedIn, sign_in_with
from muster.core.compiled import Compiled
from muster.core.errors import Missing
from muster.institutions.access import Actor, Grant, memberships_in_force
from muster.institutions.models import Affiliation, ApiToken, Institution, Membership

SESSION_KEY = "institution"
# A token's last use is told to the minute, so that a busy token is not written at every call.
USE_IS_TOLD_EVERY = timedelta(minutes=1)

HELD = ArraySubquery(
    memberships_in_force(OuterRef("user_id"), OuterRef("institution_id")).values(
        held=JSONArray("role", "branch_id", "department_id")
    )
)


TOKEN_IN_FORCE = Compiled(
    lambda now, digest: (
        ApiToken.objects.select_related("user", "institution")
        .annotate(held=HELD)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), digest=digest, user__is_active=True)
    ),
    now=datetime.max.replace(tzinfo=UTC),
    digest="digest",
)


def _workplace(pk: UUID, user: UUID) -> QuerySet[Any]:
    held = memberships_in_force(user, OuterRef("pk")).values(held=JSONArray("role", "branch_id", "department_id"))
    elsewhere = Affiliation.objects.filter(user=user, is_active=True).exclude(institution=OuterRef("pk"))
    return Institution.objects.filter(pk=pk).annotate(held=ArraySubquery(held), elsewhere=Exists(elsewhere))


WORKPLACE = Compiled(_workplace, pk=UUID(int=1), user=UUID(int=2))


def _grant(role: str, branch_id: str | None, department_id: str | None) -> Grant:
    return Grant(role, UUID(branch_id) if branch_id else None, UUID(department_id) if department_id else None)


def digest_of(secret: str) -> str:
    """What is kept of a token's secret: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


@sign_in_with
def who_calls(request: HttpRequest) -> Actor | None:
    """The actor of an API request. Raises NotSignedIn for a bad token; None where nobody is signed in."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        # A bad token is refused even where a session would do: nobody should act as somebody else unawares.
        if scheme.lower() != "bearer":
            raise NotSignedIn
        return actor_of_token(request, secret.strip())
    # The pages' own calls: whoever changes something proves that the page made the call.
    if refusal := check_csrf(request):
        raise HttpError(403, str(refusal.reason_phrase))
    return cast("Actor | None", request.actor)  # type: ignore[attr-defined]


def actor_of_token(request: HttpRequest, secret: str) -> Actor:
    """The actor whose token this is. Raises NotSignedIn when it is unknown or over, or its owner gone."""
    now = timezone.now()
    # One statement for all that every call of the API asks first.
    token = TOKEN_IN_FORCE.one(now=now, digest=digest_of(secret))
    if token is None:
        raise NotSignedIn
    held: list[list[Any]] = token.held  # type: ignore[attr-defined]
    actor = Actor.holding([_grant(*one) for one in held], token.user, token.institution)
    if actor is None:
        raise NotSignedIn
    if token.last_used_at is None or now - token.last_used_at > USE_IS_TOLD_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    request.user = token.user
    request.api_token = token  # type: ignore[attr-defined]
    return actor


def institutions_of(user: User) -> list[Institution]:
    """The institutions in which the user may work, by name."""
    if user.is_superuser:
        return list(Institution.objects.all())
    return list(
        Institution.objects.filter(
            Exists(Affiliation.objects.filter(user=user, institution=OuterRef("pk"), is_active=True)),
            Exists(Membership.objects.filter(user=user, institution=OuterRef("pk"))),
        )
    )


def may_work_elsewhere(actor: Actor) -> bool:
    """Whether the person of a page may belong to another institution too: no statement is sent to know it."""
    is_everywhere = actor.user is not None and actor.user.is_superuser
    return is_everywhere or getattr(actor.institution, "elsewhere", True)


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
    if (chosen := request.session.get(SESSION_KEY)) and (actor := _actor_in(chosen, user)):
        return actor
    for institution in institutions_of(user):
        if actor := Actor.of(user, institution):
            request.session[SESSION_KEY] = str(institution.pk)
            return actor
    return None


def _actor_in(institution_id: str, user: User) -> Actor | None:
    """The user in the institution. One statement, which every page asks first."""
    institution = WORKPLACE.one(pk=UUID(institution_id), user=user.pk)
    return Actor.holding([_grant(*one) for one in institution.held], user, institution) if institution else None
