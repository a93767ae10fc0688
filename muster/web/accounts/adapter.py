"""What django-allauth asks of us."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.accounts import rules
from muster.accounts.errors import wait_sentence
from muster.accounts.jobs import NOTICES, send_notice, send_password_link
from muster.accounts.limits import consume_attempt, seconds_to_wait
from muster.accounts.models import User
from muster.institutions.access import Actor
from muster.institutions.models import SecurityEvent
from muster.institutions.security import caller_address, note_event, note_failure, note_of_account
from muster.institutions.sign_in import sender_of

Kind = SecurityEvent.Kind
# What allauth has just done, as the security log calls it.
NOTED = {
    "password_changed": Kind.PASSWORD_CHANGED,
    "password_reset": Kind.PASSWORD_CHANGED,
    "password_set": Kind.PASSWORD_CHANGED,
    "totp_activated": Kind.FACTOR_ADDED,
    "webauthn_added": Kind.FACTOR_ADDED,
    "recovery_codes_generated": Kind.FACTOR_ADDED,
    "totp_deactivated": Kind.FACTOR_REMOVED,
    "webauthn_removed": Kind.FACTOR_REMOVED,
}
FACTORS = {
    "totp_activated": gettext_lazy("Authenticator app"),
    "totp_deactivated": gettext_lazy("Authenticator app"),
    "webauthn_added": gettext_lazy("Passkey"),
    "webauthn_removed": gettext_lazy("Passkey"),
    "recovery_codes_generated": gettext_lazy("Recovery codes"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited by their institution; attempts to sign in are limited; mails go out in the background."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # Which proxy to believe is known in one place.
        return caller_address()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Of one account from one address: a stranger who guesses keeps nobody else out.
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt. One too many is told with the time to wait, which the answer repeats as Retry-After."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        self._login_failed_rl_usage = consume_attempt(request, "login_failed", key)
        if self._login_failed_rl_usage is None:
            wait = seconds_to_wait(request, "login_failed", key)
            request.retry_after = wait  # type: ignore[attr-defined]
            raise ValidationError(wait_sentence(wait), code="too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        note_failure(email=str(credentials.get("email") or ""), detail=_("Wrong password"))

    def logout(self, request: HttpRequest) -> None:
        """Sign out; who was signed in where stands in the security log."""
        actor: Actor | None = getattr(request, "actor", None)
        super().logout(request)
        if actor is not None:
            note_event(by=actor, kind=Kind.SIGNED_OUT)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Where the sign-in leads; by way of the choice of an institution for somebody who has several."""
        response: HttpResponse = super().post_login(request, user, **options)
        if user.starts_in or not (user.is_superuser or user.others.filter(is_active=True).exists()):
            return response
        return redirect(f"{reverse('institution-choice')}?{urlencode({'next': response.headers.get('Location', '/')})}")

    def set_password(self, user: User, password: str) -> None:
        rules.set_password(user=user, password=password)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        # The key in the context is not used: the job makes its own, so that none lies in its arguments.
        send_password_link.defer(user_id=str(user.pk), place=sender_of(user))

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        kind = template_prefix.rpartition("/")[2]
        if told := NOTED.get(kind):
            note_of_account(account=user, kind=told, detail=str(FACTORS.get(kind, "")))
        if kind in NOTICES:
            send_notice.defer(user_id=str(user.pk), kind=kind, place=sender_of(user))
