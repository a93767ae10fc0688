"""History: every change of a business row, kept by the database, with who, when and in which use case.

This is how it is written; `audit` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import pgtrigger
import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from muster.core.constraints import OWNER
from muster.core.errors import HasNul
from muster.core.ids import new_id
from muster.core.text import clean_lines
from muster.core.triggers import Call

ModelType = TypeVar("ModelType", bound=type[models.Model])

# What every entry has elsewhere, or tells nothing that the other columns do not.
NEVER = ("id", "updated_at", "version")


# --- what is kept -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Tracking:
    """What is kept of a table: its columns but for those left out, whose the row is, and what it is part of."""

    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    owner: str
    part_of: tuple[str, ...]
    is_look: bool = False

    def triggers(self) -> tuple[pgtrigger.Trigger, ...]:
        """One for rows that come and go, one for those that change in a column that is kept."""
        arguments = ("{" + ",".join(self.left_out) + "}", self.owner, *self.part_of)
        before, after = (", ".join(f'{row}."{column}"' for column in self.columns) for row in ("OLD", "NEW"))
        return (
            Call(
                "muster_audit",
                *arguments,
                name="audit_rows",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Delete,
            ),
            Call(
                "muster_audit",
                *arguments,
                name="audit_changes",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"(({before}) IS DISTINCT FROM ({after}))"),
            ),
        )


TRACKED: dict[type[models.Model], Tracking] = {}


def tracked(
    *,
    exclude: tuple[str, ...] = (),
    owner: str = OWNER,
    part_of: str | tuple[str, ...] = (),
    is_look: bool = False,
) -> Callable[[ModelType], ModelType]:
    """Keep the history of the model's rows.

    `exclude` names counters that other rows already tell; `owner` the field that says whose the row is, or ''. The
    history of the row in `part_of` tells of this one too: one field, or two of which one is set. A row that `is_look`
    says that somebody looked at what it is part of.
    """

    def track(model: ModelType) -> ModelType:
        def column(name: str) -> str:
            return str(model._meta.get_field(name).column)  # type: ignore[union-attr]

        left_out = tuple(dict.fromkeys([*NEVER, *map(column, exclude)]))
        tracking = Tracking(
            columns=tuple(str(one.column) for one in model._meta.local_fields if one.column not in left_out),
            left_out=left_out,
            owner=owner and column(owner),
            part_of=tuple(map(column, (part_of,) if isinstance(part_of, str) else part_of)),
            is_look=is_look,
        )
        TRACKED[model] = tracking
        pgtrigger.register(*tracking.triggers())(model)
        return model

    return track


# --- who acts ---------------------------------------------------------------------------------------------------------
class Doer(Protocol):
    """Somebody who acts: what history keeps of them."""

    @property
    def history_name(self) -> str: ...
    @property
    def history_id(self) -> str | None: ...


# The setting of the transaction that `muster_audit` reads.
SETTING = "muster.context"
# Begins a prepared statement that writes what history keeps, and which asks this row, whose value `told` gives.
TOLD = f"WITH told AS MATERIALIZED (SELECT set_config('{SETTING}', %s, TRUE))"
TELL = f"SELECT set_config('{SETTING}', %s, TRUE)"
# Statements that change no row that is tracked.
READS = ("select", "savepoint", "release", "rollback", "set ")


class Context:
    """Who acts in which use case, for as long as `recorded` lasts."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.text = json.dumps(facts, cls=DjangoJSONEncoder)
        self.forget()

    def forget(self) -> None:
        """Tell it anew: another one was told in between."""
        # Waits for the commit, doing nothing: as long as it waits, the transaction knows the setting. Django forgets
        # it with the savepoint that takes the setting back.
        self._sign: Callable[[], None] = lambda: None

    @property
    def is_told(self) -> bool:
        return any(one[1] is self._sign for one in reversed(connection.run_on_commit))

    def remember(self) -> None:
        if connection.in_atomic_block:
            transaction.on_commit(self._sign)


_acting: ContextVar[Context | None] = ContextVar("acting", default=None)


@contextmanager
def recorded(by: Doer, use_case: str, **facts: Any) -> Iterator[Context]:
    """Keep with every change made inside: who acted, in which use case and request; `facts` such as a reason, clean.

    The database is told with the first statement that writes, and no more in that transaction. Inside another one it
    takes its place, with the facts of both. Raises Invalid for a NUL in one of them.
    """
    outer = _acting.get()
    request = structlog.contextvars.get_contextvars().get("request_id")
    given = {name: clean_lines(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    for name, fact in given.items():
        if HasNul.is_in(fact):
            raise HasNul(field=name)
    context = Context(
        (outer.facts if outer else {"request": request or str(new_id())})
        | {"use_case": use_case, "by": by.history_id, "by_name": by.history_name}
        | {name: fact for name, fact in given.items() if fact}
    )
    token = _acting.set(context)
    try:
        if outer:
            yield context
        else:
            with connection.execute_wrapper(_telling_first):
                yield context
    finally:
        _acting.reset(token)
        if outer:
            outer.forget()


def history_facts(context: Context) -> str:
    """The value of `TOLD`, from what `recorded` gives."""
    return context.text


def _telling_first(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Tell who acts in front of the first statement that writes, in the same message wherever that is possible."""
    acting = _acting.get()
    # A cursor with a name reads, or tells by itself (`prepared`).
    if acting is None or getattr(context["cursor"], "name", None) or _reads(sql) or acting.is_told:
        return execute(sql, params, many, context)
    if many or not isinstance(sql, str) or not isinstance(params, list | tuple):
        with connection.cursor() as cursor:
            cursor.execute(TELL, (acting.text,))
        acting.remember()
        return execute(sql, params, many, context)
    answer = execute(f"{TELL}; {sql}", (acting.text, *params), many, context)
    while answer is not None and answer.nextset():
        pass
    acting.remember()
    return answer


def _reads(sql: Any) -> bool:
    return isinstance(sql, str) and sql.lstrip()[:10].lower().startswith(READS)
