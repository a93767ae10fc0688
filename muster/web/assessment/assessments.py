"""The Marks tab of a batch: its assessments for staff, one's own marks for a student; and what may be changed there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.assessment.models import Assessment, AssessmentCategory
from muster.assessment.permissions import assessments, batch_assessments
from muster.assessment.queries import categories_of, own_marks_of, with_marked
from muster.assessment.rules import (
    CategoryInput,
    add_assessment,
    change_assessment,
    remove_assessment,
    weigh_categories,
)
from muster.assessment.rules.assessments import MOST_CATEGORIES
from muster.assessment.totals import quantile_of
from muster.batches.models import Batch
from muster.core.errors import DomainError, FieldError
from muster.core.exports import ExportColumn
from muster.institutions.access import Actor
from muster.progression.grading.typed import plain_number
from muster.progression.models import SubjectMapping
from muster.progression.permissions import results
from muster.progression.queries import scheme_of
from muster.web.assessment.own import own_view_of
from muster.web.attendance.widgets import bar_of
from muster.web.batches.dialogs import batch_dialog, batches_for_rules, tab_url
from muster.web.batches.frame import Frame, batch_for, tab_page
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.requests import ActorRequest
from muster.web.ui.components import Action
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.undo import Undo
from muster.web.ui.widgets import dialog_link, local_date, pill

# Its readers are those who are taught there, or work there.
register_tab(BatchTab("marks", gettext_lazy("Marks"), "assessment:marks", 46, "see_staff"))
HALF = Fraction(1, 2)
SPARE_ROWS = 2


# --- the list ---------------------------------------------------------------------------------------------------------
class AssessmentFilters(Filters):
    """What the list is narrowed by."""

    search = ("title",)
    search_hint = gettext_lazy("Title")
    category = Facet(gettext_lazy("Category"), value="category_id", text="category__name")
    progress = Buckets(
        gettext_lazy("Progress"),
        Bucket("missing", gettext_lazy("Marks missing"), Q(marked__lt=F("expected"))),
        Bucket("ready", gettext_lazy("Not published"), Q(marked__gt=F("published"))),
        Bucket("published", gettext_lazy("Published"), Q(published__gt=0)),
    )


class AssessmentTable(Table):
    """An assessment, when it is due, and how far it is marked."""

    counted = ngettext_lazy("%(count)s assessment", "%(count)s assessments", "count")
    caption = gettext_lazy("Assessments")
    cards = {
        "title": "title",
        "state": "status",
        "due_on": "meta",
        "marked": "bar",
        "median": "labelled",
        "acts": "figure",
    }
    apart: ClassVar = {
        "marked": [
            ExportColumn("marked", lambda row: row.marked, gettext_lazy("Marked")),
            ExportColumn("expected", lambda row: row.expected, gettext_lazy("Expected")),
        ]
    }

    title = TitleColumn(
        verbose_name=gettext_lazy("Assessment"),
        order_by="title__plain",
        url=lambda row: reverse("assessment:assessment", args=[row.batch_id, row.pk]),
        sub=lambda row: row.category.name,
    )
    due_on = Column(verbose_name=gettext_lazy("Due"))
    weight = NumberColumn(verbose_name=gettext_lazy("Weight"))
    maximum = NumberColumn(verbose_name=gettext_lazy("Maximum"))
    marked = Column(verbose_name=gettext_lazy("Marked"))
    median = NumberColumn(verbose_name=gettext_lazy("Median"), empty_values=(), orderable=False)
    state = Column(verbose_name=gettext_lazy("State"), empty_values=(), order_by="published_at")
    acts = Column(
        verbose_name=format_html('<span class="vh">{}</span>', gettext_lazy("Actions")),
        empty_values=(),
        orderable=False,
        exclude_from_export=True,
    )

    class Meta(Table.Meta):
        order_by = ("due_on",)

    def __init__(self, *args: Any, changed: set[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changed = changed

    def render_due_on(self, value: date) -> str:
        return local_date(value)

    def value_due_on(self, value: date) -> date:
        return value

    def render_maximum(self, record: Any) -> str:
        extra = f" + {plain_number(record.extra_credit)}" if record.extra_credit else ""
        return f"{plain_number(record.maximum)}{extra}"

    def value_maximum(self, value: Decimal) -> Decimal:
        return value

    def render_weight(self, value: Decimal) -> str:
        return plain_number(value) if value else _("not counted")

    def value_weight(self, value: Decimal) -> Decimal:
        return value

    def render_marked(self, record: Any) -> SafeString:
        words = _("%(marked)d of %(all)d marked") % {"marked": record.marked, "all": record.expected}
        return bar_of(record.marked, record.expected, words=words)

    def render_median(self, record: Any) -> str:
        median = quantile_of(record.scores, HALF)
        return "–" if median is None else plain_number(median)

    def render_state(self, record: Any) -> SafeString:
        if not record.published:
            return pill(_("Not published"), icon="eye")
        if record.published < record.marked:
            words = _("%(published)d of %(marked)d published")
            return pill(words % {"published": record.published, "marked": record.marked}, tone="warn", icon="eye")
        return pill(_("Published"), tone="good", icon="okc")

    def render_acts(self, record: Any) -> SafeString | str:
        if record.pk not in self.changed:
            return ""
        acts = [(_("Edit"), "edit"), *([] if record.marked else [(_("Remove"), "remove")])]
        acts = [(_("Publish"), "publish"), *acts] if record.marked > record.published else acts
        links = (
            dialog_link(
                format_html('{}<span class="vh">: {}</span>', word, record.title),
                reverse(f"assessment:{name}", args=[record.batch_id, record.pk]),
                tone="quiet",
            )
            for word, name in acts
        )
        return format_html('<span class="row-acts">{}</span>', format_html_join("", "{}", ((one,) for one in links)))


@page(batch_assessments["list"])
def marks_tab(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The assessments of the batch; whoever learns there sees their own marks."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "see_staff"), "marks")
    batch = frame.batch
    if not batch_assessments.allows(actor, "sheet", batch):
        own = own_marks_of(frame.own) if frame.own else None
        return tab_page(request, frame, "assessment/own.html", {"own": own_view_of(own) if own else None})
    may_assess = not batch.is_archived and batch_assessments.allows(actor, "assess", batch)
    rows = with_marked(Assessment.objects.filter(batch=batch)).select_related("category")
    changed = assessments.rows(actor, "change").filter(batch=batch) if may_assess else Assessment.objects.none()
    categories = categories_of(batch)
    actions = [Action(_("Add assessment"), reverse("assessment:add", args=[batch.pk]), "plus")] if may_assess else []
    return list_page(
        request,
        table_class=AssessmentTable,
        filterset_class=AssessmentFilters,
        queryset=rows,
        template="assessment/marks.html",
        context={
            "frame": frame,
            "batch": batch,
            "nav": "batches",
            "may_assess": may_assess,
            "categories": [(one.name, plain_number(one.weight)) for one in categories],
            "sum": plain_number(sum((one.weight for one in categories), Decimal(0))),
        },
        empty=Empty(
            _("No assessments yet"),
            _("Add assignments, tests and exams. Students see what counts, and each mark once it's published."),
            "course",
            actions,
        ),
        export_name=f"assessments-{batch.code}".lower(),
        table_kwargs={"changed": set(changed.values_list("pk", flat=True))},
        name_of=lambda row: row.title,
    )


# --- one assessment ---------------------------------------------------------------------------------------------------
class AssessmentForm(Form):
    """What students are assessed by, and what it counts for."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    due_on = forms.DateField(label=gettext_lazy("Due"))
    maximum = forms.DecimalField(
        label=gettext_lazy("Maximum"), min_value=Decimal("0.01"), max_digits=6, decimal_places=2
    )
    extra_credit = forms.DecimalField(
        label=gettext_lazy("Extra credit"),
        required=False,
        min_value=0,
        max_digits=6,
        decimal_places=2,
        help_text=gettext_lazy("How far a mark may exceed the maximum."),
    )
    weight = forms.DecimalField(
        label=gettext_lazy("Weight in its category"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        initial=1,
        help_text=gettext_lazy("Against the others of the category. With 0 it doesn't count."),
    )
    writes_to = forms.ChoiceField(
        label=gettext_lazy("Counts toward a subject"),
        required=False,
        help_text=gettext_lazy("Published marks are written to this component of the subject's results."),
    )

    def __init__(self, *args: Any, actor: Actor, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("category", [(one.name, one.name) for one in categories_of(batch)])
        rows = (
            results.rows(actor, "mark").filter(batch=batch).select_related("batch", "subject__course__grading_scheme")
        )
        self.mappings = {str(one.pk): one for one in rows.select_related("subject__grading_scheme")}
        offered = [
            (f"{key} {part.code}", f"{one.subject.title}: {getattr(part, 'name', '') or part.code}")
            for key, one in self.mappings.items()
            for part in scheme_of(one.subject).components
        ]
        self._offer("writes_to", [("", _("No subject")), *offered])
        if not offered:
            del self.fields["writes_to"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def show_refusal(self, error: DomainError) -> None:
        renamed = {"mapping_id": "writes_to", "component": "writes_to"}
        error.errors = [FieldError(renamed.get(one.field, one.field), one.message) for one in error.errors]
        super().show_refusal(error)

    @property
    def chosen(self) -> dict[str, Any]:
        """What was filled in, as the rules take it."""
        found = dict(self.cleaned_data)
        found["extra_credit"] = found["extra_credit"] or Decimal(0)
        where, _blank, component = found.pop("writes_to", "").partition(" ")
        if "writes_to" in self.fields:
            mapping: SubjectMapping | None = self.mappings.get(where)
            found |= {"mapping": mapping, "component": component}
        return {"category": found.pop("category"), "fields": found}


@page(batch_assessments["assess"])
def add_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Add an assessment."""
    actor = request.actor
    batch = batch_assessments.get(actor, batch_id, "assess", among=batches_for_rules())
    form = AssessmentForm(posted_data(request), actor=actor, batch=batch)
    if done := submit_form(form, lambda: add_assessment(by=actor, batch=batch, **form.chosen)):
        undo = Undo(reverse("assessment:remove", args=[batch.pk, done.result.pk]))
        sentence = _("%(title)s added.") % {"title": done.result}
        return redirect_with_message(request, tab_url(batch, "marks"), sentence, undo)
    return batch_dialog(request, form, batch, "marks", title=_("Add assessment"), button=_("Add"))


@page(assessments["change"])
def edit_page(request: ActorRequest, batch_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Change an assessment."""
    actor = request.actor
    row = assessment_for(actor, batch_id, assessment_id, "change")
    batch, before = row.batch, _fields_of(row)
    form = AssessmentForm(posted_data(request), actor=actor, batch=batch, initial=before)
    if done := submit_form(form, lambda: change_assessment(by=actor, assessment=row, **form.chosen)):
        sentence = _("%(title)s saved.") % {"title": done.result}
        return redirect_with_message(request, tab_url(batch, "marks"), sentence, Undo(request.path, before))
    title = _("Edit %(title)s") % {"title": row.title}
    return batch_dialog(request, form, batch, "marks", title=title, button=_("Save"))


@page(assessments["change"])
def remove_page(request: ActorRequest, batch_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Take an assessment away in which nobody has a mark."""
    actor = request.actor
    row = assessment_for(actor, batch_id, assessment_id, "change")
    batch, before = row.batch, _fields_of(row)
    form = ConfirmForm(posted_data(request))
    if submit_form(form, lambda: remove_assessment(by=actor, assessment=row)):
        undo = Undo(reverse("assessment:add", args=[batch.pk]), before)
        sentence = _("%(title)s removed.") % {"title": row.title}
        return redirect_with_message(request, tab_url(batch, "marks"), sentence, undo)
    title = _("Remove %(title)s?") % {"title": row.title}
    text = [_("It has no marks. Students no longer see it, and it no longer counts.")]
    return batch_dialog(request, form, batch, "marks", title=title, button=_("Remove"), text=text)


def assessment_for(actor: Actor, batch_id: UUID, assessment_id: UUID, action: str = "marks") -> Assessment:
    """The assessment of the batch, if the actor may."""
    rows: QuerySet[Assessment] = Assessment.objects.filter(batch=batch_id).select_related(
        "category", "mapping__subject", "batch__institution", "batch__branch", "batch__course", "batch__department"
    )
    return assessments.get(actor, assessment_id, action, among=rows)


def _fields_of(row: Assessment) -> dict[str, str]:
    """What a form would send of the assessment as it is."""
    return {
        "title": row.title,
        "category": row.category.name,
        "due_on": row.due_on.isoformat(),
        "maximum": plain_number(row.maximum),
        "extra_credit": plain_number(row.extra_credit),
        "weight": plain_number(row.weight),
        "writes_to": f"{row.mapping_id} {row.component}" if row.mapping_id else "",
    }


# --- weights ----------------------------------------------------------------------------------------------------------
class WeightsForm(Form):
    """The categories as lines of a name and a weight, and some to fill; a line without a name is none."""

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories: list[AssessmentCategory | None] = [*categories_of(batch)]
        self.categories += [None] * max(0, min(SPARE_ROWS, MOST_CATEGORIES - len(self.categories)))
        for place, one in enumerate(self.categories):
            number = {"number": place + 1}
            self.fields[f"name_{place}"] = forms.CharField(
                label=_("Category %(number)d") % number,
                max_length=60,
                required=False,
                initial=one.name if one else "",
            )
            self.fields[f"weight_{place}"] = forms.DecimalField(
                label=_("Weight of category %(number)d, in percent") % number,
                min_value=0,
                max_value=100,
                decimal_places=2,
                required=False,
                initial=plain_number(one.weight) if one else "",
            )

    @property
    def lines(self) -> list[tuple[Any, Any]]:
        """The fields of each category."""
        return [(self[f"name_{place}"], self[f"weight_{place}"]) for place in range(len(self.categories))]

    @property
    def chosen(self) -> list[CategoryInput]:
        """What was filled in, as the rule takes it."""
        self.places = [place for place in range(len(self.categories)) if self.cleaned_data[f"name_{place}"]]
        return [
            CategoryInput(
                self.cleaned_data[f"name_{place}"],
                self.cleaned_data[f"weight_{place}"] or Decimal(0),
                one.pk if (one := self.categories[place]) and not one._state.adding else None,
            )
            for place in self.places
        ]

    def show_refusal(self, error: DomainError) -> None:
        error.errors = [FieldError(self._field_of(one.field), one.message) for one in error.errors]
        super().show_refusal(error)

    def _field_of(self, field: str) -> str:
        parts = field.split(".")
        return f"{parts[2]}_{self.places[int(parts[1])]}" if len(parts) == 3 else ""


@page(batch_assessments["assess"])
def weights_page(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Say what each category counts for."""
    actor = request.actor
    batch = batch_assessments.get(actor, batch_id, "assess", among=batches_for_rules())
    before = {one.pk: (one.name, one.weight) for one in batch.assessment_categories.all()}
    form = WeightsForm(posted_data(request), batch=batch)
    undo = {name: str(form[name].initial) for name in form.fields}
    if done := submit_form(form, lambda: weigh_categories(by=actor, batch=batch, categories=form.chosen)):
        same = before and {one.pk for one in done.result} == set(before)
        total = plain_number(sum((one.weight for one in done.result), Decimal(0)))
        sentence = _("Weights saved.") if total == "100" else _("Weights saved. They add up to %(sum)s%%, not 100%%.")
        return redirect_with_message(
            request, tab_url(batch, "marks"), sentence % {"sum": total}, Undo(request.path, undo) if same else None
        )
    return batch_dialog(
        request, form, batch, "marks", title=_("Weights"), button=_("Save"), body="assessment/weights_form.html"
    )
