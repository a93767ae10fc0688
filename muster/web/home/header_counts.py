"""What the frame of every page counts for the reader: notices not read yet, and requests to decide. One statement."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.urls import reverse

from muster.attendance.queries.absences import unread_and_waiting
from muster.web.requests import ActorRequest
from muster.web.ui.shell import Bell


def bell(request: HttpRequest) -> Bell:
    """The button of the top bar."""
    return Bell(reverse("notifications"), _counts_of(request)[0])


def requests_waiting(request: HttpRequest) -> int:
    """How many requests the reader has to decide."""
    return _counts_of(request)[1]


def _counts_of(request: HttpRequest) -> tuple[int, int]:
    # Asked for once by the navigation and once by the bell of the same page.
    found: tuple[int, int] | None = getattr(request, "_awaiting", None)
    if found is None:
        found = unread_and_waiting(cast("ActorRequest", request).actor)
        request._awaiting = found  # type: ignore[attr-defined]
    return found
