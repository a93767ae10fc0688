"""The routes of a plain noun, made of its declaration: list, add, see, change, delete.

    Routes(HOLIDAYS, "/holidays").join(router)

What an answer tells besides the fields, and what the description says instead of the usual, are given with it.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, Signature
from typing import Any, ClassVar, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field, StrictBool, create_model
from typing_extensions import TypedDict

from muster.api.kit.answers import answer, key, stamp
from muster.api.kit.door import Door, request_actor, request_object
from muster.api.kit.fields import Amount, Date, Day, Deleted, In, Number, Stamped, must_send
from muster.api.kit.lists import Paging, page_of
from muster.core import resources
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.core.resources import Narrowing, Resource
from muster.core.search import with_words

# What is told of a row, by name: the type, and how it is told.
Told = Mapping[str, tuple[Any, Callable[[Any], Any]]]

# What is taken and what is told for a field of the model: the first kind that fits.
KINDS: tuple[tuple[type[Any], Any, Any], ...] = (
    (models.BooleanField, StrictBool, bool),
    (models.IntegerField, int, int),
    (models.DecimalField, Number, Amount),
    (models.DateField, Day, Date),
    (ArrayField, list[str], list[str]),
    (models.Field, str, str),
)


class Routes:
    """The routes of a resource below `path`; those of rows within others are listed and added below `inside`."""

    every: ClassVar[list[Routes]] = []

    def __init__(
        self,
        resource: Resource[Any],
        path: str,
        *,
        inside: str = "",
        shape: str = "",
        own_id: bool = False,
        also: Told | None = None,
        also_sorted: Mapping[str, str] | None = None,
        paging: type[Paging] = Paging,
        says: Mapping[str, str] | None = None,
        fixed: bool = False,
    ) -> None:
        self.resource, self.path, self.inside, noun = resource, path, inside, resource.noun
        self.fixed = fixed
        ids: Told = {f"{noun}_id": (str, lambda row: key(row.pk))} if own_id else {}
        self.told: Told = {**ids, **dict(fields_told(resource)), **(also or {})}
        self.columns = {**dict(_columns(resource)), **(also_sorted or {})}
        self.filters = {
            f"{one.api}_" * keyword.iskeyword(one.api) or one.api: one for one in resource.narrowings if one.api
        }
        name, out = resource.model.__name__, {field: kind for field, (kind, _how) in self.told.items()}
        self.body = make_model(f"{name}In", In, dict(fields_taken(resource)))
        self.body.__doc__ = f"A {noun}, whole or in part. What is sent is taken; what is not sent stays."
        self.added = type(f"New{name}In", (self.body,), {"model_config": must_send(*_fields_asked(resource))})
        self.added.__doc__ = f"A new {noun}. What is not sent stays empty or is made."
        self.narrowing = make_model(
            f"{name}Narrowing", paging, {name: _filter_type(resource, one) for name, one in self.filters.items()}
        )
        self.shape = cast("Any", TypedDict)(f"{name}Out", {**Stamped.__annotations__, **out})
        self.shape.__doc__ = shape or f"A {noun}."
        self.says = {
            "list": f"The {resource.plural} the caller can see.",
            "add": f"Add a {noun}.",
            "see": f"One {noun}.",
            "change": "Change only the fields you send.",
            "delete": f"Delete a {noun} that nothing refers to.",
            **(says or {}),
        }
        self.every.append(self)

    def join(self, router: Door) -> None:
        resource, one, on = self.resource, f"{self.path}/{{{self.resource.noun}_id}}", f"{self.resource.noun}_id"
        see, change = resource.access["see"], resource.access["change"]
        few: dict[str, Any] = {"path": self.path, "on": ""}
        lists, adds = see, resource.access[resource.adds]
        if resource.within:
            within = f"{resource.around.noun}_id"
            few = {"path": f"{self.inside}/{{{within}}}{self.path}", "on": within}
            lists, adds = resource.around.access["see"], resource.around.access["change"]
        self._declare(
            router.get,
            self.list,
            **few,
            takes={"narrowing": cast("Any", Query)[self.narrowing]},
            allow=lists,
            rows=self.shape,
        )
        self._declare(router.post, self.add, **few, takes={"body": self.added}, allow=adds, data=self.shape, status=201)
        self._declare(router.get, self.see, one, on, allow=see, data=self.shape, among=resource.among)
        self._declare(router.put, self.change, one, on, takes={"body": self.body}, allow=change, data=self.shape)
        self._declare(router.delete, self.delete, one, on, allow=change, data=Deleted)

    def _declare(
        self, register: Any, route: Any, path: str, on: str, *, takes: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        """Declare a route by the name and with the parameters that ninja reads from a function."""

        def view(request: HttpRequest, **values: Any) -> Any:
            values.pop(on, None)
            return route(request, **values)

        verb, resource = route.__name__, self.resource
        view.__name__, view.__doc__ = f"{verb}_{resource.plural if verb == 'list' else resource.noun}", self.says[verb]
        named = {"request": HttpRequest, **({on: str} if on else {}), **(takes or {})}
        parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=kind) for name, kind in named.items()]
        cast("Any", view).__signature__ = Signature(parameters)
        register(path, on=on, fixed=self.fixed, **options)(view)

    # --- what they do ------------------------------------------------------------------------------------------------
    def list(self, request: HttpRequest, narrowing: Any) -> HttpResponse:
        rows, around = self.resource.rows(request_actor(request)), None
        if self.resource.within:
            around = request_object(request, self.resource.around.model)
            rows = rows.filter(**{self.resource.within: around})
        for name, one in self.filters.items():
            value = getattr(narrowing, name)
            if value is not None and value != "":
                rows = rows.filter(self._condition(one, value))
        rows = with_words(rows, narrowing.q, *(field.name for field in self.resource.inputs if field.searched))
        return page_of(rows, narrowing, self.json, self.columns, within=around and around.pk)

    def add(self, request: HttpRequest, body: In) -> HttpResponse:
        actor, resource = request_actor(request), self.resource
        around = request_object(request, resource.around.model) if resource.within else None
        row = resource.add(by=actor, fields=self._changes(actor, body), within=around)
        return self._answer(row, "created", status=201)

    def see(self, request: HttpRequest) -> HttpResponse:
        return answer(self.json(request_object(request, self.resource.model)))

    def change(self, request: HttpRequest, body: In) -> HttpResponse:
        actor, row = request_actor(request), request_object(request, self.resource.model)
        return self._answer(self.resource.change(by=actor, row=row, changes=self._changes(actor, body)), "updated")

    def delete(self, request: HttpRequest) -> HttpResponse:
        row = request_object(request, self.resource.model)
        self.resource.remove(by=request_actor(request), row=row)
        return answer({"_id": key(row.pk)}, f"{self.resource.noun.capitalize()} deleted successfully")

    def json(self, row: Any) -> dict[str, Any]:
        return {**stamp(row), **{name: how(row) for name, (_kind, how) in self.told.items()}}

    def _answer(self, row: Any, done: str, **options: Any) -> HttpResponse:
        sentence = f"{self.resource.noun.capitalize()} {done} successfully"
        return answer(self.json(self.resource.told(row)), sentence, **options)

    def _changes(self, actor: Any, body: In) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for one in self.resource.inputs:
            for name in (name for name in (one.key, *one.aliases) if name in body.model_fields_set):
                value = getattr(body, name)
                if one.related:
                    value = one.related.get_named(actor, value, name) if value else None
                changes[one.name] = value
        return changes

    def _condition(self, one: Narrowing, value: Any) -> Q:
        """What rows fulfil. Raises Invalid where the value is none that the field can have."""
        column = self.resource.column_of(one)
        if column is not None and column.is_relation and (value := as_id(value)) is None:
            raise Invalid(_("Nothing has this id."), field=one.api)
        choices = dict(column.flatchoices) if column is not None and column.choices else {}
        if choices and value not in choices:
            raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(map(str, choices))}, field=one.api)
        return one.where(value) if one.where else Q(**{one.lookup: value})


# --- shapes ----------------------------------------------------------------------------------------------------------
def make_model(name: str, base: type[Any], fields: dict[str, tuple[Any, Any]]) -> Any:
    """A model of pydantic with these fields: the type, and the default with its description."""
    return cast("Any", create_model)(name, __base__=base, **fields)


def _kinds(column: models.Field[Any, Any]) -> tuple[Any, Any]:
    return next((taken, told) for kind, taken, told in KINDS if isinstance(column, kind))


def fields_taken(resource: Resource[Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The fields of a body, each with its type, and its default with the description."""
    for one in resource.inputs:
        kind = _kinds(resource.column(one.name))[0]
        for name in (one.key, *one.aliases):
            yield name, (kind | None, Field(None, description=one.note or None))


def _fields_asked(resource: Resource[Any]) -> Iterator[str]:
    """The fields without which no row is added."""
    for one in resource.inputs:
        if resource.required(one) and not resource.column(one.name).has_default() and not one.aliases:
            yield one.key


def fields_told(resource: Resource[Any]) -> Iterator[tuple[str, tuple[Any, Callable[[Any], Any]]]]:
    if resource.within:
        yield resource.within, (str, _value(resource.column(resource.within)))
    for one in resource.fields:
        if isinstance(one, resources.Field):
            column = resource.column(one.name)
            kind = _kinds(column)[1]
            yield one.key, (kind | None if column.null else kind, _value(column))
        elif one.key:
            yield one.key, (one.kind, one.told)


def _value(column: models.Field[Any, Any]) -> Callable[[Any], Any]:
    if column.is_relation:
        return lambda row: key(getattr(row, column.attname))
    if isinstance(column, models.DateField):
        return lambda row: getattr(row, column.attname).isoformat()
    return lambda row: getattr(row, column.attname)


def _columns(resource: Resource[Any]) -> Iterator[tuple[str, str]]:
    for one in resource.fields:
        if one.sorted:
            yield one.key, one.name if isinstance(one, resources.Field) else one.lookup


def _filter_type(resource: Resource[Any], one: Narrowing) -> tuple[Any, Any]:
    """The type of a filter, and how it is described."""
    column = resource.column_of(one)
    about: dict[str, Any] = {"alias": one.api, "description": one.note}
    if column is None:
        return Day | None, Field(None, **about)
    if isinstance(column, models.BooleanField):
        return bool | None, Field(None, **about)
    if isinstance(column, models.IntegerField):
        return int | None, Field(None, ge=0, le=one.most or 32767, **about)
    return str, Field("", **about)
