"""Routes that cannot forget their permission.

A route is declared with `allow`, the action of an `Access` that it needs, and, where its path names an object, with
`on`, the path's parameter. Signing in, the role, and the object are asked for before the body is read, in the order
401, 403, 404, 403; a body that names something unseen is the rule's 400.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from functools import wraps
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from muster.core.api.answers import listing
from muster.core.api.fields import Failure
from muster.core.database import lock_word
from muster.core.errors import DomainError, Forbidden, Invalid
from muster.core.models import RememberedAnswer
from muster.core.permissions import Open, Permission

M = TypeVar("M", bound=models.Model)
View = Callable[..., HttpResponse]
REMEMBERED_FOR = timedelta(hours=24)


class NotSignedIn(DomainError):
    """There is no token or session, or it is no good."""

    status = 401
    default_code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__(_("Sign in first: send a valid token, or sign in on the pages."))


class SignsIn(Protocol):
    """Finds out who calls, as `muster.institutions.sign_in` does for the whole API."""

    def __call__(self, request: HttpRequest) -> Any: ...


# Set once by the app that knows people; core knows none.
_who_calls: list[SignsIn] = []


def sign_in_with(who_calls: SignsIn) -> SignsIn:
    """Register how a caller is known."""
    _who_calls[:] = [who_calls]
    return who_calls


class Guard:
    """Signs the caller in, asks for the role, loads the object of the path: `request.actor`, `request.found`."""

    def __init__(
        self,
        allow: Permission | Open,
        on: str,
        among: Callable[[Any], QuerySet[Any]] | None,
    ) -> None:
        self.allow, self.on, self.among = allow, on, among

    def __call__(self, request: HttpRequest) -> bool:
        if isinstance(self.allow, Open) and not self.allow.signed_in:
            return True
        actor = _who_calls[0](request)
        if actor is None:
            raise NotSignedIn
        request.actor = actor  # type: ignore[attr-defined]
        if isinstance(self.allow, Open):
            return True
        if not self.allow.may(actor):
            raise Forbidden
        if self.on:
            pk = request.resolver_match.kwargs[self.on]  # type: ignore[union-attr]
            among = self.among(actor) if self.among else None
            request.found = self.allow.access.get(actor, pk, self.allow.action, among)  # type: ignore[attr-defined]
        return True


def given(request: HttpRequest) -> Any:
    """The actor of an API request."""
    return request.actor  # type: ignore[attr-defined]


def found(request: HttpRequest, model: type[M]) -> M:
    """The object that the path names, which the actor may act on."""
    row = request.found  # type: ignore[attr-defined]
    assert isinstance(row, model)  # noqa: S101
    return row


class Door(Router):
    """A router whose every route declares `allow`, and repeats of whose POSTs get the first answer."""

    def api_operation(  # type: ignore[override]
        self,
        methods: list[str],
        path: str,
        *,
        allow: Permission | Open,
        on: str = "",
        among: Callable[[Any], QuerySet[Any]] | None = None,
        repeatable: bool = True,
        answers: dict[int, Any] | None = None,
        **options: Any,
    ) -> Callable[[View], View]:
        """Declare a route. `among` narrows or joins the rows searched; `repeatable=False` ignores Idempotency-Key."""
        responses = {**(answers or {}), **dict.fromkeys((400, 401, 403, 404, 412, 429), Failure)}
        register = super().api_operation(methods, path, auth=Guard(allow, on, among), response=responses, **options)

        def declare(view: View) -> View:
            door = _remembering(view) if "POST" in methods and repeatable and allow is not None else view
            register(door)
            return view

        return declare

    def get(self, path: str, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        return self.api_operation(["GET"], path, **options)

    def post(self, path: str, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        return self.api_operation(["POST"], path, **options)

    def put(self, path: str, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        return self.api_operation(["PUT"], path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        return self.api_operation(["PATCH"], path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        return self.api_operation(["DELETE"], path, **options)


def _remembering(view: View) -> View:
    """Give a repeat of a POST with the same `Idempotency-Key` its first answer.

    Only successes are kept, for a day, in the transaction that made them. Two that come at once wait for each other.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(request, *args, **kwargs)
        if len(key) > 200:
            raise Invalid(_("The key is longer than 200 characters."), field="Idempotency-Key")
        user = given(request).user
        place = {"user": user, "path": request.path[:300], "key": key}
        digest = hashlib.sha256(request.body).hexdigest()
        with transaction.atomic():
            lock_word("answer", user.pk, request.path, key)
            first = RememberedAnswer.objects.filter(**place).first()
            if first is not None and first.created_at > timezone.now() - REMEMBERED_FOR:
                if first.body_digest != digest:
                    raise Invalid(
                        _("This Idempotency-Key came before with another body. Use a new key."),
                        field="Idempotency-Key",
                        code="key_reused",
                    )
                return HttpResponse(
                    bytes(first.answer), content_type="application/json; charset=utf-8", status=first.status
                )
            if first is not None:
                first.delete()
            response = view(request, *args, **kwargs)
            if response.status_code < 300:
                RememberedAnswer.objects.create(
                    **place, body_digest=digest, status=response.status_code, answer=response.content
                )
            return response

    return door


class Paging(Schema):
    """How much of a list: every list takes these."""

    page: int = Field(1, ge=1, le=1_000_000)
    page_size: int = Field(50, ge=1, le=200)
    q: str = Field("", max_length=200, description="Words to look for")
    sort: str = Field("", max_length=60, description="A field, with - before it to turn the order")


class WholeOrPaged(Schema):
    """How much of a list that answers whole unless `page` is sent."""

    page: int | None = Field(None, ge=1, le=1_000_000)
    page_size: int = Field(50, ge=1, le=200)
    q: str = Field("", max_length=200, description="Words to look for")
    sort: str = Field("", max_length=60, description="A field, with - before it to turn the order")


def sorted_rows(rows: QuerySet[M], sort: str, columns: dict[str, str]) -> QuerySet[M]:
    """The rows in the asked order, ties broken by key. Raises Invalid for a field that is no column."""
    if not sort:
        return rows
    column = columns.get(sort.removeprefix("-"))
    if column is None:
        known = ", ".join(sorted(columns))
        raise Invalid(_("The list can be sorted by %(known)s.") % {"known": known}, field="sort")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "pk")


def page_of(
    rows: QuerySet[M], paging: Paging | WholeOrPaged, show: Callable[[M], Any], *, message: str = ""
) -> HttpResponse:
    """One page of the rows, or all of them where the list answers whole."""
    if paging.page is None:
        shown = [show(row) for row in rows]
        return listing(shown, total=len(shown), page=1, page_size=max(len(shown), 1), message=message)
    first = (paging.page - 1) * paging.page_size
    shown = [show(row) for row in rows[first : first + paging.page_size]]
    # A first page that is not full has counted itself.
    total = len(shown) if paging.page == 1 and len(shown) < paging.page_size else rows.count()
    return listing(shown, total=total, page=paging.page, page_size=paging.page_size, message=message)
