"""What every answer but static files says of itself: its Content-Security-Policy, and whether it may be kept."""

from __future__ import annotations

from functools import cached_property

from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What stands below shows passwords being chosen, keys of authenticator apps and recovery codes, to whoever asks.
AROUND_SIGNING_IN = "/accounts/"


class PolicyMiddleware(CSPMiddleware):
    """The policy of the settings, put into words once: no page has one of its own, and no script a nonce."""

    @cached_property
    def policy(self) -> str:
        return str(build_policy())

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", self.policy)
        for name, value in settings.BROWSER_HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith(AROUND_SIGNING_IN):
            response.headers["Cache-Control"] = "private, no-store"
        return response
