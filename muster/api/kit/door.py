"""Routes that cannot forget their permission, nor to say what they answer.

A route is declared with `allow`, the action of an `Access` that it needs, and, where its path names an object, with
`on`, the path's parameter; `find` looks that up where it is of another noun than `allow`. Signing in, the role, and the
object are asked for before the body is read, in the order 401, 403, 404, 403; a body that names something unseen is the
rule's 400.

`data` is the type of what a success carries, `rows` that of each row of a list. Both describe and cost nothing: what a
route answers is not read again, and tests compare real answers with the description.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from muster.api.kit.fields import Failure, Listed, Success
from muster.api.kit.lists import GoneOut, takes_paging, tell_who_asks
from muster.api.kit.repeats import first_answer, remember_answers
from muster.api.kit.unchanged import spare_unchanged
from muster.api.kit.unused import name_unused
from muster.core.errors import DomainError, Forbidden, Missing
from muster.core.permissions import Open, Permission

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")
View = Callable[..., HttpResponse]

# Refusals that any route may give; 404, 412, 413 and 429 stand at the routes that give them.
REFUSALS = (400, 401, 403)
BEARER_OR_SESSION: list[dict[str, list[str]]] = [{"bearer": []}, {"session": []}]
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Makes a repeat return the first answer, for 24 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The ETag of the answer that the caller has; 304 if it is the same now",
    "schema": {"type": "string"},
}
UNCHANGED = {"description": "Not Modified", "headers": {"ETag": {"schema": {"type": "string"}}}}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "description": "The version that the caller has read, as the ETag of the object; another one is refused with 412",
    "schema": {"type": "string", "pattern": r"^(\*|(W/)?\"?[0-9]{1,9}(-[0-9a-f]{16})?\"?)$"},
}
ETAG = {
    "description": "To be sent back as If-None-Match; of an object with a version also as If-Match",
    "schema": {"type": "string"},
}
FILE = {"schema": {"type": "string", "format": "binary"}}
LIMITS = {
    f"RateLimit-{name}": {"description": words, "schema": {"type": "integer"}}
    for name, words in (
        ("Limit", "How many calls may be made in the time"),
        ("Remaining", "How many are left"),
        ("Reset", "Seconds until there are more"),
    )
}
RETRY_AFTER = {"description": "Seconds to wait", "schema": {"type": "integer"}}


class Refused(Schema):
    """What a route is told to answer for each refusal. ninja would make a shape of its own for every one of them."""

    response: Failure


class NotSignedIn(DomainError):
    """The token or session is missing or invalid."""

    status = 401
    default_code = "not_signed_in"
    sentence = _("Sign in first: send a valid token, or sign in on the website.")


# Finds out who calls. Set once, by `muster.api.callers`: the kit knows no people.
_who_calls: list[Callable[[HttpRequest], Any]] = []


def sign_in_with(who_calls: Callable[[HttpRequest], T]) -> Callable[[HttpRequest], T]:
    _who_calls[:] = [who_calls]
    return who_calls


class Guard:
    """Signs the caller in, asks for the role, loads the object of the path: `request.actor`, `request.found`."""

    def __init__(
        self,
        allow: Permission | Open,
        on: str,
        among: Callable[[Any], QuerySet[Any]] | None,
        find: Callable[[Any, str], Any] | None,
        *,
        repeatable: bool,
    ) -> None:
        self.allow, self.on, self.among, self.find, self.repeatable = allow, on, among, find, repeatable

    def __call__(self, request: HttpRequest) -> bool:
        if isinstance(self.allow, Open) and not self.allow.signed_in:
            return True
        actor = _who_calls[0](request)
        with_role = not isinstance(self.allow, Open) or self.allow.with_role
        if actor is None and (with_role or not request.user.is_authenticated):
            raise NotSignedIn
        request.actor = actor  # type: ignore[attr-defined]
        if isinstance(self.allow, Open):
            return True
        if not self.allow.may(actor):
            raise Forbidden
        if self.on:
            self._find(request, self.allow, actor)
        return True

    def _find(self, request: HttpRequest, allow: Permission, actor: Any) -> None:
        pk = request.resolver_match.kwargs[self.on]  # type: ignore[union-attr]
        try:
            found = self.find(actor, pk) if self.find else allow.access.get(actor, pk, allow.action, self.among)
            request.found = found  # type: ignore[attr-defined]
        except (Missing, Forbidden):
            # The first of two same calls may have moved the object out of reach, as restoring it does.
            if not self.repeatable or not (first := first_answer(request)):
                raise
            request.repeated = first  # type: ignore[attr-defined]


def request_actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def request_object(request: HttpRequest, model: type[M]) -> M:
    """The object that the path names, which the actor may act on."""
    row = request.found  # type: ignore[attr-defined]
    assert isinstance(row, model)  # noqa: S101
    return row


class Door(Router):
    """A router whose every route declares `allow`, and repeats of whose POSTs get the first answer.

    `fixed` is said of one whose calls other programs speak already, or of such a route.
    """

    def __init__(self, *, fixed: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.fixed = fixed

    def api_operation(  # type: ignore[override]
        self,
        methods: list[str],
        path: str,
        *,
        allow: Permission | Open,
        on: str = "",
        among: Callable[[Any], QuerySet[Any]] | None = None,
        find: Callable[[Any, str], Any] | None = None,
        data: Any = Any,
        rows: Any = None,
        status: int = 200,
        repeatable: bool = True,
        versioned: bool = False,
        limited: bool = False,
        answers: dict[int, Any] | None = None,
        files: Sequence[str] = (),
        takes: Any = None,
        fixed: bool = False,
        **options: Any,
    ) -> Callable[[View], View]:
        """Declare a route.

        `among` narrows or joins the rows searched; `find` takes the actor and the id. `repeatable=False` ignores
        Idempotency-Key. `versioned` tells the object's version as ETag, and where it changes something takes If-Match.
        `limited` may answer 429. `answers` names further successes by their status. `files` are the media types of a
        route that answers with a file, or with `data` or `rows` where it has these too. `takes` is the shape of a body
        that is JSON or a form with files, and that the view reads by `request_body`. Of a `fixed` call parameters that
        it doesn't know are not refused.
        """
        reads = methods == ["GET"]
        is_open = isinstance(allow, Open) and not allow.signed_in
        repeatable = repeatable and methods == ["POST"] and not is_open
        changes_version = versioned and not reads
        may_refuse = {404: "{" in path, 412: changes_version, 413: not reads, 429: limited}
        refusals = [*REFUSALS, *(code for code, may in may_refuse.items() if may)]
        spares = reads and (rows is not None or data is not Any or not files)
        success_headers = {**({"ETag": ETAG} if versioned or spares else {}), **(LIMITS if limited else {})}
        success_extra: dict[str, Any] = {"headers": success_headers} if success_headers else {}
        if files:
            success_extra["content"] = dict.fromkeys(files, FILE)
        parameters = [IDEMPOTENCY_KEY] * repeatable + [IF_MATCH] * changes_version + [IF_NONE_MATCH] * spares

        def declare(view: View) -> View:
            if takes is not None:
                view.takes = takes  # type: ignore[attr-defined]
            is_paged = rows is not None and takes_paging(view)
            row: Any = rows | GoneOut if is_paged else rows
            success: Any = Listed[row] if rows is not None else None if files and data is Any else Success[data]
            summary, _rest, more = (view.__doc__ or "").strip().partition("\n")
            register = super(Door, self).api_operation(
                methods,
                path,
                auth=Guard(allow, on, among, find, repeatable=repeatable),
                response={status: success, **(answers or {})},
                summary=options.pop("summary", summary.partition(". ")[0].removesuffix(".")),
                description=options.pop("description", f"{summary}\n{more}".strip()),
                openapi_extra={
                    "security": [] if is_open else BEARER_OR_SESSION,
                    "parameters": parameters,
                    "responses": {
                        status: success_extra,
                        **({304: UNCHANGED} if spares else {}),
                        **({429: {"headers": {"Retry-After": RETRY_AFTER, **LIMITS}}} if limited else {}),
                    },
                },
                **options,
            )
            asked = tell_who_asks(view, allow) if is_paged else view
            door = name_unused(_in_zone_of_caller(asked), fixed=fixed or self.fixed)
            door = spare_unchanged(door) if spares else door
            register(_replay_first_answer(remember_answers(door)) if repeatable else door)
            told = self.path_operations[path].operations[-1].response_models
            told |= {code: Refused for code in sorted(refusals) if code not in told}
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


def _in_zone_of_caller(view: View) -> View:
    """Tell times in words by the clock of the caller's institution, as its pages do."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(getattr(getattr(request, "actor", None), "zone", None)):
            return view(request, *args, **kwargs)

    return door


def _replay_first_answer(view: View) -> View:
    """Give the first answer where the guard has found it already."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        first: HttpResponse | None = getattr(request, "repeated", None)
        return first or view(request, *args, **kwargs)

    return door
