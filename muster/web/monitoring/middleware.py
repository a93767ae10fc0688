"""Answers those who watch over Muster or found a weakness of it, and counts what all others are answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from muster.web.monitoring.figures import count_request, figures
from muster.web.monitoring.readiness import OK, readiness

METHODS = ("GET", "HEAD")
# The standard asks for less than a year.
CONTACT_HOLDS = timedelta(days=180)
# A caller may make up further ones, without end.
COUNTED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class MonitoringMiddleware:
    """Stands first: whoever watches names no host of ours, signs in nowhere and is in nobody's log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.own = {
            "/healthz": is_alive,
            "/readyz": is_ready,
            "/metrics": metrics,
            "/.well-known/security.txt": security_contact,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if view := self.own.get(request.path):
            response = view(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)
            response["Cache-Control"] = "no-store"
            response["X-Content-Type-Options"] = "nosniff"
            return response
        begun = time.perf_counter()
        response = self.get_response(request)
        # By its pattern, never by its address: addresses have no end, and name people.
        match = request.resolver_match
        route = match.route if match else "none"
        method = request.method if request.method in COUNTED_METHODS else "other"
        count_request(method, route, response.status_code, time.perf_counter() - begun)
        return response


def is_alive(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is looked at."""
    return HttpResponse("ok\n", content_type="text/plain")


def is_ready(request: HttpRequest) -> HttpResponse:
    """The database is there, its tables are those of this Muster, and jobs get done; else 503 says what is not."""
    found = readiness()
    return JsonResponse(found, status=200 if set(found.values()) == {OK} else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever has the token; nothing is here where there is none."""
    token = settings.METRICS_TOKEN
    if not token:
        return HttpResponse("MUSTER_METRICS_TOKEN is not set.\n", status=404, content_type="text/plain")
    if not compare_digest(request.META.get("HTTP_AUTHORIZATION", "").encode(), f"Bearer {token}".encode()):
        refusal = HttpResponse(
            "Send the token as `Authorization: Bearer ...`.\n", status=401, content_type="text/plain"
        )
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    return HttpResponse(figures(), content_type=CONTENT_TYPE_LATEST)


def security_contact(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness, as RFC 9116 has it; nothing is here where nobody is named."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        return HttpResponse("MUSTER_SECURITY_CONTACT is not set.\n", status=404, content_type="text/plain")
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    expires = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + CONTACT_HOLDS
    lines = [f"Contact: {contact}", f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: en"]
    if settings.MUSTER_URL:
        lines.append(f"Canonical: {settings.MUSTER_URL.rstrip('/')}{request.path}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
