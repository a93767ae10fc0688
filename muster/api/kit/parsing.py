"""Reading bodies: JSON by the letter, or a form where it carries files too."""

import re
from typing import Any, TypeVar

import orjson
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import ValidationError
from ninja.parser import Parser
from pydantic import BaseModel
from pydantic import ValidationError as Mistakes

from muster.core.errors import HasNul, Invalid
from muster.core.text import clean_lines

S = TypeVar("S", bound=BaseModel)
FORM = "multipart/form-data"
SECRETS = re.compile("password|secret|otp|token")


class WrongContentType(Invalid):
    """The body is not sent as JSON."""

    sentence = gettext_lazy("Send the body as application/json.")
    default_code, default_field = "wrong_content_type", "Content-Type"


class StrictParser(Parser):
    """JSON by the letter, and no NUL characters, which PostgreSQL cannot keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = request.body
        if not body:
            return {}
        if not (request.content_type or "").endswith(("/json", "+json")):
            raise WrongContentType
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Invalid(_("The body isn't valid JSON: %(reason)s.") % {"reason": error}, code="not_json") from error
        # Written as an escape only: a bare NUL is no JSON.
        if b"\\u0000" in body:
            refuse_nul(content)
        # Plain letters on one line are clean but for the blanks around them, which every shape strips.
        return content if body.isascii() and b"\\" not in body else cleaned(content)

    def parse_querydict(self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest) -> Any:
        for name, values in data.lists():
            if HasNul.is_in(values):
                raise HasNul(field=name)
        return super().parse_querydict(data, list_fields, request)


def refuse_nul(content: Any, field: str = "") -> None:
    """Raises HasNul where some text in the JSON has a NUL character, with the field that has it."""
    if isinstance(content, str):
        if HasNul.is_in(content):
            raise HasNul(field=field)
    elif isinstance(content, dict | list):
        for name, part in content.items() if isinstance(content, dict) else enumerate(content):
            refuse_nul(str(name), field)
            refuse_nul(part, f"{field}.{name}" if field else str(name))


def cleaned(content: Any, name: str = "") -> Any:
    """The JSON with all text in it through the gate, but for secrets."""
    if isinstance(content, str):
        return content if SECRETS.search(name) else clean_lines(content)
    if isinstance(content, dict):
        return {key: cleaned(value, key) for key, value in content.items()}
    return [cleaned(value, name) for value in content] if isinstance(content, list) else content


def request_body(request: HttpRequest, shape: type[S]) -> S:
    """The body of a route declared with `takes`: JSON, or a form whose fields are the same and which may carry files.

    Raises ValidationError as any other body does.
    """
    content: Any
    if request.content_type == FORM:
        content = {name: values[-1] for name, values in request.POST.lists() if values}
        refuse_nul(content)
        content = cleaned(content)
    else:
        content = StrictParser().parse_body(request)
    try:
        body = shape.model_validate(content)
    except Mistakes as error:
        raise ValidationError(
            [{**wrong, "loc": ("body", "data", *wrong["loc"])} for wrong in error.errors(include_url=False)]
        ) from error
    request.body_taken = body  # type: ignore[attr-defined]
    return body
