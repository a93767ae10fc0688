"""The shapes of every answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar, cast, overload
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.utils.functional import Promise

from muster.api.kit.fields import Stamped
from muster.core.errors import DomainError
from muster.core.models import Row

S = TypeVar("S")
JSON = "application/json; charset=utf-8"


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
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


@overload
def day_stamp(day: date) -> str: ...
@overload
def day_stamp(day: date | None) -> str | None: ...
def day_stamp(day: date | None) -> str | None:
    """A date as the timestamp of its midnight in UTC, which the fixed contract speaks."""
    return None if day is None else f"{day.isoformat()}T00:00:00.000Z"


def _api_value(value: Any) -> Any:
    """A value as the API writes it: ids as text, moments in UTC, dates and clock times by their digits."""
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value


def in_shape(shape: type[S], row: Any, **given: Any) -> S:
    """The row in this shape: what is given, and for every other name the row's own attribute, as the API writes it."""
    names = shape.__annotations__
    own: dict[str, Any] = {**stamp(row), **given} if "createdAt" in names else given
    return cast("S", {name: own[name] if name in own else _api_value(getattr(row, name)) for name in names})


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
