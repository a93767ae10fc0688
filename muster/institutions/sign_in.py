"""Who somebody is: the actor of a token, and of a person in one of their institutions."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONArray
from django.utils import timezone

from muster.accounts.models import User
from muster.core.compiled import Compiled
from muster.institutions.access import Actor, Grant, memberships_in_force
from muster.institutions.models import Affiliation, ApiToken, Institution, Membership

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


def bearer_of(secret: str) -> tuple[Actor, ApiToken] | None:
    """Whose token this is, and the token; None when it is unknown or over, or its owner gone.

    One statement for all that every call of the API asks first; another, at most once a minute, tells the last use.
    """
    now = timezone.now()
    token: ApiToken | None = TOKEN_IN_FORCE.one(now=now, digest=digest_of(secret))
    if token is None:
        return None
    held: list[list[Any]] = token.held  # type: ignore[attr-defined]
    actor = Actor.with_grants([_grant(*one) for one in held], token.user, token.institution)
    if actor is None:
        return None
    if token.last_used_at is None or now - token.last_used_at > USE_IS_TOLD_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return actor, token


def actor_in(institution_id: UUID, user: User) -> Actor | None:
    """The user in the institution, None where they have no role. One statement, which every page asks first."""
    institution = WORKPLACE.one(pk=institution_id, user=user.pk)
    return Actor.with_grants([_grant(*one) for one in institution.held], user, institution) if institution else None


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
