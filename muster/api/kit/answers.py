"""The shapes of every answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints, overload
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.utils.functional import Promise
from typing_extensions import is_typeddict

from muster.api.kit.fields import Stamped
from muster.core.errors import DomainError
from muster.core.models import Row

S = TypeVar("S")
JSON = "application/json; charset=utf-8"
# What every object carries, by the name that a row has for it.
NAMES = {"_id": "pk", "createdAt": "created_at", "updatedAt": "updated_at"}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(type(value))


def _json(content: Any, status: int) -> HttpResponse:
    body = orjson.dumps(content, default=_plain_value, option=orjson.OPT_UTC_Z)
    return HttpResponse(body, content_type=JSON, status=status)


def answer(
    data: Any = None, message: str = "", *, status: int = 200, version: int | None = None, **beside: Any
) -> HttpResponse:
    """A success: `{"success": true, "message", "data"}` with what stands beside.

    `version` goes out as the ETag that a change sends back as `If-Match`.
    """
    response = _json({"success": True, "message": message, "data": data, **beside}, status)
    if version is not None:
        response["ETag"] = f'"{version}"'
    return response


def warning(field: str, message: str, code: str) -> dict[str, str]:
    """One of the `warnings` that stand beside what a success tells."""
    return {"field": field, "message": message, "code": code}


def list_answer(rows: Sequence[Any], *, total: int, page: int, page_size: int, message: str = "") -> HttpResponse:
    """A list: the rows of this answer with `count`, `total`, `page`, `page_size`."""
    return answer(rows, message, count=len(rows), total=total, page=page, page_size=page_size)


def failure(error: DomainError) -> HttpResponse:
    """A refusal: one sentence, a machine word, and the fields it is about."""
    content: dict[str, Any] = {
        "success": False,
        "message": error.message,
        "code": error.code,
        "errors": [{"field": wrong.field, "message": wrong.message} for wrong in error.errors],
    }
    if error.facts:
        content["data"] = error.facts
    response = _json(content, error.status)
    if error.status == 429:
        response["Retry-After"] = str(error.facts.get("retry_after", 60))
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


@overload
def timestamp(moment: datetime) -> str: ...
@overload
def timestamp(moment: datetime | None) -> str | None: ...
def timestamp(moment: datetime | None) -> str | None:
    """A moment as ISO 8601 in UTC with milliseconds and `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


@overload
def day_stamp(day: date) -> str: ...
@overload
def day_stamp(day: date | None) -> str | None: ...
def day_stamp(day: date | None) -> str | None:
    """A date as the timestamp of its midnight in UTC, which the fixed contract speaks."""
    return None if day is None else f"{day.isoformat()}T00:00:00.000Z"


def stamp(row: Row) -> Stamped:
    """What every object carries: `_id`, `createdAt`, `updatedAt`."""
    return {"_id": str(row.pk), "createdAt": timestamp(row.created_at), "updatedAt": timestamp(row.updated_at)}


@overload
def key(value: UUID) -> str: ...
@overload
def key(value: UUID | None) -> str | None: ...
def key(value: UUID | None) -> str | None:
    """An id as the opaque string of the API."""
    return None if value is None else str(value)


def in_shape(shape: type[S], row: Any, **given: Any) -> S:
    """The row in this shape: for each name what is given, else the row's own attribute.

    Ids, moments, days and clock times are written as everywhere; a row that stands in a field with a shape of its own,
    or a list of such rows, in that shape.
    """
    fields = {
        name: _tell(given[name] if name in given else getattr(row, NAMES.get(name, name)), inner)
        for name, inner in _fields_of(cast("Any", shape))
    }
    # Whoever has none is told with null.
    if fields.get("email") == "":
        fields["email"] = None
    return cast("S", fields)


@cache
def _fields_of(shape: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a shape, each with the shape that stands in it."""
    return tuple(
        (name, next(filter(is_typeddict, (kind, *get_args(kind))), None))
        for name, kind in get_type_hints(shape).items()
    )


def _tell(value: Any, inner: Any) -> Any:
    if isinstance(value, (str, int, float, dict)) or value is None:
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, (list, tuple)):
        return [_tell(one, inner) for one in value]
    return in_shape(inner, value) if inner else value
