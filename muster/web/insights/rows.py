"""What a number of analytics counts: the rows behind it, one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.allocation.permissions import mentees
from muster.batches.permissions import batches
from muster.insights.definitions import DEFINITIONS
from muster.insights.mentoring import MentoringScope, mentoring_rows
from muster.insights.periods import Period
from muster.insights.rows import CountedRows, mark_narrowing, rows_of
from muster.insights.scope import Scope, scope_of, scope_of_instructor
from muster.institutions.access import Actor
from muster.people.links import batch_url, student_url
from muster.people.permissions import instructors
from muster.timetable.models import ClassSession
from muster.web.requests import ActorRequest
from muster.web.ui.components import View
from muster.web.ui.forms import Form
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Table, TitleColumn, list_page
from muster.web.ui.widgets import unbroken_days

# By what the batches of a scope are narrowed.
PARTS = {"branch": "branch", "department": "department", "course": "course", "batch": "pk"}
NARROWED = ("weekday", "hour", "type", "lead")


class RowsForm(Form):
    """The days and the part whose rows are asked for, as links of the pages say them; what makes no sense is none."""

    branch = forms.UUIDField(required=False)
    department = forms.UUIDField(required=False)
    course = forms.UUIDField(required=False)
    batch = forms.UUIDField(required=False)
    instructor = forms.UUIDField(required=False)
    student = forms.UUIDField(required=False)
    lead = forms.UUIDField(required=False)
    weekday = forms.IntegerField(required=False, min_value=1, max_value=7)
    hour = forms.IntegerField(required=False, min_value=0, max_value=23)
    type = forms.ChoiceField(required=False, choices=ClassSession.Kind.choices)
    counted = forms.ChoiceField(required=False, choices=[("yes", "yes")])
    first = forms.DateField(required=False)
    last = forms.DateField(required=False)

    def __init__(self, asked: Any) -> None:
        super().__init__(asked)
        self.is_valid()
        self.asked: dict[str, Any] = {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "")
        }

    def period(self, actor: Actor) -> Period:
        """The days. Raises Invalid where they make none."""
        return Period.of(self.asked.get("first"), self.asked.get("last"), actor.today())


def _scope(actor: Actor, asked: dict[str, Any]) -> Scope:
    if pk := asked.get("instructor"):
        found = scope_of_instructor(actor, instructors.get(actor, pk).pk)
        named = {name: asked[name] for name in PARTS if name in asked}
        parts = [part for part in found.parts if all(getattr(part, name) == value for name, value in named.items())]
        return replace(found, parts=parts)
    return scope_of(actor, Q(**{path: asked[name] for name, path in PARTS.items() if name in asked}))


class RowTable(Table):
    """What is counted, row by row."""

    counted = ngettext_lazy("%(count)s row", "%(count)s rows", "count")
    caption = gettext_lazy("What is counted")
    cards: ClassVar = {"who": "title", "batch": "meta", "day": "meta", "says": "meta", "counts": "status"}

    who = TitleColumn(accessor="who", verbose_name=gettext_lazy("Who or what"), url=lambda row: _url_of(row))
    batch = Column(accessor="where_code", verbose_name=gettext_lazy("Batch"))
    day = Column(accessor="on_day", verbose_name=gettext_lazy("Day"))
    says = Column(accessor="says", empty_values=(), orderable=False, verbose_name=gettext_lazy("State"))
    counts = Column(accessor="counted", verbose_name=gettext_lazy("Counts"))

    class Meta(Table.Meta):
        pass

    def render_batch(self, record: Any, value: Any) -> Any:
        return format_html('<a class="t" href="{}">{}</a>', batch_url(record.where_id), value)

    def render_day(self, value: Any) -> str:
        return date_format(value, "D j M Y")

    def value_day(self, value: Any) -> Any:
        return value

    def render_says(self, record: Any) -> str:
        return self.value_says(record) or "–"

    def value_says(self, record: Any) -> str:
        return _words_of_state(record)

    def render_counts(self, value: bool) -> str:
        return _("yes") if value else _("no")


def _url_of(row: Any) -> str:
    if isinstance(row, ClassSession):
        return reverse("attendance:register", args=[row.pk])
    return student_url(row.who_id)


def _words_of_state(row: Any) -> str:
    """The word of a state, where it is one that has a word."""
    fields = {field.name: field for field in row._meta.concrete_fields}
    choices: dict[str, Any] = {}
    for name in ("status", "session_type", "outcome", "verdict"):
        field = fields.get(name)
        choices |= dict(field.flatchoices) if field and field.choices else {}
    return str(choices.get(row.says, row.says if row.says is not None else ""))


@page(batches["roster"])
def rows_page(request: ActorRequest, figure: str) -> HttpResponseBase:
    """The rows behind a figure over batches, within the days and the part that the link says."""
    form = RowsForm(request.GET)
    period = form.period(request.actor)
    found = rows_of(_scope(request.actor, form.asked), period, figure)
    if figure == "attendance":
        found = found.narrowed(mark_narrowing({name: form.asked.get(name) for name in NARROWED}))
    if (student := form.asked.get("student")) and found.student:
        found = found.narrowed(Q(**{found.student: student}))
    return _list(request, form, period, figure, found)


@page(mentees["list"])
def mentoring_rows_page(request: ActorRequest, mentoring_figure: str) -> HttpResponseBase:
    """The rows behind a figure of mentoring."""
    form = RowsForm(request.GET)
    period = form.period(request.actor)
    scope = MentoringScope(request.actor, form.asked.get("instructor"))
    found = mentoring_rows(scope, period, mentoring_figure)
    return _list(request, form, period, mentoring_figure, found)


def _list(request: ActorRequest, form: RowsForm, period: Period, figure: str, found: CountedRows) -> HttpResponseBase:
    told = found.told().order_by(*(["-on_day"] if found.day else []), "who", "pk")
    counts_alone = form.asked.get("counted") == "yes" and bool(found.counts)
    hidden = [name for name, path in (("batch", found.batch), ("day", found.day), ("says", found.says)) if not path]
    return list_page(
        request,
        table_class=RowTable,
        queryset=told.filter(found.counts) if counts_alone else told,
        template="insights/rows.html",
        context={
            "nav": "analytics",
            "definition": DEFINITIONS[figure],
            "days": unbroken_days(period.first, period.last),
        },
        views=_views(request, counts_alone=counts_alone) if found.counts else (),
        table_kwargs={"exclude": [*hidden, *([] if found.counts else ["counts"])]},
        empty=Empty(_("Nothing is counted between these days"), icon="chart"),
        export_name=f"analytics-{figure.replace('_', '-')}",
    )


def _views(request: ActorRequest, *, counts_alone: bool) -> list[View]:
    """All that the figure is of, and those that count."""
    found = []
    for label, value in ((_("All"), ""), (_("Those that count"), "yes")):
        asked = request.GET.copy()
        for name in ("page", "export", "counted"):
            asked.pop(name, None)
        if value:
            asked["counted"] = value
        found.append(View(label, f"?{asked.urlencode()}", current=counts_alone == bool(value)))
    return found
