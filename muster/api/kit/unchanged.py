"""Reading again what has not changed: every reading call tells an ETag and honours If-None-Match."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def spare_unchanged(view: View) -> View:
    """Answer 304 without a body to who has read the same before.

    The tag is a digest of the answer, so that whatever counts in it counts. Of an object with a version that stands
    before the digest, for `If-Match`. Files are sent as they are.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 200 or response.streaming:
            return response
        version = response.headers.get("ETag", "").strip('"')
        digest = hashlib.blake2b(response.content, digest_size=8).hexdigest()
        tag = f"{version}-{digest}" if version else digest
        if _knows(request, tag):
            response = HttpResponse(status=304)
            del response.headers["Content-Type"]
        response["ETag"] = f'"{tag}"'
        return response

    return door


def _knows(request: HttpRequest, tag: str) -> bool:
    """Whether the caller has this answer, by weak comparison: a compressed one is as good."""
    asked = request.headers.get("If-None-Match", "")
    return any(one.strip().removeprefix("W/") in ("*", f'"{tag}"') for one in asked.split(","))
