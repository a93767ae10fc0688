"""Export templates and their columns, each declared once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases
from muster.core.errors import FieldError
from muster.core.resources import Derived, Field, Narrowing, Resource
from muster.institutions.access import Actor
from muster.submissions.codes import read_codes
from muster.submissions.models import ExportTemplate, TemplateColumn
from muster.submissions.permissions import export_templates, template_columns
from muster.submissions.sources import FIXED_TEXT, SOURCES


class ExportTemplates(Resource[ExportTemplate]):
    """Export templates."""

    model, access = ExportTemplate, export_templates
    noun, plural = "export_template", "export_templates"
    fields = (
        Field("name", listed="title", searched=True, sorted=True),
        Field("row_kind", note="students or months", listed="meta", heading=_("Rows")),
        Field("format", note="fixed, csv or xlsx", listed="meta"),
        Field("has_headings", help=_("Files with fixed widths often have none.")),
        Derived("column_count", label=_("Columns"), listed="figure"),
    )
    narrowings = (Narrowing("format", api="format"),)
    order = ("name__plain",)
    search_hint = _("Name")
    one_of_a_kind = {
        "one_export_template_for_each_name": (
            "name",
            _("Another export template is already called %(name)s. Choose another name."),
        )
    }
    instead = _("What was submitted keeps its template.")

    title, none_yet = _("Export templates"), _("No export templates yet")
    about = _("How an authority wants its file: which columns, how wide, in which codes. No programming needed.")
    add_words, delete_words = _("Add template"), _("Delete template")

    def in_full(self, rows: QuerySet[ExportTemplate]) -> QuerySet[ExportTemplate]:
        return rows.annotate(column_count=Count("columns"))

    def problems(self, by: Actor, row: ExportTemplate, wrong: set[str]) -> Iterator[FieldError]:
        if row._state.adding or row.row_kind == ExportTemplate.RowKind.MONTHS:
            return
        monthly = [key for key, source in SOURCES.items() if source.is_of_month]
        if found := row.columns.filter(source__in=monthly).order_by("place").first():
            words = gettext("Column “%(heading)s” holds something of a month. Remove it first.")
            yield FieldError("row_kind", words % {"heading": found.heading})

    def delete_text(self, row: ExportTemplate) -> Sequence[Any]:
        return [gettext("Its columns are deleted with it.")]


class TemplateColumns(Resource[TemplateColumn]):
    """The columns of an export template."""

    model, access = TemplateColumn, template_columns
    noun, plural = "template_column", "template_columns"
    within = "export_template"
    fields = (
        Field("heading", width="w4", searched=True, sorted=True),
        Field("place", width="w2", sorted=True, help=_("Its position among the columns.")),
        Field("source", width="w3", note="Such as student_number, batch_code or days_attended"),
        Field(
            "fixed_text",
            width="w3",
            note="Required if the source is fixed_text",
            help=_("The same on each line, if the content is fixed text."),
        ),
        Field(
            "width",
            width="w2",
            note="Required if the template has fixed widths",
            help=_("In characters. Fixed widths need it; elsewhere it's the most allowed."),
        ),
        Field("align", width="w2", note="left or right"),
        Field("padding", width="w2", help=_("Leave blank to fill with spaces. Often 0 for numbers.")),
        Field("date_style", width="w2", note="A date format such as %Y-%m-%d"),
        Field("is_required", help=_("No file is made while a value is missing.")),
        Field("codes", help=_("One per line: the value here = the authority's code. Other values are refused.")),
    )
    order = ("place",)

    title = _("Columns")
    add_words, delete_words = _("Add column"), _("Delete column")

    def problems(self, by: Actor, row: TemplateColumn, wrong: set[str]) -> Iterator[FieldError]:
        template = row.export_template
        source = SOURCES.get(row.source)
        if source is None:
            return
        if "source" not in wrong and source.is_of_month and template.row_kind != ExportTemplate.RowKind.MONTHS:
            yield FieldError("source", gettext("This template has one row per student. Choose something not monthly."))
        if "fixed_text" not in wrong and (row.source == FIXED_TEXT) != bool(row.fixed_text):
            yield FieldError(
                "fixed_text",
                gettext("Leave this blank, or choose fixed text as the content.")
                if row.fixed_text
                else gettext("Enter the text."),
            )
        if "width" not in wrong and template.is_fixed and row.width is None:
            yield FieldError("width", gettext("Enter a width. This template has fixed widths."))
        if "codes" not in wrong and (refused := read_codes(row.codes).refused):
            yield FieldError("codes", refused)


EXPORT_TEMPLATES = ExportTemplates()
TEMPLATE_COLUMNS = TemplateColumns()
# As people say them.
name_use_cases(
    {
        f"{deed}_{noun}": words
        for noun, said in {
            "export_template": (
                _("added an export template"),
                _("changed an export template"),
                _("removed an export template"),
                _("restored an export template"),
            ),
            "template_column": (
                _("added a column to an export template"),
                _("changed a column of an export template"),
                _("removed a column from an export template"),
                _("restored a column of an export template"),
            ),
        }.items()
        for deed, words in zip(("add", "change", "delete", "restore"), said, strict=True)
    }
)
