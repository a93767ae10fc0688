"""Undo: the button in the toast of an action that can be taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from muster.web.ui.pages import own_path

# What the button sends besides the fields of the action: that it takes something back, and where it stood.
UNDOES, NEXT = "undoes", "next"


@dataclass(frozen=True)
class Undo:
    """The page that takes an action back, and the fields that its form is sent with. It asks who may, as ever."""

    url: str
    fields: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """The fields as hidden inputs, a name for each value."""
        return [
            (name, value)
            for name, values in self.fields.items()
            for value in ([values] if isinstance(values, str) else values)
        ]


def say_done(request: HttpRequest, sentence: Any, undo: Undo | None = None) -> None:
    """Say on the next page what happened, with a button that takes it back. Taking back is not taken back in turn."""
    offered = undo if UNDOES not in request.POST else None
    messages.success(request, sentence, extra_tags=json.dumps([offered.url, offered.inputs]) if offered else "")


def undo_of(message: Any) -> dict[str, Any] | None:
    """What the toast of a message draws its button from."""
    if not message.extra_tags:
        return None
    url, inputs = json.loads(message.extra_tags)
    return {"url": url, "inputs": inputs}


def way_back(request: HttpRequest, url: str) -> str:
    """Where to go after an action: to where its Undo was pressed, else to this address."""
    return (own_path(request, request.POST.get(NEXT, "")) if UNDOES in request.POST else "") or url
