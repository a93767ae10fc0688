"""Signing in by the organisation's own identity provider (OpenID Connect), where the installation names one.

Nobody is made by it: whoever comes is somebody whom an institution added, known by the email that the provider says is
theirs. Nothing of the provider's answer is kept.
"""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from requests import RequestException

from muster.accounts.models import User
from muster.core.permissions import ANYONE
from muster.institutions.security import note_failure
from muster.web.ui.pages import page

log = structlog.get_logger(__name__)


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Finds the person, and signs them in as any other way would: limits, the second step, the choice of a place."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        emails = [one.email for one in sociallogin.email_addresses if one.verified is True]
        found = [user for email in emails if (user := User.objects.sign_in_of(email)) is not None]
        user = found[0] if len(found) == 1 else None
        if user is None or not user.is_active:
            for email in emails:
                note_failure(email=email, detail=_("Single sign-on"))
            raise ImmediateHttpResponse(
                _refuse(
                    request,
                    _("No one here has your email. Ask your institution to add you.")
                    if emails
                    else _("%(name)s doesn't confirm your email. Sign in with your password instead.")
                    % {"name": settings.SSO_NAME},
                )
            )
        record_authentication(request, user, "socialaccount", provider=settings.SSO_ID, uid=sociallogin.account.uid)
        raise ImmediateHttpResponse(
            perform_login(request, user, redirect_url=sociallogin.get_redirect_url(request), email_verification="none")
        )

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        log.warning("single_sign_on_failed", error=str(error), exception=type(exception).__name__)
        raise ImmediateHttpResponse(_refuse(request, _not_reached()))


def _not_reached() -> str:
    return _("You weren't signed in by %(name)s. Try again, or sign in with your password.") % {
        "name": settings.SSO_NAME
    }


def _refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("account_login")


@page(ANYONE)
def begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Send the reader to the provider."""
    return _ask_provider(request, provider_id, login)


@page(ANYONE)
def come_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take the reader back from the provider, and ask it who they are."""
    return _ask_provider(request, provider_id, callback)


def _ask_provider(request: HttpRequest, provider_id: str, view: Any) -> HttpResponseBase:
    if not settings.SSO_ISSUER or provider_id != settings.SSO_ID:
        return redirect("home")
    try:
        answer: HttpResponseBase = view(request, provider_id)
    except (RequestException, KeyError, ValueError) as error:
        # The provider is away, or says what no provider says.
        log.warning("single_sign_on_failed", error=type(error).__name__)
        return _refuse(request, _not_reached())
    return answer
