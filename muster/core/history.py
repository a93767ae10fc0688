"""History: every change of a business row, recorded by the database, with who, when and in which use case."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, cast

import pghistory
import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

ModelType = TypeVar("ModelType", bound=type[models.Model])

COUNTERS_AND_CLOCKS = ("updated_at",)


def tracked(*, exclude: tuple[str, ...] = ()) -> Callable[[ModelType], ModelType]:
    """Keep an append-only history table beside the model; `exclude` names counters that other rows already tell."""
    return cast(
        "Callable[[ModelType], ModelType]",
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=[*COUNTERS_AND_CLOCKS, *exclude],
        ),
    )


class Named(Protocol):
    """Somebody who acts: what history keeps of them."""

    @property
    def history_name(self) -> str: ...
    @property
    def history_id(self) -> str | None: ...


# Begins a prepared statement that writes what history keeps, and which asks this row, whose values `told` gives.
TOLD = """WITH told AS MATERIALIZED (
    SELECT set_config('pghistory.context_id', %s, TRUE), set_config('pghistory.context_metadata', %s, TRUE)
)"""


@contextmanager
def recorded(by: Named, use_case: str, **facts: Any) -> Iterator[Any]:
    """Write in every history row made inside: who acted, in which use case and request; `facts` such as a reason."""
    request = structlog.contextvars.get_contextvars().get("request_id")
    given = {name: fact for name, fact in facts.items() if fact}
    with pghistory.context(
        use_case=use_case, by=by.history_id, by_name=by.history_name, request=request, **given
    ) as context:
        yield context


def told(context: Any) -> tuple[str, str]:
    """The values of `TOLD`, from what `recorded` gives."""
    return str(context.id), json.dumps(context.metadata, cls=DjangoJSONEncoder)
