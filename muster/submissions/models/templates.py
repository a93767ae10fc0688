"""Export templates: how an authority wants a file, as data."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.core.history import tracked
from muster.core.text import Line, Lines, is_one_line
from muster.core.validators import between
from muster.institutions.models import InstitutionPart, InstitutionRow, one_key, owned_key, same_institution
from muster.submissions.sources import SOURCE_CHOICES

list_is_short = MaxLengthValidator(20_000, _("Keep the code list to %(limit_value)d characters or fewer."))


@tracked()
class ExportTemplate(InstitutionRow):
    """A file as an authority asks for it: what a row is, in which format, and its columns."""

    class RowKind(models.TextChoices):
        STUDENTS = "students", _("One row per student")
        MONTHS = "months", _("One row per student and month")

    class Format(models.TextChoices):
        FIXED = "fixed", _("Text with fixed widths")
        CSV = "csv", "CSV"
        XLSX = "xlsx", _("Excel (XLSX)")

    counted = ngettext_lazy("%(count)s export template", "%(count)s export templates", "count")

    name = Line(_("name"), max_length=100)
    row_kind = models.CharField(_("rows"), max_length=10, choices=RowKind, default=RowKind.STUDENTS)
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.CSV)
    has_headings = models.BooleanField(_("headings in the first line"), default=True)

    class Meta:
        verbose_name = _("export template")
        verbose_name_plural = _("export templates")
        constraints: ClassVar = [
            one_key("export_template"),
            is_one_line("name", "export_template_has_a_name"),
            models.UniqueConstraint("institution", "name", name="one_export_template_for_each_name"),
        ]
        ordering: ClassVar = ["name__plain"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_fixed(self) -> bool:
        return self.format == self.Format.FIXED


@tracked(part_of="export_template")
class TemplateColumn(InstitutionPart):
    """A column of an export template: where its value comes from, and how it is written."""

    class Align(models.TextChoices):
        LEFT = "left", _("Left")
        RIGHT = "right", _("Right")

    class DateStyle(models.TextChoices):
        ISO = "%Y-%m-%d", "2030-01-31"
        COMPACT = "%Y%m%d", "20300131"
        DAY_FIRST = "%d/%m/%Y", "31/01/2030"
        DAY_FIRST_COMPACT = "%d%m%Y", "31012030"

    counted = ngettext_lazy("%(count)s column", "%(count)s columns", "count")

    export_template = owned_key(ExportTemplate, on_delete=models.CASCADE, related_name="columns")
    place = models.PositiveSmallIntegerField(_("place"), default=1, validators=between(1, 200))
    source = models.CharField(_("content"), max_length=40, choices=SOURCE_CHOICES, default="full_name")
    heading = Line(_("heading"), max_length=80)
    width = models.PositiveSmallIntegerField(_("width"), null=True, blank=True, validators=between(1, 1000))
    align = models.CharField(_("alignment"), max_length=5, choices=Align, default=Align.LEFT)
    # A blank cannot be typed into a form; empty is one.
    padding = models.CharField(_("fill with"), max_length=1, blank=True)
    fixed_text = Line(_("fixed text"), max_length=200, blank=True)
    date_style = models.CharField(_("dates as"), max_length=10, choices=DateStyle, default=DateStyle.ISO)
    codes = Lines(_("code list"), blank=True, validators=[list_is_short])
    is_required = models.BooleanField(_("required"), default=False)

    class Meta:
        verbose_name = _("column")
        verbose_name_plural = _("columns")
        constraints: ClassVar = [
            one_key("template_column"),
            same_institution("template_column", "export_template", "submissions.ExportTemplate"),
            is_one_line("heading", "template_column_has_a_heading"),
            models.CheckConstraint(
                condition=~models.Q(padding__in=["\n", "\r", "\t"]), name="template_column_is_filled_with_a_sign"
            ),
        ]
        ordering: ClassVar = ["place", "id"]

    def __str__(self) -> str:
        return self.heading
