"""The list, the forms and the deletion of a plain noun, at the addresses of an area."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.core.database import atomic
from muster.core.errors import Missing, Stale
from muster.core.permissions import any_id
from muster.core.references import join_words
from muster.core.resources import Resource
from muster.web.ui.components import Action
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, redirect_with_refusal, render_dialog, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.resources.forms import ResourceForm, form_of
from muster.web.ui.resources.tables import filters_of, table_of
from muster.web.ui.tables import Empty, list_page
from muster.web.ui.undo import Undo

M = TypeVar("M", bound=models.Model)


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
