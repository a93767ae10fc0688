"""Answers held against the API's own description, with nothing left undescribed."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema_rs

from muster.api.root import api

REFERRED = re.compile(r'"#/components/schemas/([^"]+)"')


def description() -> dict[str, Any]:
    """The OpenAPI description."""
    described: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/")
    return described


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation of every route."""
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def disagreement(response: Any) -> str:
    """How an answer differs from the description; empty when it does not, or no route gave it."""
    match = response.resolver_match
    if match is None or ("api" not in match.app_names and "api" not in match.namespaces):
        return ""
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", match.route)
    method = response.request["REQUEST_METHOD"].lower()
    operation = description()["paths"].get(path, {}).get(method)
    if operation is None:
        return ""
    label = f"{method.upper()} {path}: {response.status_code}"
    if str(response.status_code) not in operation["responses"]:
        return f"{label} is not described"
    if response.status_code == 304:
        return f"{label} has a body" if response.content else ""
    kind = response.headers["Content-Type"].partition(";")[0]
    if kind != "application/json":
        return (
            "" if kind in operation["responses"][str(response.status_code)].get("content", {}) else f"{label}: {kind}"
        )
    content = json.loads(response.content)
    found = [
        f"{label} {'.'.join(map(str, error.instance_path))}: {error.message[:300]}"
        for error in _validator(path, method, response.status_code).iter_errors(content)
    ]
    return "\n".join(found)


@functools.cache
def _validator(path: str, method: str, status: int) -> Any:
    reply = description()["paths"][path][method]["responses"][str(status)]
    schema = reply["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator(_whole(schema, _closed_components()))


@functools.cache
def body_validator(method: str, path: str) -> Any:
    """Judges what may be sent to a route."""
    body = description()["paths"][path][method.lower()]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    whole = _whole(schema, description()["components"]["schemas"])
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def field_at(method: str, path: str, place: str) -> dict[str, Any]:
    """How a field of a body is described, by the way to it: `resources.0.template_id`."""
    body = description()["paths"][path][method.lower()]["requestBody"]
    field: dict[str, Any] = body["content"]["application/json"]["schema"]
    for step in place.split("."):
        # Of a list that may be null the list.
        field = field.get("anyOf", [field])[0]
        field = field["items"] if step.isdigit() else _referred(field)["properties"][step]
    return field


def _referred(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema["$ref"].rpartition("/")[2]
    shape: dict[str, Any] = description()["components"]["schemas"][name]
    return shape


@functools.cache
def _closed_components() -> dict[str, Any]:
    """The shapes with nothing allowed beside what they name: what is sent must be described."""
    shapes: dict[str, Any] = deepcopy(description()["components"]["schemas"])
    for shape in shapes.values():
        if "properties" in shape:
            shape.setdefault("additionalProperties", False)
    return shapes


def _whole(schema: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    """The schema with the shapes that it comes to. A validator keeps what it is given, and there are a thousand."""
    reached: dict[str, Any] = {}
    todo = REFERRED.findall(json.dumps(schema))
    while todo:
        if (name := todo.pop()) not in reached:
            reached[name] = shapes[name]
            todo += REFERRED.findall(json.dumps(shapes[name]))
    return {**schema, "components": {"schemas": reached}}
