"""Queries whose SQL is made once: for what every call asks, where building the statement costs more than running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=models.Model)


class Compiled(Generic[M]):
    """Rows of a model, asked for again and again with other values.

    `build` gets the `samples`, which differ from each other and from every constant of the query, and gives the rows;
    from then on only the values at their places in the SQL change.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], **samples: Any) -> None:
        self.build, self.samples = build, samples
        self._made: tuple[Any, str, tuple[Any, ...]] | None = None

    def __call__(self, **values: Any) -> Iterator[M]:
        """The rows for these values, which are of the samples' types."""
        compiler, sql, places = self._made or self._make()
        asked = copy(compiler)
        asked.connection = connection
        params = tuple(values[place.name] if isinstance(place, _Place) else place for place in places)
        asked.as_sql = lambda *_args, **_kwargs: (sql, params)
        query = SimpleNamespace(get_compiler=lambda **_kwargs: asked)
        return iter(ModelIterable(SimpleNamespace(query=query, db=connection.alias, _known_related_objects={})))  # type: ignore[arg-type]

    def one(self, **values: Any) -> M | None:
        """The one row that a unique key leaves, or None."""
        return next(self(**values), None)

    def _make(self) -> tuple[Any, str, tuple[Any, ...]]:
        compiler = self.build(**self.samples).order_by().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        names = {sample: name for name, sample in self.samples.items()}
        places = tuple(_Place(names[param]) if _hashable(param) and param in names else param for param in params)
        missing = set(self.samples) - {place.name for place in places if isinstance(place, _Place)}
        if missing:
            raise ValueError(f"The query does not ask for {missing}.")
        self._made = compiler, sql, places
        return self._made


class _Place:
    def __init__(self, name: str) -> None:
        self.name = name


def _hashable(value: Any) -> bool:
    return value.__hash__ is not None
