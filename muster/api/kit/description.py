"""The API's description: OpenAPI 3.1 for programs, and a page for people."""

import json
import re
from typing import Any

from django.conf import settings
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of POST /api/v1/auth/login, or a named token from the settings page",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "The pages' own session; whatever changes something also sends the header X-CSRFToken",
    },
}
REQUEST_ID = {"description": "To be named when reporting a fault", "schema": {"type": "string"}}
BINARY = {"type": "string", "format": "binary"}
# Generic answers by speaking names: `Success_BatchOut_` is `BatchOutSuccess`.
GENERIC = re.compile(r"\b(Success|Listed)_([A-Za-z]+)_(?=\")")


class DescribedApi(NinjaAPI):
    """A NinjaAPI whose description says what is common to all its routes, worked out once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the route's function: a verb phrase, used once."""
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._described:
            self._described[prefix] = Description(self, prefix)
        return self._described[prefix]


class Description(OpenAPISchema):
    """The OpenAPI description. Raises ValueError where two shapes or two routes have one name."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        self._described: dict[Any, tuple[dict[str, Any], bool]] = {}
        super().__init__(api, path_prefix)
        for methods in self["paths"].values():
            for operation in methods.values():
                for parameter in operation["parameters"]:
                    # A parameter's own are an object; those of its schema a list, as pydantic has them.
                    if examples := parameter.pop("examples", None):
                        parameter["schema"]["examples"] = examples
                for response in operation["responses"].values():
                    response.setdefault("headers", {})["X-Request-ID"] = REQUEST_ID
        self["components"]["securitySchemes"] = SECURITY
        self["servers"] = [{"url": "/", "description": "The Muster that describes itself here"}]
        tags = (tag for methods in self["paths"].values() for one in methods.values() for tag in one.get("tags", ()))
        self["tags"] = [{"name": tag} for tag in dict.fromkeys(tags)]
        # Numbers that were keys become text on the way, as in JSON.
        self.update(json.loads(GENERIC.sub(r"\2\1", json.dumps(self))))

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        name = operation.view_func.__name__
        if name in self.all_operation_ids:
            raise ValueError(f"Two routes are called {name}")
        details = super().operation_details(operation)
        if shape := getattr(operation.view_func, "takes", None):
            details["requestBody"] = self._json_or_form(shape)
        return details

    def _json_or_form(self, shape: type[BaseModel]) -> dict[str, Any]:
        """A body that is read by `muster.api.kit.parsing.request_body`."""
        schema = shape.model_json_schema(ref_template=REF_TEMPLATE)
        self.add_schema_definitions({**schema.pop("$defs", {}), shape.__name__: schema})
        told = {"$ref": REF_TEMPLATE.format(model=shape.__name__)}
        files = {"type": "object", "properties": {"file": {"type": "array", "items": BINARY}}}
        return {
            "content": {
                "application/json": {"schema": told},
                "multipart/form-data": {"schema": {"allOf": [told, files]}},
            },
            "required": True,
        }

    def operation_parameters(self, operation: Operation) -> list[dict[str, Any]]:
        # Filters are told one by one; the model that holds them is nothing of the API.
        shapes, self.schemas = self.schemas, {}
        try:
            return super().operation_parameters(operation)
        finally:
            self.schemas = shapes

    def _create_schema_from_model(
        self, model: Any, by_alias: bool = True, remove_level: bool = True, mode: JsonSchemaMode = "validation"
    ) -> tuple[dict[str, Any], bool]:
        # Refusals have one shape on all routes, and each takes milliseconds to describe.
        asked = (model, by_alias, remove_level, mode)
        if mode != "serialization" or asked not in self._described:
            self._described[asked] = super()._create_schema_from_model(*asked)
        return self._described[asked]

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        for name, shape in definitions.items():
            if self.schemas.setdefault(name, shape) != shape:
                raise ValueError(f"Two shapes are called {name}")
