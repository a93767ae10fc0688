"""How long what is kept: the periods, what they would erase, and what was erased."""

from __future__ import annotations

import copy
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.core.errors import Stale
from muster.institutions.models import Institution
from muster.institutions.resources import INSTITUTION
from muster.privacy.models import Erasure
from muster.privacy.permissions import erasures, retention
from muster.privacy.queries import PERIODS, STUDENTS, counts_in_words, retention_preview
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal, submit_form
from muster.web.ui.forms import posted_data
from muster.web.ui.pages import page
from muster.web.ui.resources import ResourceForm, form_of
from muster.web.ui.tables import Empty, Facet, Filters, Table, list_page

PeriodsForm = form_of(INSTITUTION, ResourceForm, [one for one in INSTITUTION.inputs if one.name in PERIODS.values()])

KIND_WORDS = {**dict(Erasure.Kind.choices), STUDENTS: gettext_lazy("Students who left")}


@page(retention["change"])
def retention_page(request: ActorRequest) -> HttpResponse:
    """The periods, and what they would erase tonight; `preview` shows that of what was typed, and saves nothing."""
    actor, institution = request.actor, request.actor.institution
    form = PeriodsForm(posted_data(request), actor=actor, row=institution)
    tried = institution
    if "preview" in request.POST:
        if form.is_valid():
            tried = copy.copy(institution)
            for name, value in form.changes().items():
                setattr(tried, name, value)
    elif did := submit_form(form, lambda: _save(request, form)):
        return redirect_with_message(request, request.path, _("Saved."), form.undo(request.path, did.result))
    if isinstance(form.refusal, Stale):
        return redirect_with_refusal(request, request.path, form.refusal)
    previewed = "preview" in request.POST and form.is_valid()
    context = {
        "nav": "settings",
        "form": form,
        "previewed": previewed,
        "periods": [
            (KIND_WORDS[one.kind], one, one.counts_in_words())
            for one in retention_preview(actor, tried)
            if one.days is not None
        ],
    }
    return render(request, "privacy/retention.html", context, status=400 if form.is_bound and not previewed else 200)


def _save(request: ActorRequest, form: Any) -> Institution:
    saved: Institution = INSTITUTION.change(
        by=request.actor,
        row=request.actor.institution,
        changes=form.changes(),
        unchanged_since=form.unchanged_since,
    )
    return saved


class ErasureTable(Table):
    """One run: what it erased, and who asked for it."""

    counted = ngettext_lazy("%(count)s erasure", "%(count)s erasures", "count")
    caption = gettext_lazy("Erasures")
    cards = {"kind": "title", "at": "meta", "what": "meta", "by": "meta"}

    kind = Column(verbose_name=gettext_lazy("What"))
    at = Column(accessor="created_at", verbose_name=gettext_lazy("When"))
    what = Column(accessor="counts", orderable=False, verbose_name=gettext_lazy("Erased"))
    by = Column(accessor="by__full_name", empty_values=(), verbose_name=gettext_lazy("By"))

    class Meta(Table.Meta):
        order_by = ("-at",)

    def render_kind(self, value: Any, record: Any) -> SafeString:
        """The sort, and why."""
        name = record.person.full_name if record.person else value
        return format_html('<span class="t">{}</span><span class="s">{}</span>', name, record.reason)

    def value_kind(self, record: Any) -> str:
        return record.person.full_name if record.person else str(record.get_kind_display())

    def render_at(self, value: Any) -> str:
        """The moment."""
        return date_format(timezone.localtime(value), "j M Y, H:i")

    def value_at(self, value: Any) -> Any:
        return value

    def render_what(self, value: Any) -> str:
        """In numbers."""
        return ", ".join(counts_in_words(value)) or _("Nothing")

    def render_by(self, record: Any) -> str:
        """Who asked, or the period that did."""
        return record.by.full_name if record.by else _("By its period")


class ErasureFilters(Filters):
    """Which erasures."""

    search = ("person__full_name", "reason")
    search_hint = gettext_lazy("Person or reason")
    kind = Facet(gettext_lazy("What"), value="kind", words=Erasure.Kind.choices)


@page(erasures["see"])
def erasure_list(request: ActorRequest) -> HttpResponseBase:
    """Everything that was erased, the last first."""
    return list_page(
        request,
        table_class=ErasureTable,
        filterset_class=ErasureFilters,
        queryset=erasures.rows(request.actor).select_related("person", "by"),
        template="privacy/erasures.html",
        context={"nav": "settings"},
        empty=Empty(_("Nothing erased yet"), _("Each erasure, of a person or by a period, appears here."), "trash"),
        export_name="erasures",
    )
