"""Export templates: their list, one with its columns, and running it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from muster.core.errors import DomainError
from muster.core.files.downloads import PRIVATE, Download
from muster.institutions.access import Actor
from muster.submissions import resources
from muster.submissions.codes import read_codes
from muster.submissions.examples import EXAMPLES
from muster.submissions.filling import FilledTemplate, file_stem, fill_template
from muster.submissions.models import ExportTemplate, TemplateColumn
from muster.submissions.permissions import export_templates
from muster.submissions.rules import add_example_template
from muster.web.requests import ActorRequest
from muster.web.submissions.editing import ActorForm, BatchChoice, batches_to_choose
from muster.web.ui.components import Fact
from muster.web.ui.dialogs import redirect_with_message, redirect_with_refusal
from muster.web.ui.downloads import response_of
from muster.web.ui.forms import FormSection, wide
from muster.web.ui.pages import page
from muster.web.ui.resources import Area, Pages

MOST_SHOWN = 20
AREA = Area(
    "oversight",
    "submissions/templates.html",
    lambda: [_("Oversight"), reverse("oversight:overview"), _("Submissions"), reverse("submissions:list")],
)


class TemplatePages(Pages[ExportTemplate]):
    """The pages of templates; the list offers the examples that are not here yet."""

    def list(self, request: Any) -> HttpResponseBase:
        taken = set(ExportTemplate.objects.filter(institution=request.actor.institution).values_list("name", flat=True))
        examples = [(key, one) for key, one in EXAMPLES.items() if str(one.title) not in taken]
        may = self.resource.access.may(request.actor, "change")
        return self.listing(
            request,
            self.rows(request.actor),
            may,
            self.new_url() if may else "",
            template=self.area.list_template,
            context={"examples": examples if may else []},
        )


TEMPLATES = TemplatePages(
    resources.EXPORT_TEMPLATES,
    AREA,
    route="export-templates:",
    list_route="export-templates:list",
    own_route="export-templates:template",
    icon="table",
)
COLUMNS = Pages(resources.TEMPLATE_COLUMNS, AREA, route="export-templates:column-", inside=TEMPLATES)


def find_template(actor: Actor, key: str, action: str = "see") -> ExportTemplate:
    """The template, where the actor may do this with it. Raises Missing, Forbidden."""
    return export_templates.get(actor, key, action, among=resources.EXPORT_TEMPLATES.among)


@page(export_templates["see"])
def template_page(request: ActorRequest, export_template_id: str) -> HttpResponse:
    """One template with its columns."""
    actor = request.actor
    template = find_template(actor, export_template_id)
    columns = list(template.columns.all())
    facts = [
        Fact(_("Rows"), template.get_row_kind_display()),
        Fact(_("Format"), template.get_format_display()),
        Fact(_("Headings"), _("In the first line") if template.has_headings else _("None")),
    ]
    if template.is_fixed:
        facts.append(Fact(_("Characters per line"), sum(column.width or 0 for column in columns)))
    context = {
        "nav": "oversight",
        "template": template,
        "may_change": export_templates.allows(actor, "change", template),
        "facts": facts,
        "columns": [(column, _column_words(template, column)) for column in columns],
    }
    return render(request, "submissions/template.html", context)


def _column_words(template: ExportTemplate, column: TemplateColumn) -> list[str]:
    """What is said of a column besides its heading."""
    said = [f"“{column.fixed_text}”" if column.fixed_text else str(column.get_source_display())]
    if column.width:
        said.append(_("width %(width)d") % {"width": column.width})
    if template.is_fixed:
        align = column.get_align_display().lower()
        filled = _("filled with “%(sign)s”") % {"sign": column.padding} if column.padding else ""
        said.append(" ".join(filter(None, [align, filled])))
    if codes := read_codes(column.codes).codes:
        said.append(_("%(count)d codes") % {"count": len(codes)})
    if column.is_required:
        said.append(_("required"))
    return said


@page(export_templates["change"])
@require_POST
def add_example(request: ActorRequest, example: str) -> HttpResponse:
    """Add one of the templates that Muster brings along."""
    try:
        template = add_example_template(by=request.actor, key=example)
    except DomainError as error:
        if error.status == 404:
            raise
        return redirect_with_refusal(request, reverse("export-templates:list"), error)
    url = reverse("export-templates:template", args=[template.pk])
    return redirect_with_message(request, url, _("%(name)s added.") % {"name": template.name})


class RunForm(ActorForm):
    """Of which batches, over which days."""

    batch = BatchChoice(label=gettext_lazy("Batches"), queryset=None, widget=forms.CheckboxSelectMultiple)
    first = forms.DateField(label=gettext_lazy("From"))
    last = forms.DateField(label=gettext_lazy("To"))
    layout = (FormSection(gettext_lazy("Rows"), wide("batch", "picks"), wide("first", "half"), wide("last", "half")),)

    def offer(self, actor: Actor) -> None:
        super().offer(actor)
        self.fields["batch"].queryset = batches_to_choose(actor)  # type: ignore[attr-defined]


def _preview(filled: FilledTemplate | None) -> dict[str, Any]:
    """The first rows, each cell told whether its column holds nothing but numbers."""
    rows = [[str(cell) for cell in line] for line in filled.lines[:MOST_SHOWN]] if filled else []
    numbers = [
        all(not cell or cell.replace(".", "").isdigit() for cell in column) for column in zip(*rows, strict=True)
    ]
    heads = zip(filled.headings, numbers or [False] * len(filled.headings), strict=True) if filled else ()
    return {"heads": list(heads), "shown": [list(zip(row, numbers, strict=True)) for row in rows]}


@page(export_templates["run"])
def run_page(request: ActorRequest, export_template_id: str) -> HttpResponseBase:
    """Fill a template: its rows and every problem are shown, and without one the file is a click away."""
    actor = request.actor
    template = find_template(actor, export_template_id, "run")
    asked = "batch" in request.GET or "first" in request.GET
    form = RunForm(request.GET if asked else None, actor=actor, initial=_last_month(actor))
    filled: FilledTemplate | None = None
    if form.is_valid():
        given = form.cleaned_data
        chosen = list(given["batch"])
        try:
            filled = fill_template(template, chosen, given["first"], given["last"])
            if "download" in request.GET:
                code = chosen[0].code if len(chosen) == 1 else ""
                made = filled.as_file(file_stem(template.name, code, given["first"], given["last"]))
                return response_of(Download(made.name, made.media_type, [made.content], PRIVATE))
        except DomainError as error:
            wrong = {"to": "last", "from": "first"}
            for one in error.errors if filled is None else ():
                form.add_error(wrong.get(one.field), one.message)
            if filled is None and not error.errors:
                form.add_error(None, error.message)
    query = request.GET.copy()
    query["download"] = "1"
    context = {
        "nav": "oversight",
        "template": template,
        "form": form,
        "filled": filled,
        "problems": filled.problems if filled else [],
        **_preview(filled),
        "plain": ["".join(map(str, line)) for line in filled.lines[:MOST_SHOWN]]
        if filled and template.is_fixed and not filled.problems
        else [],
        "download_url": f"?{query.urlencode()}",
    }
    return render(request, "submissions/run.html", context)


def _last_month(actor: Actor) -> dict[str, date]:
    """The days that are most often asked for."""
    last = actor.today().replace(day=1) - date.resolution
    return {"first": last.replace(day=1), "last": last}
