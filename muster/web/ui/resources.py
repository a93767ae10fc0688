"""The pages of a plain noun, made of its declaration: the list with filters and exports, its forms, and deleting.

An area says where they stand, and the noun has its pages:

    HOLIDAYS = Pages(resources.HOLIDAYS, SETTINGS, route="settings:holiday-", list_route="settings:holidays")
    settings_pages = [*HOLIDAYS.urls("holidays/")]

What differs for one noun is overridden: `rows`, or the form that its own is made upon. A page about one row is made by
hand and named as `own_route`; the pages of rows that stand on it say `inside`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

import django_tables2
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from muster.core.database import atomic
from muster.core.errors import Missing, Stale
from muster.core.exports import export_of_resource
from muster.core.permissions import any_id
from muster.core.references import join_words
from muster.core.resources import Derived, Field, Narrowing, Resource
from muster.core.validators import bounds_of
from muster.web.ui.components import Action
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, redirect_with_refusal, render_dialog, submit_form
from muster.web.ui.forms import Form, FormSection, Grid, posted_data, wide
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import dialog_link, local_date, pill

M = TypeVar("M", bound=models.Model)
# What an Undo sends besides the fields as they were.
UNCHANGED_SINCE = "unchanged_since"


# --- forms -----------------------------------------------------------------------------------------------------------
class ResourceForm(Form):
    """A form of `row`, or of a new one: the fields of a resource, as far as they are for this person."""

    resource: ClassVar[Resource[Any]]
    inputs: ClassVar[Sequence[Field]]
    # Further fields of the form, each below the field of that name.
    below: ClassVar[Mapping[str, Sequence[str]]] = {}

    def __init__(self, *args: Any, actor: Any, row: Any = None, **kwargs: Any) -> None:
        self.row = row
        if row is not None:
            kwargs["initial"] = {one.key: row.serializable_value(one.name) for one in self.inputs}
        super().__init__(*args, **kwargs)
        for one in self.inputs:
            made: Any = self.fields[one.key]
            if one.only_for and not one.only_for(actor):
                del self.fields[one.key]
            elif one.options:
                made.choices = one.options(actor, getattr(row, one.name) if row else "")
            elif one.related:
                rows = one.related.offered(actor)
                made.queryset = rows.exclude(pk=row.pk) if row and isinstance(row, rows.model) else rows
                made.label_from_instance = one.related.words
                if one.bounds_reach and not self.resource.access.reaches_all(actor, "change"):
                    made.required, made.empty_label = True, None

    def laid_out(self) -> Sequence[Any]:
        """The fields in their sections, or in one grid."""
        parts: list[tuple[Any, list[Any]]] = []
        for one in self.inputs:
            if one.section or not parts:
                parts.append((one.section, []))
            names = [name for name in (one.key, *self.below.get(one.key, ())) if name in self.fields]
            parts[-1][1].extend(wide(name, one.width) if one.width and name == one.key else name for name in names)
        return [FormSection(title, *names) if title else Grid(*names) for title, names in parts if names]

    def clean(self) -> dict[str, Any]:
        """Fields that were left empty become what the declaration says."""
        given = {one.name: self.cleaned_data.get(one.key) for one in self.inputs}
        for one in self.inputs:
            if one.otherwise and one.key in self.cleaned_data and given[one.name] is None:
                self.cleaned_data[one.key] = one.otherwise(given)
        return self.cleaned_data

    def changes(self) -> dict[str, Any]:
        """What was changed, or all of a new row, by the names that a rule takes."""
        changed = self.fields if self.row is None else self.changed_data
        return {one.name: self.cleaned_data.get(one.key) for one in self.inputs if one.key in changed}

    def as_it_was(self) -> dict[str, str | list[str]]:
        """What a browser would send of the row as it was before: how a change is taken back."""
        sent: dict[str, str | list[str]] = {}
        for one in self.inputs:
            if (made := self.fields.get(one.key)) is None:
                continue
            value = made.prepare_value(self.get_initial_for_field(made, one.key))
            shown = made.widget.format_value(value)
            if not isinstance(made.widget, forms.CheckboxInput):
                sent[one.key] = shown if isinstance(shown, list) else str(shown or "")
            elif value:
                sent[one.key] = "on"
        return sent

    def undo(self, url: str, saved: Any) -> Undo | None:
        """How what was changed is taken back at the address of the form, as long as nobody changes what was `saved`; a
        file that was replaced is gone."""
        keys = {one.key for one in self.inputs}
        if not self.changed_data or not keys.issuperset(self.changed_data):
            return None
        return Undo(url, {**self.as_it_was(), UNCHANGED_SINCE: saved.updated_at.isoformat()})

    @property
    def unchanged_since(self) -> datetime | None:
        """When what an Undo takes back was saved."""
        try:
            return datetime.fromisoformat(self.data.get(UNCHANGED_SINCE, ""))
        except ValueError:
            return None

    def save_beside(self, by: Any, row: Any) -> None:
        """Save what the form has beside the fields of the resource, in the same transaction."""


class WordsField(forms.CharField):
    """Words, separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [word.strip() for word in (value or "").split(",") if word.strip()]


def form_of(
    resource: Resource[Any], base: type[ResourceForm] = ResourceForm, inputs: Sequence[Field] = ()
) -> type[ResourceForm]:
    """The form of a resource, or of some of its fields: each as the model has it, in the words of the declaration."""
    inputs = inputs or resource.inputs
    made = {one.key: _input(resource, one) for one in inputs}
    return type(f"{resource.model.__name__}Form", (base,), {**made, "resource": resource, "inputs": inputs})


def _input(resource: Resource[Any], one: Field) -> Any:
    column: Any = resource.column(one.name)
    words: Any = {"label": resource.label_of(one), "help_text": one.help, "required": resource.required(one)}
    if one.related:
        rows = column.related_model._default_manager.none()
        return forms.ModelChoiceField(rows, empty_label=one.empty or "---------", **words)
    if one.options:
        return forms.ChoiceField(**words)
    if isinstance(column, ArrayField):
        return WordsField(**words)
    if isinstance(column, models.TextField):
        words["widget"] = forms.Textarea(attrs={"rows": 3})
    if isinstance(column, (models.IntegerField, models.DecimalField)):
        words["min_value"], words["max_value"] = bounds_of(column)
    return column.formfield(**words)


# --- lists -----------------------------------------------------------------------------------------------------------
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


# --- pages -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Area:
    """Where pages stand: the place in the navigation, the template of lists, the way there as labels and URLs."""

    nav: str
    list_template: str = "components/list_page.html"
    way: Callable[[], Sequence[str]] = field(default=list)


class Pages(Generic[M]):
    """The pages of a resource. Forms in sections are pages of their own, others sheets over the page before."""

    every: ClassVar[list[Pages[Any]]] = []

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
        form_base: type[ResourceForm] = ResourceForm,
    ) -> None:
        self.resource, self.area, self.icon = resource, area, icon
        self.route, self.list_route, self.own_route, self.inside = route, list_route, own_route, inside
        self.table = table_of(resource, route, own_route)
        self.filters = filters_of(resource)
        self.form = form_of(resource, form_base)
        self.in_sheets = not any(one.section for one in resource.inputs)
        self.every.append(self)

    def urls(self, at: str, inside: str = "") -> list[URLPattern]:
        """The addresses below `at`; `inside` is where the pages stand of what new rows are added in."""
        resource, prefix = self.resource, self.route.partition(":")[2]
        access, one = resource.access, f"{at}<{resource.noun}_id>/"
        new = f"{inside}<{self.inside.resource.noun}_id>/{at}" if self.inside else at
        lists = path(at, page(access["see"])(self.list), name=self.list_route.partition(":")[2])
        return [
            *([lists] if self.list_route else []),
            path(f"{new}new/", page(access[resource.adds])(self.new), name=f"{prefix}new"),
            path(f"{one}edit/", page(access["change"])(self.edit), name=f"{prefix}edit"),
            path(f"{one}delete/", page(access["change"])(self.delete), name=f"{prefix}delete"),
            path(f"{one}restore/", page(access["change"])(require_POST(self.restore)), name=f"{prefix}restore"),
        ]

    # --- where they stand --------------------------------------------------------------------------------------------
    def around(self, row: M | None) -> Any:
        """What the row is inside: its branch, its course."""
        return getattr(row, self.inside.resource.noun) if self.inside and row else None

    def new_url(self, around: Any = None) -> str:
        return reverse(f"{self.route}new", args=[around.pk] if around else [])

    def place_of(self, row: M | None, around: Any = None) -> str:
        """Where the row is seen: on the page of what it is inside, on its own, or in the list."""
        if self.inside:
            return self.inside.place_of(around or self.around(row))
        return reverse(self.own_route, args=[row.pk]) if row and self.own_route else reverse(self.list_route)

    def way_to(self, row: M | None, around: Any = None) -> list[str]:
        """The labels and URLs of the way to where the row is seen."""
        if self.inside:
            return self.inside.way_to(around or self.around(row))
        found = [*self.area.way(), str(self.resource.title), reverse(self.list_route)]
        return [*found, str(row), self.place_of(row)] if row and self.own_route else found

    # --- the list ----------------------------------------------------------------------------------------------------
    def rows(self, actor: Any) -> QuerySet[M]:
        return self.resource.rows(actor)

    def list(self, request: Any) -> HttpResponseBase:
        access = self.resource.access
        new_url = self.new_url() if access.may(request.actor, self.resource.adds) else ""
        may_change = access.may(request.actor, "change")
        return self.listing(request, self.rows(request.actor), may_change, new_url, template=self.area.list_template)

    def listing(
        self,
        request: Any,
        rows: QuerySet[M],
        may_change: bool,
        new_url: str,
        *,
        template: str,
        context: Mapping[str, Any] | None = None,
        export_name: str = "",
    ) -> HttpResponseBase:
        """A page with these rows as its list."""
        resource = self.resource
        if may_change and not self.own_route:
            rows = resource.access.with_rights(request.actor, "change", rows)
        shown = {"nav": self.area.nav, "title": resource.title, "new_label": resource.add_words}
        begin = [Action(resource.add_words, new_url, "plus")] if new_url else []
        return list_page(
            request,
            table_class=self.table,
            filterset_class=self.filters,
            queryset=rows,
            template=template,
            table_kwargs={"may_change": may_change},
            context={**shown, "new_url": new_url, "as_sheet": self.in_sheets, **(context or {})},
            empty=Empty(resource.none_yet, resource.about, self.icon, begin),
            export_name=export_name or resource.plural,
        )

    # --- adding, changing, deleting ----------------------------------------------------------------------------------
    def new(self, request: Any, /, **keys: str) -> HttpResponse:
        inputs, around = self.resource.inputs, None
        initial: dict[str, Any] = {
            one.key: request.GET[one.key][:40] for one in inputs if one.related and one.key in request.GET
        }
        if self.inside:
            (key,) = keys.values()
            around = self.inside.resource.access.get(request.actor, key, "change")
            initial |= {one.key: around.pk for one in inputs if one.name == self.inside.resource.noun}
        return self._fill_in(request, None, around, initial)

    def edit(self, request: Any, /, **keys: str) -> HttpResponse:
        return self._fill_in(request, self._row(request, keys))

    def _fill_in(
        self, request: Any, row: M | None, around: Any = None, initial: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        actor, resource = request.actor, self.resource
        form = self.form(posted_data(request), request.FILES or None, actor=actor, row=row, initial=initial)

        @atomic
        def save() -> M:
            if row is not None:
                saved = resource.change(by=actor, row=row, changes=form.changes(), unchanged_since=form.unchanged_since)
            else:
                within = around if resource.within else None
                saved = resource.add(by=actor, fields=form.changes(), within=within)
            form.save_beside(actor, saved)
            return saved

        if did := submit_form(form, save):
            said = _("Saved.") if row else resource.added % {"name": did.result}
            undo = form.undo(request.path, did.result) if row else self._undo("delete", did.result)
            return redirect_with_message(request, self.place_of(did.result), said, undo)
        if isinstance(form.refusal, Stale):
            return redirect_with_refusal(request, self.place_of(row), form.refusal)
        return render_dialog(
            request,
            form,
            title=resource.edit_words % {"name": row} if row else resource.add_words,
            button=_("Save") if row else resource.add_words,
            back=self.place_of(row, around),
            crumbs=self.way_to(row, around),
            page_template="" if self.in_sheets else "components/form_page.html",
            context={"nav": self.area.nav},
        )

    def delete(self, request: Any, /, **keys: str) -> HttpResponse:
        """Ask whether to delete one, or else to retire it, saying in numbers what refers to it."""
        resource, row, actor = self.resource, self._row(request, keys), request.actor
        in_use, retirement, back = resource.in_use(row), resource.retirement, self.place_of(row)
        form, name, undo = ConfirmForm(posted_data(request)), {"name": row}, self._undo("restore", row)
        if in_use and retirement:
            if submit_form(form, lambda: resource.retire(by=actor, row=row)):
                return redirect_with_message(request, back, retirement.said % name, undo)
        elif submit_form(form, lambda: resource.remove(by=actor, row=row)):
            said = _("%(name)s deleted.") % name
            return redirect_with_message(request, self.place_of(None, self.around(row)), said, undo)
        if not in_use:
            title, button, text = _("Delete %(name)s?") % name, resource.delete_words, [*resource.delete_text(row)]
        else:
            what = _("It has %(what)s.") % {"what": join_words([reference.words for reference in in_use])}
            title, button = _("%(name)s can't be deleted") % name, ""
            text = [] if form.is_bound else [f"{what} {resource.instead}"]
            if retirement:
                button = retirement.button if getattr(row, retirement.field) else ""
                text = [what, retirement.text if button else retirement.already]
        return render_dialog(
            request,
            form,
            title=title,
            button=button,
            back=back,
            text=text,
            tone="" if in_use else "bad",
            crumbs=self.way_to(row),
            context={"nav": self.area.nav},
        )

    def restore(self, request: Any, /, **keys: str) -> HttpResponse:
        """Take back that one was deleted, or retired."""
        resource, actor, (key,) = self.resource, request.actor, keys.values()
        try:
            row = resource.access.get(actor, key, "change", resource.among)
        except Missing:
            row = resource.restore(by=actor, pk=any_id(key))
        else:
            if resource.retirement and not getattr(row, resource.retirement.field):
                row = resource.bring_back(by=actor, row=row)
        return redirect_with_message(request, self.place_of(row), _("%(name)s restored.") % {"name": row})

    def _undo(self, action: str, row: M) -> Undo:
        return Undo(reverse(f"{self.route}{action}", args=[row.pk]))

    def _row(self, request: Any, keys: Mapping[str, str]) -> M:
        (key,) = keys.values()
        return self.resource.access.get(request.actor, key, "change", self.resource.among)
