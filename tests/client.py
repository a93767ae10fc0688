"""Calls of the API as another program makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.api.described import disagreement


@dataclass
class Reply:
    """An answer of the API."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    # Of an answer that is a file.
    content: bytes = b""

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def message(self) -> str:
        return str(self.body.get("message"))

    @property
    def fields(self) -> list[str]:
        """The fields that a refusal names."""
        return [wrong["field"] for wrong in self.body.get("errors", [])]


class Api:
    """The API, called with a person's token, or with none."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One call under /api."""
        response = self.client.generic(
            method,
            f"/api{path}",
            data=json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )
        # Whatever a test calls, the answer is as the description says.
        assert not (wrong := disagreement(response)), wrong
        content = b"".join(response.streaming_content) if response.streaming else response.content
        is_json = response.headers["Content-Type"].startswith("application/json")
        body = json.loads(content) if is_json else {}
        return Reply(response.status_code, body, response.headers, content)

    def get(self, path: str, **headers: str) -> Reply:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("PUT", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("PATCH", path, {} if body is None else body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("DELETE", path, body, **headers)
