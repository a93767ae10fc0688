"""What every answer carries, whichever layer gave it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast
from uuid import uuid4

from allauth.core.context import request_context
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import get_resolver
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars

from muster.api.kit.answers import failure
from muster.core.errors import DomainError, Forbidden, Missing

GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)


class RequestIdMiddleware:
    """Gives every request an id, the caller's own where it is a plain word, and tells it in the answer.

    Stands before the logger, which takes the id from the request, and adds from where the request came.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")
        if not REQUEST_ID.fullmatch(request_id):
            request_id = str(uuid4())
            request.META["HTTP_X_REQUEST_ID"] = request_id
        bind_contextvars(ip=_address(request.META))
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


def _address(meta: dict[str, Any]) -> str:
    """The caller's address: what the proxy in front saw, where there is one. What callers say of it is not believed."""
    seen = meta.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return seen.rpartition(",")[2].strip() or meta.get("REMOTE_ADDR", "")


class ApiMiddleware:
    """Keeps answers of the API out of caches, and refusals that a layer around it gave in the API's shape."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        headers_alone = request.method == "HEAD"
        if headers_alone:
            # Answered as GET, by the same route; the body is dropped, and its length told.
            request.method = "GET"
        response = self.get_response(request)
        if headers_alone:
            request.method = "HEAD"
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        if response.status_code >= 400 and not response.headers.get("Content-Type", "").startswith("application/json"):
            response = _in_shape(response)
        response.headers.setdefault("Cache-Control", "no-store")
        if left := getattr(request, "rate_limit", None):
            for name, number in zip(("Limit", "Remaining", "Reset"), left, strict=True):
                response[f"RateLimit-{name}"] = str(number)
        return response


class TokenMiddleware:
    """Answers calls with a token by itself, before the layers that only pages need: session, forms, messages, files.

    Stands before all of them. What is left of the others for such a call is done here, and a test compares the headers
    of both ways.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        answering = cast("GetResponse", convert_exception_to_response(_answer_program))
        self.answer = RequestIdMiddleware(cast("GetResponse", RequestMiddleware(ApiMiddleware(answering))))
        self.compress, self.secure = GZipMiddleware(get_response), SecurityMiddleware(get_response)
        self.headers = {
            "Content-Security-Policy": str(build_policy()),
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            **settings.BROWSER_HEADERS,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        carries_token = request.META.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
        if not carries_token or not request.path.startswith("/api/"):
            return self.get_response(request)
        response = self.answer(request)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        self.compress.process_response(request, response)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return self.secure.process_response(request, response)


def _answer_program(request: HttpRequest) -> HttpResponse:
    """What the route answers, in the caller's language. Nobody is signed in until the route asks who calls."""
    request.get_host()  # Refuses a name that is none of ours.
    translation.activate(translation.get_language_from_request(request))
    request.LANGUAGE_CODE = translation.get_language()
    timezone.activate(timezone.get_default_timezone())
    request.user, request.actor = AnonymousUser(), None  # type: ignore[attr-defined]
    request.resolver_match = match = get_resolver().resolve(request.path_info)
    with request_context(request):
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    patch_vary_headers(response, ["Accept-Language"])
    response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
    return response


def _in_shape(response: HttpResponse) -> HttpResponse:
    refusal = failure(_refusal(response.status_code))
    for name in ("Allow", "Retry-After"):
        if name in response:
            refusal[name] = response[name]
    return refusal


def _refusal(status: int) -> DomainError:
    if status == 403:
        return Forbidden()
    if status == 404:
        return Missing()
    if status == 405:
        refusal = DomainError(_("This path doesn't support this method."), code="wrong_method")
    elif status >= 500:
        refusal = DomainError(_("Something went wrong on our side. Try again in a few minutes."), code="unforeseen")
    else:
        refusal = DomainError(_("The request can't be read. Check its format."), code="bad_request")
    refusal.status = status
    return refusal
