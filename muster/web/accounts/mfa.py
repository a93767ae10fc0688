"""Two-step sign-in: what django-allauth asks of us."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.accounts.rules import use_code
from muster.institutions.models import SecurityEvent
from muster.institutions.security import note_of_account


class _OneUse:
    """Uses the code up as the API does."""

    user: User

    def clean_code(self) -> str:
        allow = check_rate_limit(self.user)
        code = str(self.cleaned_data["code"])  # type: ignore[attr-defined]
        found = use_code(user=self.user, code=code)
        if found is None:
            note_of_account(account=self.user, kind=SecurityEvent.Kind.SIGN_IN_FAILED, detail=_("Wrong code"))
            for one in Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP):
                self._emit_authentication_failed(one)  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        found.user = self.user
        self.authenticator = found
        allow()
        return code


class CodeForm(_OneUse, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class CodeAgainForm(_OneUse, ReauthenticateForm):  # type: ignore[misc]
    """A code before something that only its owner may do."""


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The code by which an app is set up. It is used up by that, as any other."""

    def clean_code(self) -> str:
        code = str(super().clean_code())
        if not TOTP(Authenticator(user=self.user))._mark_code_used(code):
            raise get_adapter().validation_error("incorrect_code")
        return code


@contextmanager
def refuse_unsound() -> Iterator[None]:
    """What is no credential at all becomes a refusal as a wrong one does."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, struct.error, InvalidSignature) as error:
        raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey that also signs in alone: the device asks who its owner is."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, required=False)
    passwordless = None

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        with refuse_unsound():
            return dict(super().clean())


class _SoundPasskey:
    """Refuses what no browser would send, and says in the security log what was refused."""

    user: User | None

    def clean_credential(self) -> Authenticator:
        try:
            with refuse_unsound():
                found: Authenticator = super().clean_credential()  # type: ignore[misc]
                return found
        except forms.ValidationError:
            if self.user is not None:
                note_of_account(account=self.user, kind=SecurityEvent.Kind.SIGN_IN_FAILED, detail=_("Passkey"))
            raise


class PasskeyStepForm(_SoundPasskey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second step of signing in."""


class PasskeyAgainForm(_SoundPasskey, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something that only its owner may do."""


class PasskeySignInForm(_SoundPasskey, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey in the place of email and password."""


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """What its owner calls a passkey."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


class TwoStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps encrypted, so that a copy of the database alone opens nothing."""

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        """What a passkey is called until its owner says otherwise."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1}

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    key = hashlib.sha256(b"muster.accounts.mfa" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
