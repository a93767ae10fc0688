"""Signing in to the API, and named tokens."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.errors import WrongCredentials, WrongOtp
from muster.accounts.jobs import send_new_email_link, send_notice
from muster.accounts.models import User
from muster.accounts.rules import Themself, end_sign_ins, prove_identity
from muster.accounts.rules import take_email as take_email_of_account
from muster.core.database import atomic
from muster.core.errors import Conflict, Forbidden, HasNul, Invalid, Missing
from muster.core.history import recorded
from muster.core.isolation import across_institutions
from muster.core.text import clean_line
from muster.institutions.access import Actor
from muster.institutions.errors import SecondFactorRequired
from muster.institutions.models import ApiToken, Institution, SecurityEvent, TokenScope
from muster.institutions.rules.person_input import problems_of_email
from muster.institutions.security import note_event, note_failure, note_of_account
from muster.institutions.sign_in import (
    actor_in,
    digest_of,
    institutions_of,
    lacks_second_factor,
    sender_of,
    where_to_start,
)

Kind = SecurityEvent.Kind

SIGN_IN_LASTS = timedelta(hours=12)
# How long a sign-in to the API counts as one's own hand.
SIGN_IN_IS_FRESH = timedelta(minutes=5)
LASTS = timedelta(days=90)
LASTS_AT_MOST = timedelta(days=3653)
TOKENS_AT_MOST = 50


@atomic
def make_token(
    *,
    by: Actor,
    name: str,
    expires_at: datetime | None = None,
    read_only: bool = False,
    scopes: Collection[str] = (),
    from_sign_in: bool = False,
) -> tuple[ApiToken, str]:
    """A named token for the actor in their institution, and its secret, which is told this once.

    It lasts ninety days unless told otherwise, and is for the whole API unless `scopes` are named. That the person has
    just proved who they are is the caller's to ask.
    Raises Invalid, SecondFactorRequired, and Conflict when the person has too many.
    """
    if unknown := sorted(set(scopes) - set(TokenScope.values)):
        raise Invalid(
            _("“%(scope)s” is no part of the API. Use: %(scopes)s.")
            % {"scope": unknown[0][:40], "scopes": ", ".join(TokenScope.values)},
            field="scopes",
        )
    name = clean_line(name)
    if not name:
        raise Invalid(_("Give the token a name, so you can recognize it later."), field="name")
    if len(name) > 100:
        raise Invalid(_("Keep the name to 100 characters or fewer."), field="name")
    if wrong := HasNul.at("name", name):
        raise Invalid.fields(wrong)
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(_("Choose a later date. This token would already have expired."), field="expires_at")
    if expires_at is not None and expires_at > timezone.now() + LASTS_AT_MOST:
        raise Invalid(_("A token can last up to ten years. Choose an earlier date."), field="expires_at")
    if lacks_second_factor(by):
        raise SecondFactorRequired(by.institution.name)
    owner = by.user
    assert owner is not None  # noqa: S101 - the house itself needs no tokens
    mine = ApiToken.objects.filter(user=owner, institution=by.institution)
    if from_sign_in:
        # Sign-ins that ran out are of no use to anybody; each new one clears them away.
        mine.filter(from_sign_in=True, expires_at__lte=timezone.now()).delete()
    elif mine.filter(from_sign_in=False).count() >= TOKENS_AT_MOST:
        raise Conflict(
            _("You have %(count)d tokens, the maximum. Revoke one you no longer use.") % {"count": TOKENS_AT_MOST},
            code="too_many_tokens",
        )
    secret = f"muster_{secrets.token_urlsafe(32)}"
    with recorded(by, "sign_in" if from_sign_in else "make_token"):
        token = ApiToken.objects.create(
            institution=by.institution,
            user=owner,
            name=name,
            digest=digest_of(secret),
            expires_at=expires_at or timezone.now() + LASTS,
            from_sign_in=from_sign_in,
            read_only=read_only,
            scopes=sorted(set(scopes)),
        )
        if from_sign_in:
            note_event(by=by, kind=Kind.SIGNED_IN, detail=_("API"))
        else:
            note_event(by=by, kind=Kind.TOKEN_MADE, detail=name)
    return token, secret


@atomic
def revoke_token(*, by: Actor, token: ApiToken) -> None:
    """End a token at once. Repeating changes nothing."""
    with recorded(by, "sign_out" if token.from_sign_in else "revoke_token"):
        gone, _rows = ApiToken.objects.filter(pk=token.pk).delete()
        if gone and token.from_sign_in:
            note_event(by=by, kind=Kind.SIGNED_OUT, detail=_("API"))
        elif gone:
            note_event(by=by, kind=Kind.TOKEN_ENDED, detail=token.name)


def prove_again(*, request: HttpRequest, by: Actor, password: str, otp: str = "") -> None:
    """Make sure that the actor's own hand is at work: that they have just signed in to the API, or send their password,
    and a code where they are asked for one.

    Raises Invalid at `password` where it is missing or wrong, and what proving the identity does otherwise.
    """
    token: ApiToken | None = getattr(request, "api_token", None)
    if token is not None and token.from_sign_in and timezone.now() - token.created_at < SIGN_IN_IS_FRESH:
        return
    assert by.user is not None  # noqa: S101
    account = by.user.account or by.user
    wanted = _("Send your password to create a token, or sign in again first.")
    if not password:
        raise Invalid(wanted, field="password", code="password_required")
    try:
        proved = prove_identity(request=request, email=account.email, password=password, otp=otp)
    except WrongCredentials as error:
        raise Invalid(_("This isn't your password."), field="password", code="wrong_password") from error
    if proved != account:
        raise Invalid(wanted, field="password", code="password_required")


@across_institutions("who signs in is told where they may work")
def sign_in(
    *, request: HttpRequest, email: str, password: str, institution: str = "", otp: str = ""
) -> tuple[Actor, ApiToken, str]:
    """Check e-mail, password and code, and give a token for twelve hours.

    `institution` (slug or id) chooses among several; without it the one where the person starts. Raises what proving
    the identity does, and Forbidden for somebody without a role there, or anywhere.
    """
    try:
        user = prove_identity(request=request, email=email, password=password, otp=otp)
    except WrongOtp:
        note_failure(email=email, detail=_("Wrong code"))
        raise
    for place in where_to_start(user, institutions_of(user)):
        if institution and institution not in (place.slug, str(place.pk)):
            continue
        if actor := actor_in(place.pk, user):
            token, secret = make_token(
                by=actor, name=_("Sign-in"), expires_at=timezone.now() + SIGN_IN_LASTS, from_sign_in=True
            )
            note_sign_in(actor, user)
            return actor, token, secret
    raise Forbidden(_("You don't have a role in this institution. Ask its administrator to invite you."))


def note_sign_in(actor: Actor, user: User) -> None:
    """Keep when the user signed in, and as whom."""
    people = {person.pk for person in (actor.user, user) if person is not None}
    User.objects.filter(pk__in=people).update(last_login=timezone.now())


@atomic
def start_in(*, user: User, institution: Institution | None) -> None:
    """Remember the institution where signing in leads; None to be asked. Raises Missing where the user may not work."""
    if institution is not None and institution not in institutions_of(user):
        raise Missing
    User.objects.filter(pk=user.pk).update(starts_in=institution and institution.pk)


@atomic
def ask_for_email(*, user: User, email: str) -> None:
    """Send a link to another email, which makes it the one to sign in with once it is used. Raises Invalid."""
    wanted = email.strip().lower()
    if found := problems_of_email(wanted):
        raise Invalid.fields(found)
    send_new_email_link.defer(user_id=str(user.pk), email=wanted, place=sender_of(user))


@atomic
def take_email(*, key: str) -> User:
    """Sign in with the email that this link was sent to from now on. Raises what the account's own rule does."""
    user = take_email_of_account(key=key)
    note_of_account(account=user, kind=Kind.EMAIL_CHANGED)
    return user


@atomic
def end_own_sign_ins(*, user: User) -> None:
    """End every sign-in of the user, in all institutions; the caller keeps the session at hand."""
    with recorded(Themself(user), "end_sign_ins"):
        end_sign_ins(user=user)
        note_of_account(account=user, kind=Kind.SIGN_INS_ENDED)
    send_notice.defer(user_id=str(user.pk), kind="sign_ins_ended", place=None)
