"""Nothing that is sent is swallowed: what a call doesn't know is named.

Parameters of the address that no call knows are refused; calls that other programs speak already name them as warnings,
and every call so names the fields of a body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from urllib.parse import quote

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.operation import Operation
from ninja.params.models import BodyModel
from pydantic import BaseModel

from muster.api.kit.answers import JSON, warning
from muster.api.kit.parsing import FORM
from muster.core.errors import FieldError, Invalid

View = Callable[..., HttpResponse]
# As many are named as somebody reads.
MOST_NAMED = 50
# How a file, which has no place for warnings, names the parameters that it didn't use.
HEADER = "X-Unused-Parameters"


def name_unused(view: View, *, fixed: bool) -> View:
    """Name what the call doesn't know: as `warnings` of its answer, or with 400 where the address has it.

    Of a `fixed` call nothing in the address is refused.
    """
    known: dict[str, frozenset[str]] = {}

    def learn(operation: Operation) -> None:
        for source in ("query", "form", "file", "body"):
            models: list[Any] = [model for model in operation.models if model.__ninja_param_source__ == source]
            if models:
                known[source] = frozenset(
                    name for model in models for name in getattr(model, "__ninja_flatten_map__", model.model_fields)
                )
        for model in operation.models:
            if issubclass(model, BodyModel):
                _take_nothing_for_empty(model)

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unknown = _unknown_parameters(request, known) if request.META.get("QUERY_STRING") else []
        if unknown and not fixed:
            raise _refusal(unknown, known.get("query", frozenset()))
        response = view(request, *args, **kwargs)
        found = [warning(name, _("This call doesn't know this parameter."), "unknown_parameter") for name in unknown]
        if request.method != "GET":
            unknown_fields = list(_unknown_fields(request, kwargs, known, takes=hasattr(view, "takes")))[:MOST_NAMED]
            found += [
                warning(name, _("This call doesn't know this field. It was not used."), "unknown_field")
                for name in unknown_fields
            ]
        return _with_warnings(response, found) if found else response

    door._ninja_contribute_to_operation = [learn]  # type: ignore[attr-defined]
    return door


def _take_nothing_for_empty(model: Any) -> None:
    """Read a body that isn't there as one without fields: a call may need none, and one that does names them."""
    read = model.get_request_data

    def get_request_data(request: HttpRequest, api: Any, path_params: Any) -> Any:
        content = read(request, api, path_params)
        return {model.__read_from_single_attr__: {}} if content is None else content

    model.get_request_data = get_request_data


def _unknown_parameters(request: HttpRequest, known: dict[str, frozenset[str]]) -> list[str]:
    return [name for name in request.GET if name not in known.get("query", ())][:MOST_NAMED]


def _refusal(unknown: list[str], known: frozenset[str]) -> Invalid:
    knows = ", ".join(sorted(known))
    sentence = (
        _("This call doesn't know this parameter. It knows %(known)s.") % {"known": knows}
        if known
        else _("This call takes no parameters.")
    )
    # The name is whatever was sent: it stands where names of fields do, and in the sentence.
    message = _("%(name)s: %(sentence)s") % {"name": unknown[0][:60], "sentence": sentence}
    return Invalid(message, errors=[FieldError(name, sentence) for name in unknown], code="unknown_parameter")


def _unknown_fields(
    request: HttpRequest, taken: dict[str, Any], known: dict[str, frozenset[str]], *, takes: bool
) -> Iterator[str]:
    """The way to each field of the body that the call doesn't know."""
    if takes:
        if body := getattr(request, "body_taken", None):
            yield from unknown_in(body)
    elif "body" in known:
        for body in taken.values():
            if isinstance(body, BaseModel):
                yield from unknown_in(body)
    elif request.content_type == FORM:
        fields = known.get("form", frozenset()) | known.get("file", frozenset())
        yield from (name for name in (*request.POST, *request.FILES) if name not in fields)
    elif content := request.body:
        try:
            sent = orjson.loads(content)
        except orjson.JSONDecodeError:
            sent = None
        yield from sent if isinstance(sent, dict) else ["body"]


def unknown_in(body: BaseModel, before: str = "") -> Iterator[str]:
    """The way to each field that the shape of the body doesn't name, through what stands in it."""
    for name in body.model_extra or ():
        yield f"{before}{name}"
    for name, value in body.__dict__.items():
        if isinstance(value, BaseModel):
            yield from unknown_in(value, f"{before}{name}.")
        elif isinstance(value, list):
            for place, one in enumerate(value):
                if isinstance(one, BaseModel):
                    yield from unknown_in(one, f"{before}{name}.{place}.")


def _with_warnings(response: HttpResponse, found: list[dict[str, str]]) -> HttpResponse:
    if response.headers.get("Content-Type") != JSON:
        response[HEADER] = ", ".join(quote(one["field"]) for one in found)
        return response
    content = orjson.loads(response.content)
    content["warnings"] = [*content.get("warnings", ()), *found]
    response.content = orjson.dumps(content)
    return response
