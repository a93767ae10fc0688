"""Who an email and a password sign in."""

from __future__ import annotations

from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from muster.accounts.models import User
from muster.core.compiled import Compiled

# Every page asks for its reader.
USER = Compiled(lambda pk: User.objects.filter(pk=pk), pk=UUID(int=1))


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """Looks up the one person who signs in with the email: others may have it who never took it up."""

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        found: User | None = self._check_password(User.objects.sign_in_of(email), password)
        return found

    def get_user(self, user_id: UUID) -> User | None:
        """The user of a session, None where they may not sign in any more."""
        user = USER.one(pk=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
