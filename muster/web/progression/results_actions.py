"""What is done with a results sheet as a whole: publishing, correcting, moderating, its versions and its export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import F
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.core.errors import Invalid
from muster.core.files.downloads import rows_download
from muster.core.permissions import as_id
from muster.core.spreadsheets import CSV, XLSX
from muster.people.links import student_url
from muster.progression import rules
from muster.progression.grading import Step, StepKind, Verdict
from muster.progression.grading.typed import plain_number, text_of_cell
from muster.progression.models import ScoreModeration, SubjectResult
from muster.progression.permissions import results
from muster.progression.queries import ResultsSheet, moderated_sheet, statistics_of
from muster.progression.rules.results import MOST_REASON
from muster.web.progression.results_sheet import mapping_for, view_of
from muster.web.progression.results_view import ResultsView
from muster.web.progression.results_words import grade_of, verdict_words, why_of
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import local_time

REASON: dict[str, Any] = {
    "widget": forms.Textarea(attrs={"rows": 2, "maxlength": MOST_REASON}),
    "max_length": MOST_REASON,
}


class CorrectionForm(Form):
    """Whose results, and why."""

    student = forms.ChoiceField(label=gettext_lazy("Student"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept with the results. What is published stands until the next version is."),
        **REASON,
    )

    def __init__(self, *args: Any, view: ResultsView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locked = [row.enrollment for row in view.sheet.rows if row.is_locked]
        everybody = ngettext("All %(count)d published", "All %(count)d published", len(locked)) % {"count": len(locked)}
        offered = [("", _("Choose a student")), *((str(one.pk), one.student.full_name) for one in locked)]
        offered += [("all", everybody)] if len(locked) > 1 else []
        self.fields["student"].choices = offered  # type: ignore[attr-defined]


class ModerateForm(Form):
    """A step of moderation. `seen` is the step whose effect was shown, so that only that one is done."""

    component = forms.ChoiceField(label=gettext_lazy("Component"))
    kind = forms.ChoiceField(label=gettext_lazy("Step"), choices=ScoreModeration.Kind.choices)
    amount = forms.DecimalField(
        label=gettext_lazy("By how much"),
        decimal_places=3,
        min_value=-1000,
        max_value=1000,
        help_text=gettext_lazy("A factor such as 1.1, marks to add, or the highest score."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), help_text=gettext_lazy("Kept with the results."), **REASON)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, view: ResultsView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["component"].choices = [(one.code, one.name) for one in view.columns]  # type: ignore[attr-defined]
        if len(view.columns) == 1:
            self.fields["component"].initial = view.columns[0].code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        amount = given.get("amount")
        if amount is not None and amount < 0 and given.get("kind") != StepKind.ADD:
            self.add_error("amount", _("Enter 0 or more."))
        return given

    @property
    def step(self) -> Step:
        """What was filled in."""
        given = self.cleaned_data
        return Step(given["component"], StepKind(given["kind"]), given["amount"])

    @property
    def is_seen(self) -> bool:
        """Whether the effect of this very step was shown."""
        return bool(self.cleaned_data["seen"] == _name_of(self.step))

    def mark_as_seen(self) -> None:
        """Send the step along, now that its effect is shown."""
        self.data = {**{name: self.data.get(name, "") for name in self.fields}, "seen": _name_of(self.step)}


def _name_of(step: Step) -> str:
    return f"{step.component} {step.kind} {step.amount.normalize():f}"


def _view(request: ActorRequest, batch_id: UUID, mapping_id: UUID, attempt: int, action: str = "mark") -> ResultsView:
    mapping = mapping_for(request.actor, batch_id, mapping_id, action)
    return view_of(request.actor, mapping, attempt)


def _dialog(request: ActorRequest, form: Form, view: ResultsView, **shown: Any) -> HttpResponse:
    crumbs = [_("Results"), reverse("progression:results"), view.mapping.subject.title, view.url]
    context = {"nav": "results", **shown.pop("context", {})}
    return render_dialog(request, form, back=view.url, crumbs=crumbs, context=context, **shown)


@page(results["mark"])
def publish_page(request: ActorRequest, batch_id: UUID, mapping_id: UUID, attempt: int) -> HttpResponse:
    """Publish whoever has a result that is not published as it is."""
    view = _view(request, batch_id, mapping_id, attempt)
    form = ConfirmForm(posted_data(request))
    publish = rules.publish_results
    if done := submit_form(form, lambda: publish(by=request.actor, mapping=view.mapping, attempt=attempt)):
        number = len(done.result)
        words = ngettext("%(count)d result published.", "%(count)d results published.", number) % {"count": number}
        return redirect_with_message(request, view.url, words)
    number = view.due
    title = ngettext("Publish %(count)d result?", "Publish %(count)d results?", number) % {"count": number}
    title = title if number else _("Nothing to publish yet")
    button = ngettext("Publish %(count)d result", "Publish %(count)d results", number) % {"count": number}
    return _dialog(request, form, view, title=title, button=button if number else "", text=_what_publishes(view))


def _what_publishes(view: ResultsView) -> list[str]:
    """What becomes of everybody, in numbers."""
    due = Counter(row.outcome.verdict for row in view.sheet.due)
    left = Counter(row.outcome.verdict for row in view.sheet.rows if not row.is_due and not row.is_locked)
    said = [
        (due[Verdict.PASSED], ngettext("%(count)d student passed.", "%(count)d students passed.", due[Verdict.PASSED])),
        (due[Verdict.FAILED], ngettext("%(count)d failed.", "%(count)d failed.", due[Verdict.FAILED])),
        (due[Verdict.EXEMPT], ngettext("%(count)d is exempt.", "%(count)d are exempt.", due[Verdict.EXEMPT])),
        (
            left[Verdict.MISSING],
            ngettext(
                "%(count)d has a score missing and gets no result yet.",
                "%(count)d have a score missing and get no result yet.",
                left[Verdict.MISSING],
            ),
        ),
        (
            left[Verdict.WITHHELD],
            ngettext("%(count)d is withheld.", "%(count)d are withheld.", left[Verdict.WITHHELD]),
        ),
    ]
    sentences = [words % {"count": number} for number, words in said if number]
    if not view.due:
        return [_("Enter the missing scores first."), *sentences]
    return [*sentences, _("Published scores can't be changed. A correction makes a new version, with a reason.")]


@page(results["mark"])
def reopen_page(request: ActorRequest, batch_id: UUID, mapping_id: UUID, attempt: int) -> HttpResponse:
    """Open published results again, of a student or of all, so that their scores can be corrected."""
    view = _view(request, batch_id, mapping_id, attempt)
    form = CorrectionForm(posted_data(request), view=view, initial={"student": request.GET.get("student", "")})

    def reopen() -> list[SubjectResult]:
        chosen = form.cleaned_data["student"]
        ids = None if chosen == "all" else [as_id(chosen)]
        reason = form.cleaned_data["reason"]
        return rules.reopen_results(
            by=request.actor, mapping=view.mapping, reason=reason, enrollment_ids=ids, attempt=attempt
        )

    if done := submit_form(form, reopen):
        number = len(done.result)
        words = ngettext(
            "%(count)d result is open again. Correct the scores, then publish the new version.",
            "%(count)d results are open again. Correct the scores, then publish the new version.",
            number,
        )
        return redirect_with_message(request, view.url, words % {"count": number})
    return _dialog(request, form, view, title=_("Correct a score"), button=_("Open for correction"))


@page(results["mark"])
def moderate_page(request: ActorRequest, batch_id: UUID, mapping_id: UUID, attempt: int) -> HttpResponse:
    """Scale, raise or cap the scores of a component: first its effect is shown, then it is done."""
    view = _view(request, batch_id, mapping_id, attempt)
    form = ModerateForm(posted_data(request), view=view)
    effect: dict[str, Any] | None = None
    if form.is_valid():
        step = form.step
        if form.is_seen:
            done = submit_form(form, lambda: _moderate(request, view, step, form.cleaned_data["reason"]))
            if done:
                return redirect_with_message(request, view.url, _("Scores moderated."))
        effect = effect_of(view.sheet, step)
        form.mark_as_seen()
    button = _("Moderate scores") if effect else _("Show the effect")
    return _dialog(
        request,
        form,
        view,
        title=_("Moderate scores"),
        button=button,
        body="progression/results_moderate.html",
        context={"effect": effect, "view": view, "steps": view.sheet.moderations},
    )


def _moderate(request: ActorRequest, view: ResultsView, step: Step, reason: str) -> ScoreModeration:
    return rules.moderate_scores(
        by=request.actor,
        mapping=view.mapping,
        component=step.component,
        kind=step.kind,
        amount=step.amount,
        reason=reason,
        attempt=view.sheet.attempt,
    )


def effect_of(sheet: ResultsSheet, step: Step) -> dict[str, Any]:
    """What a step would change, of those whose results are not published: figures before and after."""
    after = moderated_sheet(sheet, step)
    pairs = [(old, new) for old, new in zip(sheet.rows, after.rows, strict=True) if not old.is_locked]
    before, then = statistics_of(sheet), statistics_of(after)
    figures = [(_("Passed"), "passed"), (_("Failed"), "failed"), (_("Mean total"), "mean"), (_("Median"), "median")]
    return {
        "totals": sum(old.outcome.total != new.outcome.total for old, new in pairs),
        "grades": sum(old.outcome.grade != new.outcome.grade for old, new in pairs),
        "passes": sum(new.outcome.passed and not old.outcome.passed for old, new in pairs),
        "fails": sum(old.outcome.passed and not new.outcome.passed for old, new in pairs),
        "figures": [(label, _figure(before[key]), _figure(then[key])) for label, key in figures],
    }


def _figure(value: int | Decimal | None) -> str:
    return "–" if value is None else str(value)


class VersionFilters(Filters):
    """What versions are looked for by."""

    search = ("enrollment__student__full_name",)
    search_hint = gettext_lazy("Student")


class VersionTable(Table):
    """A version of a student's result."""

    counted = ngettext_lazy("%(count)s version", "%(count)s versions", "count")
    caption = gettext_lazy("Versions")
    cards = {"student": "title", "version": "status", "total": "figure", "grade": "figure"}

    student = TitleColumn(
        accessor="enrollment__student__full_name",
        verbose_name=gettext_lazy("Student"),
        url=lambda row: student_url(row.enrollment.student_id),
    )
    version = NumberColumn(verbose_name=gettext_lazy("Version"))
    total = NumberColumn(verbose_name=gettext_lazy("Total"))
    grade = Column(empty_values=(), verbose_name=gettext_lazy("Grade"))
    created_at = Column(verbose_name=gettext_lazy("Published"))
    published_by = Column(accessor="published_by__full_name", verbose_name=gettext_lazy("By"))
    reason = Column(verbose_name=gettext_lazy("Reason"))

    class Meta(Table.Meta):
        order_by = ("-version", "student")

    def render_total(self, value: Decimal) -> str:
        return plain_number(value)

    def render_grade(self, record: Any) -> str:
        return str(record.grade or verdict_words()[record.verdict])

    def render_created_at(self, value: Any) -> str:
        return local_time({"request": self.request}, value, "day")  # type: ignore[arg-type]

    def value_created_at(self, value: Any) -> Any:
        return value


@page(results["see"])
def version_list(request: ActorRequest, batch_id: UUID, mapping_id: UUID, attempt: int) -> HttpResponseBase:
    """Every version that was published of the sheet, the newest first."""
    mapping = mapping_for(request.actor, batch_id, mapping_id)
    view = view_of(request.actor, mapping, attempt)
    rows = SubjectResult.objects.filter(mapping=mapping, attempt=attempt)
    return list_page(
        request,
        table_class=VersionTable,
        filterset_class=VersionFilters,
        queryset=rows.select_related("enrollment__student", "published_by").order_by(
            F("version").desc(), "enrollment__student__full_name__plain", "pk"
        ),
        template="progression/results_versions.html",
        context={"nav": "results", "view": view},
        empty=Empty(_("Nothing is published yet"), _("Each version that is published is kept here."), "history"),
        export_name=f"{slugify(mapping.subject.title)}-versions",
    )


@page(results["see"])
def sheet_export(request: ActorRequest, batch_id: UUID, mapping_id: UUID, attempt: int) -> HttpResponseBase:
    """The sheet as a file."""
    kind = request.GET.get("format", XLSX)
    if kind not in (CSV, XLSX):
        raise Invalid(_("Choose csv or xlsx."), field="format")
    view = _view(request, batch_id, mapping_id, attempt, "see")
    name = slugify(f"{view.mapping.subject.title} {view.batch.code} results")
    return response_of(rows_download(_rows_of(view), name, kind))


def _rows_of(view: ResultsView) -> Iterator[list[Any]]:
    heads = [_("Number"), _("Student"), _("Student number"), *(f"{one.name} ({one.most})" for one in view.columns)]
    yield [*heads, _("Total"), _("Percent"), _("Grade"), _("Points"), _("Remark"), _("Version")]
    for line in view.lines:
        row, outcome = line.row, line.row.outcome
        cells = [_trim(cell) if isinstance(cell, Decimal) else text_of_cell(cell) for cell in row.cells.values()]
        worked_out = [_trim(outcome.total), _trim(outcome.percent), grade_of(outcome), _trim(outcome.points)]
        why = why_of(view.sheet.scheme, outcome)
        yield [line.no, line.name, line.number, *cells, *worked_out, why, row.result.version if row.result else None]


def _trim(number: Decimal | None) -> Decimal | None:
    """Without zeros that say nothing."""
    return None if number is None else Decimal(plain_number(number))
