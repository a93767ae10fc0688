"""What the file of a list holds: words for people, and beside them ids and plain values for programs.

A column holds one thing: numbers are numbers, days are days, and what people read as a word has its machine word, under
the name that the API gives it, in a column of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from muster.core.resources import Derived, Field, Resource


@dataclass(frozen=True)
class ExportColumn:
    """A plain value of a record: `key` names it for programs, `heading` for people; without one `key` stands there.

    Contacts are left out for who may not see them.
    """

    key: str
    value: Callable[[Any], Any]
    heading: Any = ""
    is_contact: bool = False


@dataclass(frozen=True)
class Export:
    """A kind of list as a file."""

    columns: Sequence[ExportColumn]

    def shown(self, *, contacts: bool = True) -> list[ExportColumn]:
        return [column for column in self.columns if contacts or not column.is_contact]

    def some(self, *keys: str) -> list[ExportColumn]:
        """The columns of these keys, in this order."""
        named = {column.key: column for column in self.columns}
        return [named[key] for key in keys]

    def lines(self, records: Iterable[Any], *, contacts: bool = True) -> Iterator[list[Any]]:
        """The headings, then a line for each record."""
        columns = self.shown(contacts=contacts)
        yield [str(column.heading or column.key) for column in columns]
        for record in records:
            yield [column.value(record) for column in columns]

    def objects(self, records: Iterable[Any], *, contacts: bool = True) -> Iterator[dict[str, Any]]:
        """Each record by the keys of its columns."""
        columns = self.shown(contacts=contacts)
        return ({column.key: column.value(record) for column in columns} for record in records)

    def __or__(self, further: Sequence[ExportColumn]) -> Export:
        return Export([*self.columns, *further])


def days_apart(first: str, last: str) -> tuple[ExportColumn, ExportColumn]:
    """A span of days, each end in a column of its own."""
    return (
        ExportColumn(first, attrgetter(first), gettext_lazy("First day")),
        ExportColumn(last, attrgetter(last), gettext_lazy("Last day")),
    )


def export_of_resource(resource: Resource[Any]) -> Export:
    """What the file of a plain noun holds: what its list shows, all its fields, and its id."""
    return Export([*_columns(resource), _id(f"{resource.noun}_id")])


def _id(key: str) -> ExportColumn:
    return ExportColumn(key, lambda row: str(row.pk))


def _columns(resource: Resource[Any]) -> Iterator[ExportColumn]:
    if resource.within:
        within = resource.column(resource.within)
        yield ExportColumn(f"{resource.within}_id", lambda row: _text(getattr(row, within.attname)))
    for one in resource.fields:
        if isinstance(one, Derived):
            if one.key or one.listed is not None:
                yield ExportColumn(one.key or one.name, one.told, one.label)
        else:
            yield from _of_field(resource, one)


def _of_field(resource: Resource[Any], one: Field) -> Iterator[ExportColumn]:
    column: Any = resource.column(one.name)
    heading = one.heading or capfirst(str(resource.label_of(one)))
    if one.related:
        path = [one.name, *one.related.name.split("__")]
        if one.listed is not None:
            yield ExportColumn(f"{one.name}_name", lambda row: reduce(_step, path, row), heading)
        yield ExportColumn(one.key, lambda row: _text(getattr(row, column.attname)))
    elif column.choices:
        yield ExportColumn(f"{one.key}_words", lambda row: str(getattr(row, f"get_{one.name}_display")()), heading)
        yield ExportColumn(one.key, lambda row: getattr(row, one.name))
    elif resource.retirement and resource.retirement.field == one.name:
        held, retired = resource.retirement.states
        yield ExportColumn(f"{one.key}_words", lambda row: str(held if getattr(row, one.name) else retired), heading)
        yield ExportColumn(one.key, lambda row: getattr(row, one.name))
    elif isinstance(column, ArrayField):
        yield ExportColumn(one.key, lambda row: ", ".join(map(str, getattr(row, one.name) or ())), heading)
    elif not isinstance(column, models.FileField):
        yield ExportColumn(one.key, lambda row: getattr(row, one.name), heading)


def _step(row: Any, name: str) -> Any:
    return None if row is None else getattr(row, name)


def _text(pk: Any) -> str | None:
    return None if pk is None else str(pk)
