"""Export templates: kept, and filled for some batches over some days."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field
from typing_extensions import TypedDict

from muster.api.kit import Day, Door, In, answer, request_actor, request_object
from muster.api.kit.resources import Routes
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.files.downloads import PRIVATE, XLSX_TYPE, Download
from muster.submissions import rules
from muster.submissions.filling import CSV_TYPE, MOST_BATCHES, TEXT_TYPE, file_stem, fill_template
from muster.submissions.models import ExportTemplate
from muster.submissions.permissions import export_templates
from muster.submissions.resources import EXPORT_TEMPLATES, TEMPLATE_COLUMNS

template_router = Door()
Routes(
    EXPORT_TEMPLATES,
    "/export-templates",
    shape="How an authority wants a file, with the number of its columns.",
    says={"list": "The export templates, by name.", "delete": "Delete a template of which nothing was submitted."},
).join(template_router)
Routes(
    TEMPLATE_COLUMNS,
    "/template-columns",
    inside="/export-templates",
    shape="A column with its template's id.",
    says={"list": "The columns of a template, by place.", "add": "Add a column to a template."},
).join(template_router)


class TemplateRunIn(In):
    """Of which batches, over which days."""

    batch_ids: list[str] = Field(description="Up to 500 ids")
    from_: Day = Field(alias="from", description="The first day")
    to: Day = Field(description="The last day")


@template_router.post(
    "/export-templates/{export_template_id}/run",
    allow=export_templates["run"],
    on="export_template_id",
    repeatable=False,
    files=(CSV_TYPE.partition(";")[0], TEXT_TYPE.partition(";")[0], XLSX_TYPE),
)
def run_export_template(request: HttpRequest, export_template_id: str, body: TemplateRunIn) -> Any:
    """The file of a template. All rows or none: `errors` names each value that can't be written, by row and column."""
    actor, template = request_actor(request), request_object(request, ExportTemplate)
    if not body.batch_ids or len(body.batch_ids) > MOST_BATCHES:
        raise Invalid(_("Send 1 to %(most)d batches.") % {"most": MOST_BATCHES}, field="batch_ids")
    chosen = [
        batches.get_named(actor, one, f"batch_ids.{number}", "roster") for number, one in enumerate(body.batch_ids)
    ]
    filled = fill_template(template, chosen, body.from_, body.to)
    code = chosen[0].code if len(chosen) == 1 else ""
    made = filled.as_file(file_stem(template.name, code, body.from_, body.to))
    return HttpResponse(made.content, headers=Download(made.name, made.media_type, [], PRIVATE).headers)


class TemplateExampleOut(TypedDict):
    """The template that was added."""

    _id: str
    name: str


@template_router.post(
    "/export-template-examples/{example}", allow=export_templates["change"], data=TemplateExampleOut, status=201
)
def add_export_template_example(request: HttpRequest, example: str) -> HttpResponse:
    """Add one of the templates that Muster brings along: `enrollment` or `attended-days`."""
    template = rules.add_example_template(by=request_actor(request), key=example)
    return answer({"_id": str(template.pk), "name": template.name}, "Export template added successfully", status=201)
