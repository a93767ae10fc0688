"""What every page function carries, and what becomes of a refusal that no page caught."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast
from urllib.parse import unquote

import structlog
from django.contrib.auth.views import redirect_to_login
from django.db import DataError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from muster.core.errors import DomainError, Forbidden, Missing
from muster.core.files import UploadTooLarge
from muster.core.permissions import ANYONE, Open

P = ParamSpec("P")
# What a page takes its request for; pages that ask for a role find their actor on it.
Request = TypeVar("Request", bound=HttpRequest)
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class PagePermission(Protocol):
    """Who may open a page: an action of an `Access` table, or `ANYONE` or `SIGNED_IN` of `muster.core.permissions`."""

    def may(self, actor: Any) -> bool:
        """Whether this actor may ever do it."""


PUBLIC = ANYONE


def page(permission: PagePermission) -> Callable[[Callable[Concatenate[Request, P], HttpResponseBase]], Page[P]]:
    """Declare who may open a page, and turn refusals into pages.

    Signed out leads to the sign-in and back; not permitted is the 403 page. A `DomainError` that the page does not
    catch becomes the page of its status with its sentence, or a toast when htmx asked.
    """

    def decorate(view: Callable[Concatenate[Request, P], HttpResponseBase]) -> Page[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            is_open = isinstance(permission, Open)
            if not (is_open and permission.may(None)):
                if not request.user.is_authenticated:
                    return _to_sign_in(request)
                actor = getattr(request, "actor", None)
                # Somebody may be signed in and have no role anywhere: then only the open pages are theirs.
                if not is_open and (actor is None or not permission.may(actor)):
                    return refusal(request, Forbidden())
            # Dates that are typed and shown on a page are those of the institution.
            with timezone.override(getattr(getattr(request, "actor", None), "zone", None)):
                try:
                    response = view(cast("Request", request), *args, **kwargs)
                except DomainError as error:
                    response = refusal(request, error)
                except (DataError, ValueError):
                    # A NUL in the address, which PostgreSQL takes in no text.
                    if "\x00" not in unquote(request.META.get("QUERY_STRING", "")):
                        raise
                    response = bad_request(request)
            if request.user.is_authenticated:
                # Pages hold personal data: nothing of them may outlive the sign-out on a shared computer.
                response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def secret(view: Page[P]) -> Page[P]:
    """Keep a page that shows a secret, or whose address is one, out of every cache, and its address to itself."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        # With no-referrer browsers would send the forms of the page without an origin, which are refused.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return guarded


def form_refused(form: BaseForm, error: DomainError) -> None:
    """Put a refusal beside the fields it names, and above the form what names none of them; `form.refusal` keeps it."""
    form.refusal = error  # type: ignore[attr-defined]
    if not error.errors:
        form.add_error(None, error.message)
    for wrong in error.errors:
        form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)


def own_path(request: HttpRequest, url: str) -> str:
    """The address that somebody sent to be led back to, where it is a path of this site; else nothing."""
    own = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    # A word without a slash would be taken for the name of a page.
    return url if own and url.startswith("/") and "\x00" not in url else ""


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page of a refusal: its status, its sentence, and a way back."""
    if getattr(request, "htmx", False):
        response = render(
            request, "components/toast.html", {"text": error.message, "tone": "error"}, status=error.status
        )
        return reswap(retarget(response, "#toasts"), "beforeend")
    name = {Forbidden.status: "403.html", Missing.status: "404.html"}.get(error.status, "errors/refused.html")
    return render(request, name, {"sentence": error.message, "back": _back(request)}, status=error.status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400. An upload that was not read to its end is told so; anything else is not worth more words."""
    if isinstance(exception, UploadTooLarge):
        return HttpResponse(render_to_string("400.html", {"sentence": str(exception)}), status=413)
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return refusal(request, Forbidden(str(exception or "")))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404. The words of a resolver's 404 are for developers, so only a page's own are shown."""
    own = exception.args[0] if isinstance(exception, Http404) and exception.args else ""
    return refusal(request, Missing(own if isinstance(own, str) else ""))


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. Draws nothing that asks the database, which may be what failed."""
    reference = structlog.contextvars.get_contextvars().get("request_id", "")
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: mostly a form that stood open while the person signed in elsewhere."""
    return refusal(
        request, Forbidden(_("This page was open for too long, so nothing was changed. Reload it and try again."))
    )


def vary_on_htmx(response: HttpResponse) -> HttpResponse:
    """Keep caches from handing a fragment to somebody who asked for the page."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def page_number(request: HttpRequest, last: int) -> int:
    """The page of a list that the address asks for, from 1 to the last."""
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 10 else 1


def wants_fragment(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for this part alone, rather than a browser (or its history) for the page."""
    htmx = getattr(request, "htmx", None)
    if not htmx or htmx.history_restore_request or htmx.boosted:
        return False
    return bool(htmx.target == target)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    response = redirect_to_login(request.get_full_path(), resolve_url("account_login"))
    if getattr(request, "htmx", False):
        # A fragment request cannot show the sign-in page; the whole window goes there.
        return HttpResponseClientRedirect(response.url)
    return response


def _back(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    own = f"{request.scheme}://{request.get_host()}/"
    here = request.build_absolute_uri()
    return referer if referer.startswith(own) and referer != here else "/"
