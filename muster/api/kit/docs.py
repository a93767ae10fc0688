"""The page on which people read the API's description. It needs no script and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

CODE = re.compile(r"`([^`]+)`")
SHAPE = re.compile(r"#/components/schemas/(\w+)")


@dataclass
class FieldDoc:
    """A field or a parameter."""

    name: str
    kind: str
    required: bool
    description: SafeString
    place: str = ""
    # The shape that its kind names.
    shape: str = ""


@dataclass
class ShapeDoc:
    """An object of the API with its fields."""

    name: str
    description: SafeString
    lines: list[FieldDoc]


@dataclass
class Reply:
    """What a route may answer."""

    status: str
    description: str
    shape: str


@dataclass
class Route:
    """One route."""

    id: str
    method: str
    path: str
    summary: SafeString
    description: SafeString
    is_open: bool
    parameters: list[FieldDoc]
    body: str
    replies: list[Reply]


@dataclass
class TagDoc:
    """The routes of one tag."""

    name: str
    routes: list[Route] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-")


class Docs(DocsBase):
    """The description, drawn by the server."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        description = api.get_openapi_schema(path_params=kwargs)
        context = {
            "openapi_url": self.get_openapi_url(api, kwargs),
            "api": api,
            "areas": list(_areas(description)),
            "shapes": list(_shapes(description)),
        }
        return render(request, "core/api_docs.html", context)


def _areas(description: dict[str, Any]) -> Iterator[TagDoc]:
    areas: dict[str, TagDoc] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags", ["Other"]):
                areas.setdefault(tag, TagDoc(tag)).routes.append(_route(path, method, operation))
    yield from areas.values()


def _route(path: str, method: str, operation: dict[str, Any]) -> Route:
    body = operation.get("requestBody", {}).get("content", {})
    return Route(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=_text(operation["summary"]),
        description=_text(operation.get("description", "").removeprefix(f"{operation['summary']}.").strip()),
        is_open=not operation["security"],
        parameters=[
            FieldDoc(
                one["name"], _kind(one["schema"]), bool(one.get("required")), _text(one.get("description")), one["in"]
            )
            for one in operation["parameters"]
        ],
        body=next((_shape_named(content["schema"]) for content in body.values()), ""),
        replies=[_reply(status, reply) for status, reply in operation["responses"].items()],
    )


def _reply(status: str, reply: dict[str, Any]) -> Reply:
    contents = reply.get("content", {})
    shape = next((_shape_named(content["schema"]) for content in contents.values()), "")
    files = ", ".join(kind for kind, content in contents.items() if content["schema"].get("format") == "binary")
    return Reply(status, f"{reply['description']}, {files}" if files else reply["description"], shape)


def _shapes(description: dict[str, Any]) -> Iterator[ShapeDoc]:
    for name, shape in sorted(description["components"]["schemas"].items()):
        required = set(shape.get("required", ()))
        lines = [
            FieldDoc(
                field_name, _kind(one), field_name in required, _text(one.get("description")), shape=_shape_named(one)
            )
            for field_name, one in shape.get("properties", {}).items()
        ]
        yield ShapeDoc(name, _text(shape.get("description")), lines)


def _text(words: str | None) -> SafeString:
    """The words with what stands in backticks as code."""
    return mark_safe(CODE.sub(r"<code>\1</code>", escape(words or "")))


def _shape_named(schema: dict[str, Any]) -> str:
    """The one shape that a type refers to, however it is wrapped."""
    found = SHAPE.search(str(schema))
    return found[1] if found else ""


def _kind(schema: dict[str, Any]) -> str:
    """A JSON type in words: `text`, `list of BatchOut`, `whole number or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_kind(choice) for choice in choices))
    if "const" in schema:
        return str(schema["const"]).lower()
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    named = {"date-time": "timestamp", "date": "date"}
    if schema.get("format") in named:
        return named[schema["format"]]
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    plain = str(schema.get("type", "anything"))
    return words.get(plain, plain)
