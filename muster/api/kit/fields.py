"""Field types and base schemas of bodies and answers."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema
from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from muster.core.errors import Invalid

T = TypeVar("T")

NUMBER = re.compile(r"^-?\d{1,15}(\.\d{1,15})?$")
CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


def _day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            if len(value) == 10 and value[4] == value[7] == "-":
                return date.fromisoformat(value)
            moment = datetime.fromisoformat(value)
            if len(value) > 10:
                return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
        except (ValueError, OverflowError):
            # No moment, or one whose day in UTC lies before the year 1 or after 9999.
            pass
    elif value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise PydanticCustomError("day", "Give a date as YYYY-MM-DD, or a full timestamp.")


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (match := CLOCK.match(value)):
        return time(int(match[1]), int(match[2]))
    raise PydanticCustomError("clock", "Enter a time as HH:MM, from 00:00 to 23:59.")


def _number(value: Any) -> Any:
    if isinstance(value, Decimal) or value is None:
        return value
    # 1e3 and NaN are no sums of money, and True is no number.
    if isinstance(value, (int, float, str)) and not isinstance(value, bool) and NUMBER.match(str(value).strip()):
        return Decimal(str(value).strip())
    raise PydanticCustomError("number", "Give a number such as 1250.00.")


# A decimal number, as a JSON number or as text, which keeps its last digit.
Number = Annotated[Decimal, BeforeValidator(_number)]
# A date: `YYYY-MM-DD`, or a full timestamp that is cut at UTC midnight.
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema(
        {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}], "examples": ["2030-01-15"]}
    ),
]
# A clock time `HH:MM`, local to where the class is.
Clock = Annotated[
    time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": CLOCK.pattern, "examples": ["08:30"]})
]


class In(BaseModel):
    """A body with strict types: `"10"` isn't a number and `1` isn't a boolean. Unknown fields are kept to be named.

    Not Ninja's own kind, which asks each object for its attributes: a body has none.
    """

    model_config = ConfigDict(strict=True, str_strip_whitespace=True, extra="allow")

    def sent(self) -> dict[str, Any]:
        """What was sent, of the fields that the body knows."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


def must_send(*names: str) -> ConfigDict:
    """For the `model_config` of a body whose rule refuses it without these fields, in words of its own.

    They are read as if they could be left out, and described as required: without a default, and never null.
    """

    def require(schema: dict[str, Any]) -> None:
        schema["required"] = [*schema.get("required", ()), *names]
        for field in (schema["properties"][name] for name in names):
            field.pop("default", None)
            if kinds := field.pop("anyOf", None):
                (kind,) = (one for one in kinds if one != {"type": "null"})
                field.update(kind)

    return ConfigDict(json_schema_extra=require)


# What goes out. Answers are plain dictionaries of these shapes: the type checker compares them with what is written,
# tests with what is sent, and nothing is read again at run time.
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2030-01-15T00:00:00.000Z"])]
Amount = Annotated[Decimal, WithJsonSchema({"type": "number"})]
Date = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2030-01-15"])]


class Stamped(TypedDict):
    """What every object carries."""

    _id: str
    createdAt: Moment
    updatedAt: Moment


class PersonOut(TypedDict):
    """An embedded person. The email is null where there is none, or where the caller may not read it."""

    _id: str
    full_name: str
    email: str | None


class Deleted(TypedDict):
    """What is left of a deleted object."""

    _id: str


class FieldWarning(Schema):
    """What a call that succeeded did not use, or what speaks against what it did."""

    field: str
    message: str
    code: str = Field(description="A machine word, such as `unknown_field` or `workload`")


Warned = Annotated[list[FieldWarning], Field([], description="Only where there are any")]


class Success(Schema, Generic[T]):
    """A success."""

    success: Literal[True]
    message: str
    data: T
    warnings: Warned


class Listed(Schema, Generic[T]):
    """A success with a list."""

    success: Literal[True]
    message: str
    data: list[T]
    count: int = Field(description="Rows in this answer")
    total: int = Field(description="Rows of the whole list")
    page: int
    page_size: int
    warnings: Warned


class Wrong(Schema):
    """A field and what is wrong with it."""

    field: str
    message: str


class Failure(Schema):
    """A refusal: one sentence a person can act on."""

    success: Literal[False]
    message: str
    code: str = Field(description="A machine word")
    errors: list[Wrong]
    data: dict[str, Any] = Field({}, description="Details of the refusal, if any")


def expected_version(request: HttpRequest, given: int | None = None) -> int | None:
    """The version that the caller read, from `If-Match` or the body. Raises Invalid where it is no number."""
    header = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not header or header == "*":
        return given
    # What a reading call told holds a digest behind the version.
    header = header.partition("-")[0]
    if not (header.isascii() and header.isdecimal()) or len(header) > 9:
        raise Invalid(_("If-Match must be the object's version number."), field="If-Match")
    return int(header)
