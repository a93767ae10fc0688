"""The routes of a plain noun, made of its declaration: list, add, see, change, delete.

    router = Door()
    Routes(HOLIDAYS, "/holidays").join(router)

What an answer tells besides the fields, and what the description says instead of the usual, are given with it.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query
from pydantic import StrictBool, create_model
from typing_extensions import TypedDict

from muster.api.kit.answers import answer, key, stamp
from muster.api.kit.door import Door, given
from muster.api.kit.fields import Amount, Date, Day, Deleted, In, Number, Stamped
from muster.api.kit.lists import Paging, WholeOrPaged, page_of, sorted_rows
from muster.core import resources
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.core.resources import Narrowing, Resource

# What is told of a row besides its fields, by name: the type, and how it is told.
Also = Mapping[str, tuple[Any, Callable[[Any], Any]]]

# What is taken and told for a field of the model, the first kind that fits.
TAKEN: tuple[tuple[type[Any], Any, Any], ...] = (
    (models.BooleanField, StrictBool, bool),
    (models.IntegerField, int, int),
    (models.DecimalField, Number, Amount),
    (models.DateField, Day, Date),
    (ArrayField, list[str], list[str]),
    (models.Field, str, str),
)
NUMBERS = {"ge": 0, "le": 32767}


class Routes:
    """The routes of a resource, below `path`; `around` holds the resource that its rows are added within, if any."""

    every: ClassVar[list[Routes]] = []

    def __init__(
        self,
        resource: Resource[Any],
        path: str,
        *,
        around: Resource[Any] | None = None,
        around_path: str = "",
        shape: str = "",
        own_id: bool = False,
        also: Also | None = None,
        also_sorted: Mapping[str, str] | None = None,
        paging: type[Paging] | type[WholeOrPaged] = Paging,
        says: Mapping[str, str] | None = None,
    ) -> None:
        self.resource, self.path, self.around, self.around_path = resource, path, around, around_path
        noun, name = resource.noun, resource.model.__name__
        ids: Also = {f"{noun}_id": (str, lambda row: key(row.pk))} if own_id else {}
        self.told = {**ids, **_told(resource), **(also or {})}
        self.columns = _columns(resource) | {"createdAt": "created_at"} | dict(also_sorted or {})
        self.body = _body(resource)
        self.shape: Any = TypedDict(  # type: ignore[operator]
            f"{name}Out", {**Stamped.__annotations__, **{field: kind for field, (kind, _how) in self.told.items()}}
        )
        self.shape.__doc__ = shape or f"A {noun}."
        self.filters = {_python_name(one.api): one for one in resource.narrowings if one.api}
        self.narrowing = create_model(
            f"{name}Narrowing", __base__=paging, **{name: _asked(resource, one) for name, one in self.filters.items()}
        )
        self.says = {
            "list": f"The {resource.plural} that the caller may see.",
            "add": f"Add a {noun}.",
            "see": f"One {noun}.",
            "change": "Change what is sent, and nothing else.",
            "delete": f"Delete a {noun} that nothing refers to.",
            **(says or {}),
        }
        self.every.append(self)

    def join(self, router: Door) -> None:
        """Declare the routes."""
        resource, noun, change = self.resource, self.resource.noun, self.resource.access["change"]
        one, on = f"{self.path}/{{{noun}_id}}", f"{noun}_id"
        few, within = self.path, ""
        see, add = resource.access["see"], resource.access[resource.adds]
        if self.around:
            within = f"{self.around.noun}_id"
            few = f"{self.around_path}/{{{within}}}{self.path}"
            see, add = self.around.access["see"], self.around.access["change"]

        def declare(verb: str, register: Any, path: str, on: str, takes: Mapping[str, Any], **options: Any) -> None:
            method = getattr(self, verb)

            def view(request: HttpRequest, **values: Any) -> HttpResponse:
                return method(request, **{name: value for name, value in values.items() if name != on})

            view.__name__ = f"{verb}_{resource.plural if verb == 'list' else noun}"
            view.__doc__ = self.says[verb]
            named = {"request": Parameter.empty, **({on: str} if on else {}), **takes}
            view.__signature__ = Signature(  # type: ignore[attr-defined]
                [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=kind) for name, kind in named.items()]
            )
            register(path, on=on, **options)(view)

        body = {"body": self.body}
        declare("list", router.get, few, within, {"narrowing": Query[self.narrowing]}, allow=see, rows=self.shape)
        declare("add", router.post, few, within, body, allow=add, data=self.shape, status=201)
        declare("see", router.get, one, on, {}, allow=resource.access["see"], data=self.shape, among=resource.among)
        declare("change", router.put, one, on, body, allow=change, data=self.shape)
        declare("delete", router.delete, one, on, {}, allow=change, data=Deleted)

    # --- what they do ------------------------------------------------------------------------------------------------
    def list(self, request: HttpRequest, narrowing: Any) -> HttpResponse:
        """The rows, narrowed, sorted, paged."""
        rows = self.resource.rows(given(request))
        if self.around:
            rows = rows.filter(**{self.resource.within: request.found})  # type: ignore[attr-defined]
        for name, one in self.filters.items():
            rows = self._narrowed(rows, one, getattr(narrowing, name))
        if narrowing.q:
            anywhere = Q()
            for field in self.resource.inputs:
                anywhere |= Q(**{f"{field.name}__icontains": narrowing.q}) if field.searched else Q()
            rows = rows.filter(anywhere)
        return page_of(sorted_rows(rows, narrowing.sort, self.columns), narrowing, self.json)

    def add(self, request: HttpRequest, body: In) -> HttpResponse:
        """A new row."""
        actor, around = given(request), request.found if self.around else None  # type: ignore[attr-defined]
        row = self.resource.add(by=actor, fields=self._changes(actor, body), within=around)
        return self._answer(row, "created", status=201)

    def see(self, request: HttpRequest) -> HttpResponse:
        """One row."""
        return answer(self.json(request.found))  # type: ignore[attr-defined]

    def change(self, request: HttpRequest, body: In) -> HttpResponse:
        """A row with what was sent."""
        actor, row = given(request), request.found  # type: ignore[attr-defined]
        return self._answer(self.resource.change(by=actor, row=row, changes=self._changes(actor, body)), "updated")

    def delete(self, request: HttpRequest) -> HttpResponse:
        """No row any more."""
        row = request.found  # type: ignore[attr-defined]
        self.resource.remove(by=given(request), row=row)
        return answer({"_id": key(row.pk)}, f"{self.resource.noun.capitalize()} deleted successfully")

    def json(self, row: Any) -> dict[str, Any]:
        """A row as the API tells it."""
        return {**stamp(row), **{name: how(row) for name, (_kind, how) in self.told.items()}}

    def _answer(self, row: Any, done: str, **options: Any) -> HttpResponse:
        message = f"{self.resource.noun.capitalize()} {done} successfully"
        return answer(self.json(self.resource.told(row)), message, **options)

    def _changes(self, actor: Any, body: In) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for one in self.resource.inputs:
            for name in (one.key, *one.aliases):
                if name in body.model_fields_set:
                    value = getattr(body, name)
                    if one.related:
                        value = one.related.named(actor, value, name) if value else None
                    changes[one.name] = value
        return changes

    def _narrowed(self, rows: QuerySet[Any], one: Narrowing, value: Any) -> QuerySet[Any]:
        """The rows of this value. Raises Invalid where it is none that the field can have."""
        if value is None or value == "":
            return rows
        column = _column(self.resource, one)
        if column is not None and column.is_relation:
            value = as_id(value)
            if value is None:
                raise Invalid(_("There is nothing with this id."), field=one.api)
        elif column is not None and column.choices and value not in dict(column.flatchoices):
            known = ", ".join(str(choice) for choice in dict(column.flatchoices))
            words = {"field": column.verbose_name, "known": known}
            raise Invalid(_("The %(field)s is one of %(known)s.") % words, field=one.api)
        return rows.filter(one.where(value) if one.where else Q(**{one.lookup: value}))


# --- shapes ----------------------------------------------------------------------------------------------------------
def _body(resource: Resource[Any]) -> type[In]:
    """What is taken: every field, each of which may be left out."""
    taken: dict[str, Any] = {}
    for one in resource.inputs:
        kind = _kinds(resource.column_of(one))[0] | None
        for name in (one.key, *one.aliases):
            taken[name] = (kind, Field(None, description=one.note or None))
    about = f"A {resource.noun}, whole or in part. What is sent is taken; what is not sent stays."
    return create_model(f"{resource.model.__name__}In", __base__=In, __doc__=about, **taken)


def _told(resource: Resource[Any]) -> dict[str, tuple[Any, Callable[[Any], Any]]]:
    """What is told: every field, and what is derived."""
    told: dict[str, tuple[Any, Callable[[Any], Any]]] = {}
    if resource.within:
        told[resource.within] = (str, lambda row: key(getattr(row, f"{resource.within}_id")))
    for one in resource.fields:
        if isinstance(one, resources.Derived):
            if one.called:
                told[one.called] = (one.kind, one.value or _attribute(one.name))
            continue
        column = resource.column_of(one)
        kind = _kinds(column)[1]
        told[one.key] = (kind | None if column.null else kind, _value(column))
    return told


def _kinds(column: models.Field[Any, Any]) -> tuple[Any, Any]:
    return next((taken, told) for kind, taken, told in TAKEN if isinstance(column, kind))


def _attribute(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _value(column: models.Field[Any, Any]) -> Callable[[Any], Any]:
    if column.is_relation:
        return lambda row: key(getattr(row, column.attname))
    if isinstance(column, models.DateField):
        return lambda row: getattr(row, column.attname).isoformat()
    return _attribute(column.attname)


def _columns(resource: Resource[Any]) -> dict[str, str]:
    """By what a list is sorted."""
    columns: dict[str, str] = {}
    for one in resource.fields:
        if one.sorted and isinstance(one, resources.Derived):
            columns[one.called] = one.lookup
        elif isinstance(one, resources.Field) and one.sorted:
            columns[one.key] = one.name
    return columns


def _column(resource: Resource[Any], one: Narrowing) -> models.Field[Any, Any] | None:
    """The field of the model that is compared, where it is one."""
    if one.kind is not None or "__" in one.lookup:
        return None
    return resource.model._meta.get_field(one.lookup)  # type: ignore[return-value]


def _asked(resource: Resource[Any], one: Narrowing) -> tuple[Any, Any]:
    """The type of a filter, and how it is described."""
    column = _column(resource, one)
    about: dict[str, Any] = {"alias": one.api, "description": one.note}
    if column is None:
        return Day | None, Field(None, **about)
    if isinstance(column, models.BooleanField):
        return bool | None, Field(None, **about)
    if isinstance(column, models.IntegerField):
        return int | None, Field(None, **about, **NUMBERS | ({"le": one.most} if one.most else {}))
    return str, Field("", **about)


def _python_name(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name
