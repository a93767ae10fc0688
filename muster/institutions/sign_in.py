"""Who somebody is: the actor of a token, and of a person in one of their institutions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONArray
from django.utils import timezone

from muster.accounts.models import User
from muster.core.compiled import Compiled
from muster.core.isolation import across_institutions
from muster.institutions.access import Actor, Grant, memberships_in_force
from muster.institutions.models import STUDENT_ROLES, Affiliation, ApiToken, Institution, Membership, SecurityEvent
from muster.institutions.security import caller_address, note_event

SecondFactor = Institution.SecondFactor
# A token's last use is told to the minute, so that a busy token is not written at every call.
USE_IS_TOLD_EVERY = timedelta(minutes=1)
MOST_ADDRESSES = 20

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
    """The institution with the person whom this sign-in opens there, and what they hold."""
    behind = User.objects.filter(Q(pk=user) | Q(account=user)).values("pk")
    belonging = Affiliation.objects.filter(user__in=behind, is_active=True)
    here = belonging.filter(institution=pk)
    # A platform administrator belongs nowhere and works everywhere.
    held = Membership.objects.filter(institution=pk, user__in=here.values("user_id"))
    return Institution.objects.filter(pk=pk).annotate(
        person=Subquery(here.values("user_id")[:1]),
        sign_in_round=Coalesce(Subquery(here.values("sign_in_round")[:1]), 0),
        held=ArraySubquery(held.values(held=JSONArray("role", "branch_id", "department_id"))),
        elsewhere=Exists(belonging.exclude(institution=pk)),
        has_second_factor=Exists(second_factors_of(user)),
    )


WORKPLACE = Compiled(_workplace, pk=UUID(int=1), user=UUID(int=2))


def _grant(role: str, branch_id: str | None, department_id: str | None) -> Grant:
    return Grant(role, UUID(branch_id) if branch_id else None, UUID(department_id) if department_id else None)


def digest_of(secret: str) -> str:
    """What is kept of a token's secret: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


@across_institutions("who somebody is")
def bearer_of(secret: str) -> tuple[Actor, ApiToken] | None:
    """Whose token this is, and the token; None when it is unknown or over, or its owner gone.

    One statement for all that every call of the API asks first; another, at most once a minute, tells the last use. An
    address from where the token was not used lately stands in the security log.
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
    if (address := caller_address()) and address not in token.addresses:
        # Of two calls at once both may tell it.
        token.addresses = [*token.addresses[1 - MOST_ADDRESSES :], address]
        ApiToken.objects.filter(pk=token.pk).update(addresses=token.addresses)
        if not token.from_sign_in:
            note_event(by=actor, kind=SecurityEvent.Kind.TOKEN_SEEN, detail=token.name)
    return actor, token


@across_institutions("who somebody is")
def actor_in(institution_id: UUID, user: User) -> Actor | None:
    """Whom the sign-in opens in the institution, None where they have no role. One statement, which every page asks
    first; a second one where somebody joined another institution."""
    institution = WORKPLACE.one(pk=institution_id, user=user.pk)
    if institution is None:
        return None
    person = user
    if institution.person not in (None, user.pk) and not user.is_superuser:
        person = User.objects.select_related("account").get(pk=institution.person)
    return Actor.with_grants([_grant(*one) for one in institution.held], person, institution)


def lacks_second_factor(actor: Actor) -> bool:
    """Whether the institution asks for two-step sign-in of the actor's roles, and their sign-in has none.

    Asks the database only for a program, and only where it is asked for."""
    asked = actor.institution.second_factor_for
    if actor.user is None or asked == SecondFactor.NOBODY:
        return False
    if asked == SecondFactor.ADMINS and not actor.is_admin:
        return False
    if asked == SecondFactor.STAFF and actor.roles <= set(STUDENT_ROLES):
        return False
    known: bool | None = getattr(actor.institution, "has_second_factor", None)
    return not (second_factors_of(actor.user.account_id or actor.user.pk).exists() if known is None else known)


def second_factors_of(account: Any) -> QuerySet[Authenticator]:
    """What a sign-in has beside its password; recovery codes alone are none."""
    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=account, type__in=types)
    return found


def round_of(actor: Actor) -> int:
    """Which round of sign-ins is on where the actor of a page works."""
    return int(getattr(actor.institution, "sign_in_round", 0))


@across_institutions("who somebody is")
def institutions_of(user: User) -> list[Institution]:
    """The institutions in which somebody may work who signs in as this user, by name."""
    if user.is_superuser:
        return list(Institution.objects.all())
    behind = User.objects.behind(user).values("pk")
    return list(
        Institution.objects.filter(
            Exists(Affiliation.objects.filter(user__in=behind, institution=OuterRef("pk"), is_active=True)),
            Exists(Membership.objects.filter(user__in=behind, institution=OuterRef("pk"))),
        )
    )


def where_to_start(user: User, places: Sequence[Institution]) -> list[Institution]:
    """The same institutions, first the one that the user chose to start in, else the one that was theirs first."""
    return sorted(places, key=lambda place: (place.pk != user.starts_in, place.pk != user.home))


def home_of(person: User) -> Institution:
    """The institution whose person this is."""
    return Institution.objects.get(pk=person.home or UUID(int=0))


@across_institutions("who somebody is")
def invitations_of(user: User) -> list[User]:
    """The people of other institutions who have the e-mail that this user proved to have, and are not joined yet.

    Each has the `place` that offers it.
    """
    if not user.has_proved_email or not user.signs_in:
        return []
    waiting = User.objects.filter(email__iexact=user.email, signs_in=False, account__isnull=True, is_active=True)
    found = {person.home: person for person in waiting.exclude(pk=user.pk) if person.home}
    places = Institution.objects.filter(
        Exists(Affiliation.objects.filter(institution=OuterRef("pk"), user__in=found.values(), is_active=True)),
        pk__in=found,
    )
    for place in places:
        found[place.pk].place = place  # type: ignore[attr-defined]
    return [found[place.pk] for place in places]


def may_work_elsewhere(actor: Actor) -> bool:
    """Whether the person of a page may belong to another institution too: no statement is sent to know it."""
    is_everywhere = actor.user is not None and actor.user.is_superuser
    return is_everywhere or getattr(actor.institution, "elsewhere", True)


@across_institutions("who somebody is")
def sender_of(user: User) -> dict[str, str] | None:
    """The institution in whose name a person is written to about their sign-in; None when it opens several, or all."""
    if user.is_superuser or user.others.exists():
        return None
    here = user.affiliations.select_related("institution").first()
    return {"id": str(here.institution_id), "name": here.institution.name} if here else None
