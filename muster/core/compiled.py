"""Queries whose SQL is made once: for what every call asks, where building the statement costs more than running it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators
from psycopg.sql import Literal

from muster.core.prepared import one_message, prepared_cursor

M = TypeVar("M", bound=models.Model)
# A day so near to a sample is counted from it: a query may ask for the week before a day.
NEAR = timedelta(days=1000)
CONSTANTS = (str, int, UUID, date)


class Compiled(Generic[M]):
    """Rows of a model, asked for again and again with other values.

    `build` gets the `samples`, which differ from each other and from every constant of the query, and gives the rows;
    from then on only the values at their places in the SQL change, and all else stands in its text. It is called twice,
    with other samples, so that a value which it takes from elsewhere, as the clock, is a mistake that shows. `asks_all`
    makes it one not to ask for each sample. Rows come in the order of the query where they are `ordered`.
    """

    def __init__(
        self, build: Callable[..., QuerySet[M]], *, asks_all: bool = True, ordered: bool = False, **samples: Any
    ) -> None:
        self.build, self.samples, self.asks_all, self.ordered = build, samples, asks_all, ordered
        self._plan: _Plan | None = None

    def __call__(self, **values: Any) -> Iterator[M]:
        """The rows for these values, which are of the samples' types. They are fetched when the first is asked for."""
        plan = self.plan
        if not plan.sql:
            return
        with prepared_cursor() as cursor:
            cursor.execute(plan.sql, plan.filled(values))
            rows = cursor.fetchall()
        for row in rows:
            yield plan.object_of(row)

    def one(self, **values: Any) -> M | None:
        """The one row that a unique key leaves, or None."""
        return next(self(**values), None)

    @property
    def plan(self) -> _Plan:
        """How it is asked, made once."""
        if self._plan is None:
            self._plan = self._make()
        return self._plan

    def _make(self) -> _Plan:
        plan = self._built(self.samples)
        other = self._built({name: _another(sample) for name, sample in self.samples.items()})
        if (plan.sql, plan.places) != (other.sql, other.places):
            raise ValueError("The query asks for something else each time.")
        asked = {place.name for place in plan.places if isinstance(place, _Place)}
        if self.asks_all and (missing := set(self.samples) - asked):
            raise ValueError(f"The query does not ask for {missing}.")
        return plan

    def _built(self, samples: dict[str, Any]) -> _Plan:
        rows = self.build(**samples)
        if rows._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise ValueError("What is fetched by another query is not compiled.")
        return _Plan.of(rows if self.ordered else rows.order_by(), {sample: name for name, sample in samples.items()})


def one_of_each(*questions: tuple[Compiled[Any], dict[str, Any]]) -> list[Any]:
    """`one` of each query with its values, all asked by `one_message`, in their order."""
    with ExitStack() as stack:
        asked = [(compiled.plan, values, stack.enter_context(prepared_cursor())) for compiled, values in questions]
        with one_message():
            for plan, values, cursor in asked:
                cursor.execute(plan.sql, plan.filled(values))
        rows = [(plan, cursor.fetchone()) for plan, _values, cursor in asked]
    return [row and plan.object_of(row) for plan, row in rows]


@dataclass(frozen=True)
class _Plan:
    """A statement, and how its rows become objects: what Django's `ModelIterable` finds out anew each time."""

    sql: str
    places: tuple[Any, ...]
    model: type[models.Model]
    fields: list[str]
    own: slice
    joined: list[Any]
    added: dict[str, int]
    converters: list[tuple[int, list[Any], Any]]

    @classmethod
    def of(cls, rows: QuerySet[Any], names: dict[Any, str]) -> _Plan:
        compiler = rows.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            # Whatever the values, no row can meet the conditions: nothing is asked.
            return cls("", (), rows.model, [], slice(0), [], {}, [])
        klass: dict[str, Any] = compiler.klass_info
        select: list[Any] = compiler.select
        own = slice(klass["select_fields"][0], klass["select_fields"][-1] + 1)
        converters = compiler.get_converters([column[0] for column in select[: compiler.col_count]])
        return cls(
            *_with_constants(sql, [_place(param, names) for param in params]),
            klass["model"],
            [column[0].target.attname for column in select[own]],
            own,
            # The stubs are of another version.
            get_related_populators(klass, select, connection.alias),  # type: ignore[call-arg]
            dict(compiler.annotation_col_map or {}),
            [(position, functions, column) for position, (functions, column) in converters.items()],
        )

    def filled(self, values: dict[str, Any]) -> tuple[Any, ...]:
        """What goes with the statement to ask for these values."""
        return tuple(place.filled(values) if isinstance(place, _Place) else place for place in self.places)

    def object_of(self, row: tuple[Any, ...]) -> Any:
        """The object that a row tells of, with those it is joined to and what is annotated."""
        values = list(row)
        for position, functions, column in self.converters:
            for function in functions:
                values[position] = function(values[position], column, connection)
        # As `from_db`, but for `__init__`, which sets each field by itself and takes a third of the time of a list.
        made = self.model.__new__(self.model)
        made.__dict__.update(zip(self.fields, values[self.own], strict=True))
        made._state = ModelState()
        made._state.adding, made._state.db = False, connection.alias
        for related in self.joined:
            related.populate(values, made)
        for name, position in self.added.items():
            setattr(made, name, values[position])
        return made


def _place(param: Any, names: dict[Any, str]) -> Any:
    if not _hashable(param):
        return param
    if param in names:
        return _Place(names[param])
    if type(param) is date:
        for sample, name in names.items():
            if type(sample) is date and abs(param - sample) < NEAR:
                return _Place(name, param - sample)
    return param


def _with_constants(sql: str, params: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """The statement with its constants in its text, and the places that are left.

    A plan that PostgreSQL makes once for all values can then use an index of the rows that meet such a condition.
    """
    left, places = iter(params), []

    def written(mark: re.Match[str]) -> str:
        if mark[0] == "%s" and not isinstance(param := next(left), CONSTANTS):
            places.append(param)
        elif mark[0] == "%s":
            return Literal(param).as_string(connection.connection).replace("%", "%%")
        return mark[0]

    return re.sub("%[%s]", written, sql), tuple(places)


def _another(sample: Any) -> Any:
    """A sample of the same type, and another one."""
    if isinstance(sample, UUID):
        return UUID(int=sample.int + 2**64)
    if isinstance(sample, date):
        return sample - 3 * NEAR
    return f"another {sample}"


@dataclass(frozen=True)
class _Place:
    name: str
    later_by: timedelta | None = None

    def filled(self, values: dict[str, Any]) -> Any:
        value = values[self.name]
        return value if self.later_by is None else value + self.later_by


def _hashable(value: Any) -> bool:
    return value.__hash__ is not None
