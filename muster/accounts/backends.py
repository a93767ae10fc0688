"""Who an email and a password sign in."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from muster.accounts.models import User


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """Looks up the one person who signs in with the email: others may have it who never took it up."""

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        found: User | None = self._check_password(User.objects.sign_in_of(email), password)
        return found
