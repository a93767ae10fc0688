"""The list of a plain noun and its filters, made of its declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import django_tables2
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.exports import export_of_resource
from muster.core.resources import Derived, Field, Narrowing, Resource
from muster.web.ui.tables import Bucket, Buckets, Facet, Filters, NumberColumn, Table, TitleColumn
from muster.web.ui.widgets import dialog_link, local_date, pill


class ShownColumn(django_tables2.Column):  # type: ignore[misc]
    """What a function makes of the row. So do exports, unless they have the value that is `stored`."""

    def __init__(self, *args: Any, show: Callable[[Any], Any], stored: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, empty_values=(), **kwargs)
        self.show, self.stored = show, stored

    def render(self, record: Any) -> Any:
        return self.show(record)

    def value(self, record: Any, value: Any) -> Any:
        return value if self.stored else self.show(record)


class ActsColumn(django_tables2.Column):  # type: ignore[misc]
    """What may be done with a row, at its end; on a phone below it."""

    def __init__(self, route: str) -> None:
        words = gettext_lazy("Actions")
        super().__init__(words, accessor="pk", orderable=False, empty_values=(), exclude_from_export=True)
        self.route = route

    @property
    def header(self) -> SafeString:
        """The heading, for screen readers alone."""
        return format_html('<span class="vh">{}</span>', self.verbose_name)

    def render(self, record: Any) -> SafeString:
        if not record.may_act:
            return SafeString("")
        links = [
            dialog_link(label, reverse(f"{self.route}{act}", args=[record.pk]), tone="quiet")
            for label, act in ((_("Edit"), "edit"), (_("Delete"), "delete"))
        ]
        return format_html('<span class="row-acts">{}{}</span>', *links)


class ResourceTable(Table):
    """The rows of a resource."""

    resource: ClassVar[Resource[Any]]

    def __init__(self, *args: Any, may_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_change and "act" in self.base_columns:
            self.columns.hide("act")

    @classmethod
    def count_words(cls, number: int) -> str:
        return cls.resource.count_words(number)


def table_of(resource: Resource[Any], route: str, own_route: str) -> type[ResourceTable]:
    """The table of a resource: a column for every field that is listed."""
    listed_ones = {one.name: one for one in resource.fields if one.listed is not None}
    columns: dict[str, Any] = {
        name: _column(resource, listed_ones[name], own_route) for name in resource.columns or listed_ones
    }
    cards = {name: one.listed for name, one in listed_ones.items() if one.listed}
    if not own_route:
        columns["act"], cards["act"] = ActsColumn(route), "figure"
    meta = type("Meta", (Table.Meta,), {"order_by": tuple(resource.order)})
    told = {
        "resource": resource,
        "caption": resource.title,
        "cards": cards,
        "exported": export_of_resource(resource),
        "Meta": meta,
    }
    return type(f"{resource.model.__name__}Table", (ResourceTable,), {**told, **columns})


def _column(resource: Resource[Any], one: Field | Derived, own_route: str) -> Any:
    if isinstance(one, Derived):
        words = {"verbose_name": one.label, **({"accessor": "pk", "orderable": False} if one.value else {})}
        return _plain_column(one.value, is_number=one.kind is not str, stored=False, words=words)
    column, retirement = resource.column(one.name), resource.retirement
    is_number = isinstance(column, (models.IntegerField, models.DecimalField)) and not column.choices
    words = {
        "verbose_name": one.heading or resource.label_of(one),
        "accessor": f"{one.name}__{one.related.name}" if one.related else one.name,
        "visible": one.listed != "unseen",
    }
    if one.listed == "title":
        url = (lambda row: reverse(own_route, args=[row.pk])) if own_route else None
        sub = (lambda row: getattr(row, resource.below)) if resource.below else None
        return TitleColumn(url=url, sub=sub, **words)
    if isinstance(column, models.DateField):
        return ShownColumn(show=lambda row: local_date(getattr(row, one.name), "day"), stored=True, **words)
    if retirement and one.name == retirement.field:
        held, retired = retirement.states

        def state(row: Any) -> SafeString:
            return pill(held, "good", "okc") if getattr(row, one.name) else pill(retired, icon="pause")

        return ShownColumn(show=state, **words)
    return _plain_column(one.show, is_number=is_number, stored=is_number, words=words)


def _plain_column(show: Callable[[Any], Any] | None, *, is_number: bool, stored: bool, words: Any) -> Any:
    if show is None:
        return (NumberColumn if is_number else django_tables2.Column)(**words)
    attrs = {"td": {"class": "num"}, "th": {"class": "num"}} if is_number else None
    return ShownColumn(show=show, stored=stored, attrs=attrs, **words)


def filters_of(resource: Resource[Any]) -> type[Filters]:
    searched = [one.name for one in resource.inputs if one.searched]
    made: dict[str, Any] = {"search": (*searched, *resource.also_searched), "search_hint": resource.search_hint}
    made |= {one.page: _filter(resource, one) for one in resource.narrowings if one.page}
    return type(f"{resource.model.__name__}Filters", (Filters,), made)


def _filter(resource: Resource[Any], one: Narrowing) -> Facet | Buckets:
    if one.buckets:
        return Buckets(one.label, *(Bucket(*bucket) for bucket in one.buckets))
    named, label = resource.field_of(one), one.label
    more: dict[str, Any] = {}
    if named is not None:
        label = label or resource.label_of(named)
        more = {"words": resource.column(named.name).flatchoices}
        if named.related:
            more = {"text": f"{one.lookup}__{named.related.name}", "none": named.empty}
    value = f"{one.lookup}_id" if named and named.related else one.lookup
    return Facet(label, value=value, descending=one.descending, **more)
