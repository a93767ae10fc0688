"""Field types and base schemas of bodies and answers."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Generic, TypeVar

from django.http import HttpRequest
from ninja import Field, Schema
from pydantic import BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from muster.core.errors import Invalid

T = TypeVar("T")

CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


def _day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            if len(value) == 10:
                return date.fromisoformat(value)
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and len(value) > 10:
            return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    elif value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise PydanticCustomError("day", "Give a date as YYYY-MM-DD, or a full timestamp.")


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (match := CLOCK.match(value)):
        return time(int(match[1]), int(match[2]))
    raise PydanticCustomError("clock", "Give a time as HH:MM, from 00:00 to 23:59.")


# A date: `YYYY-MM-DD`, or a full timestamp that is cut at UTC midnight.
Day = Annotated[date, BeforeValidator(_day)]
# A clock time `HH:MM`, local to where the class is.
Clock = Annotated[time, BeforeValidator(_clock)]


class In(Schema):
    """A body: strict types, so that `"10"` is no number and `1` is no truth; unknown fields are passed over."""

    model_config = ConfigDict(strict=True, str_strip_whitespace=True)


class Out(Schema):
    """An object of an answer, for the API's description."""


class Success(Schema, Generic[T]):
    """A success."""

    success: bool = True
    message: str = ""
    data: T


class Listed(Schema, Generic[T]):
    """A success with a list."""

    success: bool = True
    message: str = ""
    data: list[T]
    count: int = Field(description="Rows in this answer")
    total: int
    page: int
    page_size: int


class Wrong(Schema):
    """One field and what is wrong with it."""

    field: str
    message: str


class Failure(Schema):
    """A refusal: one sentence that a person can act on."""

    success: bool = False
    message: str
    code: str
    errors: list[Wrong]


def expected_version(request: HttpRequest, given: int | None = None) -> int | None:
    """The version that the caller read, from `If-Match` or the body. Raises Invalid where it is no number."""
    header = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not header or header == "*":
        return given
    if not header.isdecimal() or len(header) > 9:
        raise Invalid("If-Match carries the version of the object, a number.", field="If-Match")
    return int(header)
