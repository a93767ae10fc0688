"""Remembers how the installation was called while a request lasts."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from muster.core.site import called_at


class SiteMiddleware:
    """Lets rules, which know no request, write mails whose links lead back here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = called_at.set(settings.MUSTER_URL or request.build_absolute_uri("/"))
        try:
            return self.get_response(request)
        finally:
            called_at.reset(token)
