"""Refusals around signing in."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.core.errors import DomainError, Invalid


class NotProven(DomainError):
    """Somebody could not show who they are."""

    status = 401


class WrongCredentials(NotProven):
    """E-mail and password do not belong together; which of them is wrong is not told."""

    default_code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__(_("The email or password is incorrect. Try again, or reset your password."))


class OtpRequired(NotProven):
    """The password is right, and the account asks for a code as well."""

    default_code = "otp_required"

    def __init__(self) -> None:
        super().__init__(
            _("Send the current code from your authenticator app, or one of your recovery codes, as otp."),
            field="otp",
        )


class WrongOtp(NotProven):
    """The code is wrong, too old, or was used before."""

    default_code = "wrong_otp"

    def __init__(self) -> None:
        super().__init__(_("This code is incorrect, expired or already used. Wait for the next one."), field="otp")


class TooManyAttempts(DomainError):
    """Too many failures: for this e-mail, or from this address."""

    status = 429
    default_code = "too_many_attempts"

    def __init__(self, seconds: int) -> None:
        super().__init__(wait_sentence(seconds), facts={"retry_after": seconds})


class TooManyLooks(DomainError):
    """Somebody without a sign-in looks or applies too often, from this address or with this e-mail."""

    status = 429
    default_code = "too_many_requests"

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        words = ngettext(
            "Too many requests. Wait a minute and try again.",
            "Too many requests. Wait %(minutes)d minutes and try again.",
            minutes,
        )
        super().__init__(words % {"minutes": minutes}, facts={"retry_after": seconds})


class InvitationOver(Invalid):
    """The link was used already, or is too old."""

    default_code, default_field = "invitation_over", "key"

    def __init__(self) -> None:
        super().__init__(_("This invitation has already been used or has expired. Ask for a new one."))


class SignInFirst(DomainError):
    """Somebody signs in with this e-mail already, and only they can accept for it."""

    status = 403
    default_code = "sign_in_first"

    def __init__(self, email: str) -> None:
        super().__init__(_("Sign in with %(email)s to accept this invitation.") % {"email": email})


class EmailHasSignIn(Invalid):
    """Whoever has the e-mail signs in with it elsewhere already. Told to nobody but them."""

    default_code = "email_has_sign_in"

    def __init__(self, email: str) -> None:
        super().__init__(
            _("You already have another sign-in with %(email)s. Choose another email.") % {"email": email},
            field="email",
        )


def wait_sentence(seconds: int) -> str:
    """What somebody who tried too often is told."""
    minutes = max(1, -(-seconds // 60))
    return ngettext(
        "Too many attempts. Wait a minute and try again, or reset your password.",
        "Too many attempts. Wait %(minutes)d minutes and try again, or reset your password.",
        minutes,
    ) % {"minutes": minutes}
