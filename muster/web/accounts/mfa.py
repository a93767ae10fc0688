"""Two-step sign-in: what django-allauth asks of us."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.conf import settings

from muster.accounts.models import User
from muster.accounts.rules import use_code


class _OneUse:
    """Uses the code up as the API does."""

    user: User

    def clean_code(self) -> str:
        allow = check_rate_limit(self.user)
        code = str(self.cleaned_data["code"])  # type: ignore[attr-defined]
        found = use_code(user=self.user, code=code)
        if found is None:
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


class TwoStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps encrypted, so that a copy of the database alone opens nothing."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    key = hashlib.sha256(b"muster.accounts.mfa" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
