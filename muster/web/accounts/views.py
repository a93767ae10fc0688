"""Pages of allauth that stay closed, and the answer to too many requests."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from muster.accounts.errors import TooManyAttempts
from muster.core.permissions import ANYONE
from muster.web.ui.pages import page, refusal


@page(ANYONE)
def closed_page(request: HttpRequest, /, **parts: str) -> HttpResponse:
    """Where pages of allauth stay closed: the institution gives addresses; the rest is in the profile."""
    return redirect("me")


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """handler429 of allauth: one sentence, and when to come back."""
    seconds = 60
    response = refusal(request, TooManyAttempts(seconds))
    response["Retry-After"] = str(seconds)
    return response
