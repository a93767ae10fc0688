"""The page on which people read the API's description. It needs no script and nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

CODE = re.compile(r"`([^`]+)`")
SHAPE = re.compile(r"#/components/schemas/(\w+)")


class Docs(DocsBase):
    """The description, drawn by the server."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        description = api.get_openapi_schema(path_params=kwargs)
        context = {
            "openapi_url": self.get_openapi_url(api, kwargs),
            "api": api,
            "areas": _areas(description),
            "shapes": _shapes(description),
        }
        return render(request, "core/api_docs.html", context)


def _areas(description: dict[str, Any]) -> list[dict[str, Any]]:
    areas: dict[str, list[dict[str, Any]]] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags", ["Other"]):
                areas.setdefault(tag, []).append(_route(path, method, operation))
    return [{"name": tag, "slug": slugify(tag), "routes": routes} for tag, routes in areas.items()]


def _route(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": _text(operation["summary"]),
        "description": _text(operation.get("description", "").removeprefix(f"{operation['summary']}.").strip()),
        "is_open": not operation["security"],
        "parameters": [
            _line(one["name"], one["schema"], one.get("required"), one.get("description")) | {"place": one["in"]}
            for one in operation["parameters"]
        ],
        "body": _shape_of(body),
        "replies": [_reply(status, reply) for status, reply in operation["responses"].items()],
    }


def _reply(status: str, reply: dict[str, Any]) -> dict[str, str]:
    contents = reply.get("content", {})
    files = [kind for kind, content in contents.items() if content["schema"].get("format") == "binary"]
    description = ", ".join([reply["description"], *files])
    return {"status": status, "description": description, "shape": _shape_of(contents)}


def _shapes(description: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of the API with their fields, by name."""
    return [
        {
            "name": name,
            "description": _text(shape.get("description")),
            "lines": [
                _line(field, one, field in shape.get("required", ()), one.get("description"))
                | {"shape": _shape_named(one)}
                for field, one in shape.get("properties", {}).items()
            ],
        }
        for name, shape in sorted(description["components"]["schemas"].items())
    ]


def _line(name: str, schema: dict[str, Any], required: Any, description: str | None) -> dict[str, Any]:
    return {"name": name, "kind": _kind(schema), "required": bool(required), "description": _text(description)}


def _text(words: str | None) -> SafeString:
    """The words with what stands in backticks as code."""
    return mark_safe(CODE.sub(r"<code>\1</code>", escape(words or "")))


def _shape_of(contents: dict[str, Any]) -> str:
    """The shape of a body, which is the same in every media type."""
    return next((_shape_named(content["schema"]) for content in contents.values()), "")


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
