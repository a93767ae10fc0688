"""Signing in to the API, and named tokens."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.errors import WrongCredentials
from muster.accounts.jobs import send_new_email_link, send_notice
from muster.accounts.models import User
from muster.accounts.rules import Themself, end_sign_ins, prove_identity
from muster.core.database import atomic
from muster.core.errors import Conflict, Forbidden, Invalid, Missing
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.institutions.models import ApiToken, Institution
from muster.institutions.rules.people import problems_of_email
from muster.institutions.sign_in import actor_in, digest_of, institutions_of, sender_of, where_to_start

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
    from_sign_in: bool = False,
) -> tuple[ApiToken, str]:
    """A named token for the actor in their institution, and its secret, which is told this once.

    It lasts ninety days unless told otherwise. That the person has just proved who they are is the caller's to ask.
    Raises Invalid, and Conflict when the person has too many.
    """
    name = name.strip()
    if not name:
        raise Invalid(_("Give the token a name, so you can recognize it later."), field="name")
    if len(name) > 100:
        raise Invalid(_("Keep the name to 100 characters or fewer."), field="name")
    if "\x00" in name:
        raise Invalid(_("The text contains a NUL character. Remove it and try again."), field="name")
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(_("Choose a later date. This token would already have expired."), field="expires_at")
    if expires_at is not None and expires_at > timezone.now() + LASTS_AT_MOST:
        raise Invalid(_("A token can last up to ten years. Choose an earlier date."), field="expires_at")
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
        )
    return token, secret


def revoke_token(*, by: Actor, token: ApiToken) -> None:
    """End a token at once. Repeating changes nothing."""
    with recorded(by, "sign_out" if token.from_sign_in else "revoke_token"):
        ApiToken.objects.filter(pk=token.pk).delete()


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


def sign_in(
    *, request: HttpRequest, email: str, password: str, institution: str = "", otp: str = ""
) -> tuple[Actor, ApiToken, str]:
    """Check e-mail, password and code, and give a token for twelve hours.

    `institution` (slug or id) chooses among several; without it the one where the person starts. Raises what proving
    the identity does, and Forbidden for somebody without a role there, or anywhere.
    """
    user = prove_identity(request=request, email=email, password=password, otp=otp)
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
def end_own_sign_ins(*, user: User) -> None:
    """End every sign-in of the user, in all institutions; the caller keeps the session at hand."""
    with recorded(Themself(user), "end_sign_ins"):
        end_sign_ins(user=user)
    send_notice.defer(user_id=str(user.pk), kind="sign_ins_ended", place=None)
