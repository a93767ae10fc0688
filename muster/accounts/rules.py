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
from django.http import HttpRequest

from muster.accounts.errors import InvitationOver, OtpRequired, TooManyAttempts, WrongCredentials, WrongOtp
from muster.accounts.invitations import invited_user
from muster.accounts.limits import consume_attempt, seconds_to_wait
from muster.accounts.models import User
from muster.core.database import atomic
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
        # A NUL cannot stand in the database, so no person has it.
        user = get_adapter(request).authenticate(request, email=email.replace("\x00", ""), password=password)
    except ValidationError as error:
        raise TooManyAttempts(getattr(request, "retry_after", 60)) from error
    if not isinstance(user, User) or not user.is_active:
        raise WrongCredentials
    if is_mfa_enabled(user, [Authenticator.Type.TOTP]):
        _prove_by_code(request, user, otp)
    return user


def _prove_by_code(request: HttpRequest, user: User, otp: str) -> None:
    if not otp:
        raise OtpRequired
    key = f"mfa-auth-user-{user.pk}"
    usage: RateLimitUsage | None = consume_attempt(request, "login_failed", key)
    if usage is None:
        raise TooManyAttempts(seconds_to_wait(request, "login_failed", key))
    for authenticator in Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN):
        if authenticator.wrap().validate_code(otp):
            authenticator.record_usage()
            usage.rollback()
            return
    raise WrongOtp


@atomic
def set_password(*, user: User, password: str, by: Doer | None = None) -> None:
    """Give the person a new password, and end their sign-in tokens; sessions elsewhere end with the old password.

    The strength of the password is the caller's to check.
    """
    with recorded(by or Themself(user), "set_password"):
        user.set_password(password)
        user.save(update_fields=["password", "updated_at"])
        end_sign_ins(user)


def end_sign_ins(user: User) -> None:
    """End every token that came from signing in to the API. Named tokens go on: they have their own page."""
    user.api_tokens.filter(from_sign_in=True).delete()


@atomic
def accept_invitation(*, key: str, password: str) -> User:
    """Choose the password that an invitation asks for. Locks the user, so that a link is used once.

    Raises InvitationOver, Invalid at `password`.
    """
    user = invited_user(key, lock=True)
    if user is None:
        raise InvitationOver
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password1") from error
    set_password(user=user, password=password)
    return user


def change_email(*, user: User, email: str) -> None:
    """Make this the address to sign in with; the old one, and links sent to it, open nothing any more."""
    user.email = email
    EmailAddress.objects.filter(user=user).delete()
    user.save(update_fields=["email", "updated_at"])


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
