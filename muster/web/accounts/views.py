"""Pages of allauth that stay closed, and the answer to too many requests."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.views import LoginView
from allauth.mfa.base.views import IndexView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from muster.accounts.errors import TooManyAttempts
from muster.accounts.models import User
from muster.core.isolation import across_institutions
from muster.core.permissions import ANYONE, SIGNED_IN
from muster.enrollments.queries import PAYS_IN_SEVERAL, organisations_of, second_step_asked_by
from muster.institutions.access import Actor
from muster.institutions.sign_in import lacks_second_factor
from muster.web.ui.pages import own_path, page, refusal


@page(ANYONE)
def closed_page(request: HttpRequest, /, **parts: str) -> HttpResponse:
    """Where pages of allauth stay closed: the institution gives addresses; the rest is in the profile."""
    return redirect("me")


class SignInPage(LoginView):  # type: ignore[misc]
    """Email and password, a passkey, or the organisation's own sign-in where there is one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        if settings.SSO_ISSUER:
            shown["sso_url"] = reverse("single-sign-on", args=[settings.SSO_ID])
            if after := own_path(self.request, self.request.GET.get("next", "")):
                shown["sso_url"] += f"?{urlencode({'next': after})}"
            shown["sso_name"] = settings.SSO_NAME
        return shown


sign_in_page = SignInPage.as_view()


class TwoStepPage(IndexView):  # type: ignore[misc]
    """The second steps of the reader, and whether their institution asks for one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor = cast("Actor | None", getattr(self.request, "actor", None))
        if actor is not None:
            place = actor.institution if lacks_second_factor(actor) else None
        else:
            account = cast("User", self.request.user)
            with across_institutions(PAYS_IN_SEVERAL):
                place = second_step_asked_by(account, organisations_of(account))
        return {**super().get_context_data(**kwargs), "second_factor_asked_by": place.name if place else ""}


two_step_page = TwoStepPage.as_view()


@page(SIGNED_IN)
def passkey_list(request: HttpRequest) -> HttpResponse:
    """Where allauth lists passkeys and returns to: they stand with the other second steps."""
    return redirect("mfa_index")


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """handler429 of allauth: one sentence, and when to come back."""
    seconds = 60
    response = refusal(request, TooManyAttempts(seconds))
    response["Retry-After"] = str(seconds)
    return response
