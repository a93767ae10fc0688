"""Signing in to the API, and named tokens."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic
from muster.core.errors import DomainError, Forbidden, Invalid
from muster.institutions.access import Actor
from muster.institutions.models import ApiToken
from muster.institutions.sign_in import digest_of, institutions_of

SIGN_IN_LASTS = timedelta(hours=12)


class WrongCredentials(DomainError):
    """E-mail and password do not belong together; which of them is wrong is not told."""

    status = 401
    default_code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__(_("E-mail and password do not belong together. Try again, or ask for a new password."))


@atomic
def make_token(
    *, by: Actor, name: str, expires_at: datetime | None = None, from_sign_in: bool = False
) -> tuple[ApiToken, str]:
    """A named token for the actor in their institution, and its secret, which is told this once. Raises Invalid."""
    name = name.strip()
    if not name:
        raise Invalid(_("Give the token a name, so that you know it again."), field="name")
    if len(name) > 100:
        raise Invalid(_("The name is longer than 100 characters."), field="name")
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(_("The token would have expired already."), field="expires_at")
    assert by.user is not None  # noqa: S101  (only people make tokens)
    secret = f"muster_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        institution=by.institution,
        user=by.user,
        name=name,
        digest=digest_of(secret),
        expires_at=expires_at,
        from_sign_in=from_sign_in,
    )
    return token, secret


def revoke_token(*, token: ApiToken) -> None:
    """End a token at once. Repeating changes nothing."""
    ApiToken.objects.filter(pk=token.pk).delete()


def sign_in(
    *, request: HttpRequest | None, email: str, password: str, institution: str = ""
) -> tuple[Actor, ApiToken, str]:
    """Check e-mail and password, and give a token for twelve hours.

    `institution` (slug or id) chooses among several; without it the first by name. Raises WrongCredentials, Forbidden
    for somebody without a role anywhere.
    """
    user = authenticate(request, email=email, password=password)
    if not isinstance(user, User) or not user.is_active:
        raise WrongCredentials
    for place in institutions_of(user):
        if institution and institution not in (place.slug, str(place.pk)):
            continue
        if actor := Actor.of(user, place):
            token, secret = make_token(
                by=actor, name=_("Sign-in"), expires_at=timezone.now() + SIGN_IN_LASTS, from_sign_in=True
            )
            return actor, token, secret
    raise Forbidden(_("You have no role in this institution. Ask its administrator to invite you."))
