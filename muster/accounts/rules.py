"""Every write around a person's own sign-in: proving who they are, passwords, addresses."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core.internal.ratelimit import RateLimitUsage
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from muster.accounts.errors import (
    EmailHasSignIn,
    InvitationOver,
    OtpRequired,
    SignInFirst,
    TooManyAttempts,
    WrongCredentials,
    WrongOtp,
)
from muster.accounts.invitations import email_wanted, invited_user
from muster.accounts.jobs import send_notice
from muster.accounts.limits import consume_attempt, seconds_to_wait
from muster.accounts.models import User
from muster.core.database import atomic, refused_as
from muster.core.errors import Invalid
from muster.core.history import Doer, recorded


def prove_identity(*, request: HttpRequest, email: str, password: str, otp: str = "") -> User:
    """The person whose e-mail, password and, where they asked for it, code these are.

    Failures are counted together with those of the sign-in page, by e-mail and by address. Somebody unknown, somebody
    deactivated and a wrong password take the same time and get the same answer.
    Raises TooManyAttempts, WrongCredentials, OtpRequired, WrongOtp.
    """
    if not consume_attempt(request, "login"):
        raise TooManyAttempts(seconds_to_wait(request, "login"))
    try:
        user = get_adapter(request).authenticate(request, email=email, password=password)
    except ValidationError as error:
        raise TooManyAttempts(getattr(request, "retry_after", 60)) from error
    if not isinstance(user, User) or not user.is_active:
        raise WrongCredentials
    # Who has passkeys alone sends a recovery code: a program has no passkey.
    if is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]):
        _prove_by_code(request, user, otp)
    return user


def _prove_by_code(request: HttpRequest, user: User, otp: str) -> None:
    if not otp:
        raise OtpRequired
    key = f"mfa-auth-user-{user.pk}"
    usage: RateLimitUsage | None = consume_attempt(request, "login_failed", key)
    if usage is None:
        raise TooManyAttempts(seconds_to_wait(request, "login_failed", key))
    if (authenticator := use_code(user=user, code=otp)) is None:
        raise WrongOtp
    authenticator.record_usage()
    usage.rollback()


@atomic
def use_code(*, user: User, code: str) -> Authenticator | None:
    """What this code of the user's second factor belongs to; None for a wrong one. It is good once.

    Locks the factors, so that of two who send a code at once one is refused.
    """
    rows = Authenticator.objects.select_for_update(of=("self",)).filter(user=user).order_by("pk")
    for one in rows.exclude(type=Authenticator.Type.WEBAUTHN):
        if one.wrap().validate_code(code):
            return one
    return None


@atomic
def set_password(*, user: User, password: str, by: Doer | None = None) -> None:
    """Give the person a new password, and end all their sign-ins.

    One that somebody else gave proves nothing about who has the e-mail: the person has to accept anew before it counts
    in another institution. The strength of the password is the caller's to check.
    """
    with recorded(by or Themself(user), "set_password"):
        user.set_password(password)
        if by is not None:
            user.accepted_at = None
        user.save(update_fields=["password", "accepted_at", "updated_at"])
        end_sign_ins(user=user)


@atomic
def reset_password(*, user: User, password: str) -> None:
    """Choose a new password by a link sent to the e-mail, which proves that it is the person's."""
    with recorded(Themself(user), "set_password"):
        user.accepted_at = timezone.now()
        user.save(update_fields=["accepted_at", "updated_at"])
        set_password(user=user, password=password)


def end_sign_ins(*, user: User) -> None:
    """End every session of the person, in all their institutions, for good. The database ends with them what was made
    by signing in: API tokens and calendar links.

    Sessions are known by the round, so the caller keeps the one at hand by giving it the new one.
    """
    account = user.account_id or user.pk
    User.objects.filter(pk=account).update(sign_in_round=F("sign_in_round") + 1)
    user.refresh_from_db(fields=["sign_in_round"])


def account_of_email(person: User) -> User | None:
    """Whose own sign-in this person joins: somebody of another institution who proved that the e-mail is theirs."""
    found = User.objects.sign_in_of(person.email)
    return found if found is not None and found != person and found.is_active and found.has_proved_email else None


@atomic
def accept_invitation(*, key: str, password: str) -> User:
    """Choose the password that an invitation asks for; answers who signs in with it.

    Whoever has the link has the e-mail. So a password that an institution gave for it is over, and what it had opened
    ends. Locks the person, so that a link is used once. Raises InvitationOver; SignInFirst where the e-mail has a
    password that its owner chose; Invalid at `password1`.
    """
    person = invited_user(key, lock=True)
    if person is None or person.account_id:
        raise InvitationOver
    if account_of_email(person):
        raise SignInFirst(person.email)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password1") from error
    before = User.objects.sign_in_of(person.email)
    if before is None or before == person:
        before = None
    elif before.accepted_at or not is_mfa_enabled(before):
        # The institution that was first gave the password, or has let them go: the same person is behind both.
        before.is_active = True
        before.save(update_fields=["is_active", "updated_at"])
        reset_password(user=before, password=password)
        _join(person, before)
        return before
    with recorded(Themself(person), "accept_invitation"):
        if before is not None:
            # Whoever had the password may have set the second factor up: the e-mail leaves that sign-in.
            before.signs_in = False
            before.save(update_fields=["signs_in", "updated_at"])
            before.others.update(account=person)
        person.signs_in = True
        person.save(update_fields=["signs_in", "updated_at"])
        reset_password(user=person, password=password)
    return person


@atomic
def join_institution(*, person: User, by: User) -> User:
    """Accept what another institution offers the e-mail, signed in with the same one.

    Locks both. Raises InvitationOver; SignInFirst for somebody whose own e-mail is not proved, or is another.
    """
    held = {
        one.pk: one
        for one in User.objects.select_for_update(no_key=True, of=("self",))
        .order_by("pk")
        .filter(pk__in=(person.pk, by.pk))
    }
    waiting, account = held.get(person.pk), held.get(by.pk)
    if waiting is None or waiting.account_id or waiting.signs_in or not waiting.is_active:
        raise InvitationOver
    if account is None or account != account_of_email(waiting):
        raise SignInFirst(waiting.email)
    _join(waiting, account)
    return waiting


def _join(person: User, account: User) -> None:
    with recorded(Themself(person), "accept_invitation"):
        person.account, person.signs_in, person.accepted_at = account, False, timezone.now()
        person.set_unusable_password()
        person.sign_in_round += 1
        person.save(update_fields=["account", "signs_in", "accepted_at", "password", "sign_in_round", "updated_at"])
        Authenticator.objects.filter(user=person).delete()


def hand_on_sign_in(*, user: User) -> User | None:
    """Let a person whom the user is elsewhere sign in for all of them instead; answers whom, None where nobody is.

    The institution of the user lets them go for good; the others know nothing of it, but that sign-ins have ended.
    Locks them. In a transaction of the caller, who takes the email from the user afterwards.
    """
    others = list(user.others.select_for_update(no_key=True, of=("self",)).order_by("-is_active", "pk"))
    if not others:
        return None
    heir, signs_in, password = others[0], user.signs_in, user.password
    user.signs_in = False
    user.set_unusable_password()
    user.save(update_fields=["signs_in", "password", "updated_at"])
    heir.account, heir.signs_in, heir.password = None, signs_in, password
    heir.sign_in_round += 1
    heir.save(update_fields=["account", "signs_in", "password", "sign_in_round", "updated_at"])
    User.objects.filter(pk__in=[one.pk for one in others[1:]]).update(account=heir)
    Authenticator.objects.filter(user=user).update(user=heir)
    EmailAddress.objects.filter(user=user).update(user=heir)
    return heir


@atomic
def change_email(*, user: User, email: str) -> None:
    """Make this the e-mail of the person; the old one, and links sent to it, open nothing any more.

    Whether the person signs in with it, or somebody else does already, is nobody's to know: who does not accepts by
    the link that is sent to it. Without one there is no sign-in, and what there was of one ends.
    """
    taken = User.objects.sign_in_of(email)
    user.email, user.accepted_at = email, None
    user.signs_in = bool(email) and (taken is None or taken == user)
    EmailAddress.objects.filter(user=user).delete()
    if not email:
        user.set_unusable_password()
    user.save(update_fields=["email", "accepted_at", "signs_in", "password", "updated_at"])
    if not email:
        end_sign_ins(user=user)


@atomic
def take_email(*, key: str) -> User:
    """Make the address that this link was sent to the one to sign in with, in every institution of the person.

    Locks the person. Raises InvitationOver, and EmailHasSignIn where somebody signs in with it already.
    """
    found = email_wanted(key, lock=True)
    if found is None:
        raise InvitationOver
    user, email = found
    with (
        recorded(Themself(user), "change_email"),
        refused_as(
            one_sign_in_for_each_email=lambda: EmailHasSignIn(email),
            one_person_for_each_email=lambda: EmailHasSignIn(email),
        ),
    ):
        User.objects.behind(user).exclude(pk=user.pk).update(email=email)
        before = user.email
        user.email, user.accepted_at = email, timezone.now()
        EmailAddress.objects.filter(user=user).delete()
        user.save(update_fields=["email", "accepted_at", "updated_at"])
    send_notice.defer(user_id=str(user.pk), kind="email_changed", place=None, to=before)
    return user


@dataclass(frozen=True)
class Themself:
    """A person acting on their own sign-in, as history names them."""

    user: User

    @property
    def history_name(self) -> str:
        return self.user.full_name

    @property
    def history_id(self) -> str | None:
        return str(self.user.pk)
