"""The pages of a plain noun, made of its declaration: the list with filters and exports, its forms, and deleting.

An area says where they stand, and the noun has its pages:

    HOLIDAYS = Pages(resources.HOLIDAYS, SETTINGS, route="settings:holiday-", list_route="settings:holidays")
    settings_pages = [*HOLIDAYS.urls("holidays/")]

What differs for one noun is overridden: `rows`, `form_base`, `save`. A page about one row is made by hand and named as
`own_route`; the pages of rows that stand on it say `inside`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import django_tables2
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.references import listed
from muster.core.resources import Derived, Field, Narrowing, Resource
from muster.web.ui.forms import Changing, Grid, Section, sent, wide
from muster.web.ui.pages import accepted, page
from muster.web.ui.parts import Action
from muster.web.ui.sheets import Agreed, done, sheet, tried
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.templatetags.muster import crumbs as drawn_crumbs
from muster.web.ui.templatetags.muster import local_date, pill, sheet_link

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Area:
    """Where pages stand: the place in the navigation, the way to it (labels and URLs), the template of lists."""

    nav: str
    list_template: str = "components/list_page.html"
    way: Callable[[], Sequence[str]] = field(default=list)


class Pages(Generic[M]):
    """The pages of a resource. With `form_template` its forms are pages, else sheets over the page before."""

    every: ClassVar[list[Pages[Any]]] = []
    # What its form is made upon, where it has more than the fields of the resource.
    form_base: ClassVar[type[ResourceForm]]

    def __init__(
        self,
        resource: Resource[M],
        area: Area,
        *,
        route: str,
        list_route: str = "",
        own_route: str = "",
        inside: Pages[Any] | None = None,
        icon: str = "inbox",
        form_template: str = "",
    ) -> None:
        self.resource, self.area, self.icon, self.form_template = resource, area, icon, form_template
        self.route, self.list_route, self.own_route, self.inside = route, list_route, own_route, inside
        self.table = table_of(self)
        self.filters = filters_of(resource)
        self.form_class = form_of(resource, self.form_base)
        self.every.append(self)

    def urls(self, at: str, inside: str = "") -> list[URLPattern]:
        """The addresses, below `at`; `inside` is where the pages of that stand in which new rows are added."""
        noun, prefix = self.resource.noun, self.route.partition(":")[2]
        one = f"{at}<{noun}_id>/"
        new = f"{inside}<{self.inside.resource.noun}_id>/{at}new/" if self.inside else f"{at}new/"
        change = page(self.resource.access["change"])
        found = [
            path(new, page(self.resource.access[self.resource.adds])(self.new), name=f"{prefix}new"),
            path(f"{one}edit/", change(self.edit), name=f"{prefix}edit"),
            path(f"{one}delete/", change(self.delete), name=f"{prefix}delete"),
        ]
        if self.list_route:
            see = page(self.resource.access["see"])
            found.insert(0, path(at, see(self.list), name=self.list_route.partition(":")[2]))
        return found

    # --- where they stand --------------------------------------------------------------------------------------------
    def around(self, row: M) -> Any:
        """What the row is inside."""
        return getattr(row, self.relation)

    @property
    def relation(self) -> str:
        """The field that says what a row is inside."""
        assert self.inside is not None  # noqa: S101
        return self.inside.resource.noun

    @property
    def list_url(self) -> str:
        """The list, where it has a page."""
        return reverse(self.list_route) if self.list_route else ""

    def new_url(self, around: Any = None) -> str:
        """Where one is added."""
        return reverse(f"{self.route}new", args=[around.pk] if around else [])

    def place_of(self, row: M) -> str:
        """Where the row is seen: its own page, the page of what it is inside, or the list."""
        if self.inside:
            return self.inside.place_of(self.around(row))
        return reverse(self.own_route, args=[row.pk]) if self.own_route else self.list_url

    def way_to(self, row: M | None) -> list[str]:
        """The labels and URLs of the way to the row, or to the list."""
        if self.inside:
            return self.inside.way_to(self.around(row) if row else None)
        found = [*self.area.way(), str(self.resource.title), self.list_url]
        return [*found, str(row), self.place_of(row)] if row and self.own_route else found

    # --- what may differ for one noun --------------------------------------------------------------------------------
    def rows(self, actor: Any) -> QuerySet[M]:
        """The rows of the list."""
        return self.resource.rows(actor)

    def form(self, request: HttpRequest, row: M | None, initial: Mapping[str, Any]) -> ResourceForm:
        """The form of a row, or of a new one."""
        actor = request.actor  # type: ignore[attr-defined]
        return self.form_class(sent(request), request.FILES or None, actor=actor, row=row, initial=dict(initial))

    def save(self, actor: Any, form: ResourceForm, row: M | None, fields: dict[str, Any], around: Any) -> M:
        """What the form was sent for: the rule that adds or changes."""
        if row is not None:
            return self.resource.change(by=actor, row=row, changes=fields)
        return self.resource.add(by=actor, fields=fields, within=around if self.resource.within else None)

    # --- the pages ---------------------------------------------------------------------------------------------------
    def list(self, request: HttpRequest) -> HttpResponseBase:
        """The list."""
        resource, actor = self.resource, request.actor  # type: ignore[attr-defined]
        may_add = resource.access.may(actor, resource.adds)
        return self.listing(
            request,
            self.rows(actor),
            may_change=resource.access.may(actor, "change"),
            new_url=self.new_url() if may_add else "",
            template=self.area.list_template,
        )

    def listing(
        self,
        request: HttpRequest,
        rows: QuerySet[M],
        *,
        may_change: bool,
        new_url: str,
        template: str,
        context: Mapping[str, Any] | None = None,
        export_name: str = "",
    ) -> HttpResponseBase:
        """A page with these rows as its list."""
        resource = self.resource
        if may_change and not self.own_route:
            rows = resource.access.marked(request.actor, "change", rows)  # type: ignore[attr-defined]
        return list_page(
            request,
            table_class=self.table,
            filterset_class=self.filters,
            queryset=rows,
            template=template,
            table_kwargs={"may_change": may_change},
            context={
                "nav": self.area.nav,
                "title": resource.title,
                "new_url": new_url,
                "new_label": resource.add_words,
                "as_sheet": not self.form_template,
                **(context or {}),
            },
            empty=Empty(
                resource.none_yet,
                resource.about,
                self.icon,
                [Action(resource.add_words, new_url, "plus")] if new_url else [],
            ),
            export_name=export_name or resource.plural,
        )

    def new(self, request: HttpRequest, /, **keys: str) -> HttpResponse:
        """Add one."""
        resource, actor, around = self.resource, request.actor, None  # type: ignore[attr-defined]
        asked = [one.key for one in resource.inputs if one.related and one.key in request.GET]
        initial: dict[str, Any] = {key: request.GET[key][:40] for key in asked}
        if self.inside:
            around = self.inside.resource.access.get(actor, *keys.values(), "change")
            initial |= {one.key: around.pk for one in resource.inputs if one.name == self.relation}
        form = self.form(request, None, initial)
        row = accepted(form, lambda fields: self.save(actor, form, None, fields, around))
        if row is not None:
            return done(request, self.place_of(row), resource.added % {"name": row})
        way = self.inside.way_to(around) if self.inside else self.way_to(None)
        back = self.inside.place_of(around) if self.inside else self.list_url
        return self._drawn(request, form, resource.add_words, resource.add_words, way, back)

    def edit(self, request: HttpRequest, /, **keys: str) -> HttpResponse:
        """Change one."""
        row, actor = self._row(request, keys), request.actor  # type: ignore[attr-defined]
        way, back, title = self.way_to(row), self.place_of(row), self.resource.edit_words % {"name": row}
        form = self.form(request, row, {})
        saved = accepted(form, lambda changes: self.save(actor, form, row, changes, None))
        if saved is not None:
            return done(request, self.place_of(saved), _("Saved."))
        return self._drawn(request, form, title, _("Save"), way, back)

    def delete(self, request: HttpRequest, /, **keys: str) -> HttpResponse:
        """Ask whether to delete one, or else to retire it, saying in numbers what refers to it."""
        resource, row, actor = self.resource, self._row(request, keys), request.actor  # type: ignore[attr-defined]
        in_use, retirement, back = resource.in_use(row), resource.retirement, self.place_of(row)
        form, name = Agreed(sent(request)), {"name": row}
        if in_use and retirement:
            if tried(form, lambda: resource.retire(by=actor, row=row)):
                return done(request, back, retirement.said % name)
        elif tried(form, lambda: resource.remove(by=actor, row=row)):
            return done(request, self.list_url or back, _("%(name)s is deleted.") % name)
        text: list[Any] = []
        if not in_use:
            title, button, text = _("Delete %(name)s?") % name, resource.delete_words, [*resource.delete_text(row)]
        else:
            title, button = _("%(name)s cannot be deleted") % name, ""
            what = _("It has %(what)s.") % {"what": listed([reference.words for reference in in_use])}
            if retirement:
                button = retirement.button if getattr(row, retirement.field) else ""
                text = [what, retirement.text if button else retirement.already]
            elif not form.is_bound:
                text = [f"{what} {resource.instead}"]
        tone = "" if in_use else "bad"
        return self._sheet(
            request, form, title=title, button=button, crumbs=self.way_to(row), back=back, text=text, tone=tone
        )

    def _row(self, request: HttpRequest, keys: Mapping[str, str]) -> M:
        actor = request.actor  # type: ignore[attr-defined]
        return self.resource.access.get(actor, keys[f"{self.resource.noun}_id"], "change", self.resource.among)

    def _drawn(
        self, request: HttpRequest, form: ResourceForm, title: Any, button: Any, way: Sequence[str], back: str
    ) -> HttpResponse:
        if not self.form_template:
            return self._sheet(request, form, title=title, button=button, crumbs=way, back=back)
        shown = {"title": title, "button_text": button, "back": back, "crumbs": drawn_crumbs(*way), "form": form}
        status = 400 if form.is_bound else 200
        return render(request, self.form_template, {"nav": self.area.nav, **shown}, status=status)

    def _sheet(self, request: HttpRequest, form: Any, **shown: Any) -> HttpResponse:
        return sheet(request, form, context={"nav": self.area.nav}, **shown)


# --- forms -----------------------------------------------------------------------------------------------------------
class ResourceForm(Changing):
    """A form with the fields of a resource, as far as they are for this person."""

    resource: ClassVar[Resource[Any]]

    def __init__(self, *args: Any, actor: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        reaches_all = self.resource.access.reaches_all(actor, "change")
        for one in self.resource.inputs:
            made: Any = self.fields[one.key]
            if one.only_for and not one.only_for(actor):
                del self.fields[one.key]
            elif one.options:
                made.choices = one.options(actor, getattr(row, one.name) if row else "")
            elif one.related:
                rows = one.related.offered(actor)
                made.queryset = rows.exclude(pk=row.pk) if row and isinstance(row, rows.model) else rows
                made.label_from_instance = one.related.words
                if one.bounds_reach and not reaches_all:
                    made.required, made.empty_label = True, None
        self.layout = self.laid_out()

    def laid_out(self) -> tuple[Any, ...]:
        """The fields in their sections, or in one grid."""
        sections: dict[Any, list[Any]] = {}
        for one in self.resource.inputs:
            if one.key in self.fields:
                sections.setdefault(one.section, []).append(wide(one.key, one.width) if one.width else one.key)
        return tuple(Section(title, *names) if title else Grid(*names) for title, names in sections.items())

    def clean(self) -> dict[str, Any]:
        """Fields that were left empty become what the declaration says."""
        given = {one.name: self.cleaned_data.get(one.key) for one in self.resource.inputs}
        for one in self.resource.inputs:
            if one.otherwise and one.key in self.cleaned_data and given[one.name] is None:
                self.cleaned_data[one.key] = one.otherwise(given)
        return self.cleaned_data


Pages.form_base = ResourceForm


class WordsField(forms.CharField):
    """Words, separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [word.strip() for word in super().clean(value).split(",") if word.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [word.strip() for word in (data or "").split(",") if word.strip()] != [*(initial or [])]


def form_of(resource: Resource[Any], base: type[ResourceForm] = ResourceForm) -> type[ResourceForm]:
    """The form of a resource: each field as the model has it, in the words of the declaration."""
    made: dict[str, Any] = {one.key: _input(resource, one) for one in resource.inputs}
    made |= {"resource": resource, "attributes": {one.key: one.name for one in resource.inputs}}
    return type(f"{resource.model.__name__}Form", (base,), made)


def _input(resource: Resource[Any], one: Field) -> forms.Field:
    column = resource.column_of(one)
    words = {"label": resource.label_of(one), "help_text": one.help, "required": resource.required(one)}
    if one.related:
        rows = column.related_model._default_manager.none()  # type: ignore[union-attr]
        return forms.ModelChoiceField(rows, empty_label=one.empty or "---------", **words)
    if one.options:
        return forms.ChoiceField(**words)
    if isinstance(column, models.BooleanField):
        return forms.BooleanField(**{**words, "required": False}, initial=column.get_default())
    if isinstance(column, ArrayField):
        each = column.base_field.max_length or 0
        return WordsField(**words, max_length=(each + 2) * (one.most or 1))
    if isinstance(column, models.TextField):
        return forms.CharField(**words, max_length=one.most, widget=forms.Textarea(attrs={"rows": 3}))
    limits: dict[str, Any] = {}
    if isinstance(column, (models.IntegerField, models.DecimalField)):
        limits = dict(zip(("min_value", "max_value"), resource.bounds_of(one), strict=True))
    made: forms.Field = column.formfield(**words, **limits)
    return made


# --- lists -----------------------------------------------------------------------------------------------------------
class DayColumn(django_tables2.Column):  # type: ignore[misc]
    """A date in words."""

    def render(self, value: dt.date) -> str:
        return local_date(value, "day")


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
        """The links to edit and to delete, where the reader may."""
        if not record.may_act:
            return SafeString("")
        edit = sheet_link(_("Edit"), reverse(f"{self.route}edit", args=[record.pk]), tone="quiet")
        delete = sheet_link(_("Delete"), reverse(f"{self.route}delete", args=[record.pk]), tone="quiet")
        return format_html('<span class="row-acts">{}{}</span>', edit, delete)


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


def table_of(pages: Pages[Any]) -> type[ResourceTable]:
    """The table of a resource: a column for every field that is listed."""
    resource = pages.resource
    named = {one.name: one for one in resource.fields if one.listed is not None}
    made: dict[str, Any] = {"resource": resource, "caption": resource.title}
    cards: dict[str, str] = {}
    for one in (named[name] for name in resource.columns or named):
        key = one.column or one.name if isinstance(one, Field) else one.name
        made[key] = _derived(one) if isinstance(one, Derived) else _column(pages, one)
        cards |= {key: one.listed} if one.listed else {}
    if not pages.own_route:
        made["act"], cards["act"] = ActsColumn(pages.route), "figure"
    meta = type("Meta", (Table.Meta,), {"order_by": tuple(resource.order)})
    return type(f"{resource.model.__name__}Table", (ResourceTable,), {**made, "cards": cards, "Meta": meta})


def _derived(one: Derived) -> django_tables2.Column:
    kind = NumberColumn if one.kind is not str else django_tables2.Column
    made = kind(one.label, accessor=one.lookup or "pk", orderable=bool(one.lookup))
    if one.value:
        made.empty_values, made.render = (), lambda record: one.value(record)  # type: ignore[misc]
    return made


def _column(pages: Pages[Any], one: Field) -> django_tables2.Column:
    resource, column = pages.resource, pages.resource.column_of(one)
    heading = one.heading or resource.label_of(one)
    accessor = f"{one.name}__{one.related.name}" if one.related else one.name
    if one.listed == "title":
        url = (lambda row: reverse(pages.own_route, args=[row.pk])) if pages.own_route else None
        below = (lambda row: getattr(row, resource.below)) if resource.below else None
        return TitleColumn(heading, accessor=accessor, url=url, sub=below)
    is_number = isinstance(column, (models.IntegerField, models.DecimalField)) and not column.choices
    is_day = isinstance(column, models.DateField)
    kind = NumberColumn if is_number else DayColumn if is_day else django_tables2.Column
    made = kind(heading, accessor=accessor, visible=one.listed != "unseen")
    if resource.retirement and one.name == resource.retirement.field:
        held, retired = resource.retirement.states
        made.render = lambda value: pill(held, "good", "okc") if value else pill(retired, icon="pause")
    elif one.show:
        made.empty_values, made.render = (), lambda record: one.show(record)  # type: ignore[misc]
        if is_number:
            made.value = lambda value: value
    return made


def filters_of(resource: Resource[Any]) -> type[Filters]:
    """How the list of a resource is narrowed and searched."""
    searched = [one.name for one in resource.inputs if one.searched]
    made: dict[str, Any] = {"search": (*searched, *resource.also_searched), "search_hint": resource.search_hint}
    made |= {one.page: _filter(resource, one) for one in resource.narrowings if one.page}
    return type(f"{resource.model.__name__}Filters", (Filters,), made)


def _filter(resource: Resource[Any], one: Narrowing) -> Facet | Buckets:
    if one.buckets:
        return Buckets(one.label, *(Bucket(*bucket) for bucket in one.buckets))
    named = next((candidate for candidate in resource.inputs if candidate.name == one.lookup), None)
    if named is None:
        return Facet(one.label, value=one.lookup, descending=one.descending)
    label, choices = one.label or resource.label_of(named), resource.column_of(named).choices or ()
    if named.related:
        text = f"{one.lookup}__{named.related.name}"
        return Facet(label, value=f"{one.lookup}_id", text=text, none=named.empty, descending=one.descending)
    return Facet(label, value=one.lookup, words=choices, descending=one.descending)  # type: ignore[arg-type]
