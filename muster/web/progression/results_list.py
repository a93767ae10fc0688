"""The results sheets that somebody has to enter, or to see."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.progression.permissions import results
from muster.progression.queries.sheet_list import RUNNING, SCORES_MISSING, sheets_listed
from muster.web.attendance.widgets import bar_of
from muster.web.progression.results_view import results_url
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.widgets import pill


class SheetFilters(Filters):
    """What the list is narrowed by."""

    search = ("subject__title", "subject__code", "batch__name", "batch__code")
    term = Buckets(
        gettext_lazy("Semesters"),
        Bucket("", gettext_lazy("Current"), RUNNING),
        Bucket("all", gettext_lazy("All"), Q(), chip=gettext_lazy("All semesters")),
        scope=True,
    )
    department = Facet(
        gettext_lazy("Department"),
        value="batch__department_id",
        text="batch__department__name",
        none=gettext_lazy("No department"),
    )
    batch = Facet(gettext_lazy("Batch"), value="batch_id", text="batch__name")
    semester = Facet(gettext_lazy("Semester"), value="semester")
    instructor = Facet(
        gettext_lazy("Instructor"),
        value="instructor_id",
        text="instructor__full_name",
        none=gettext_lazy("No instructor yet"),
    )
    progress = Buckets(
        gettext_lazy("Progress"),
        Bucket("missing", gettext_lazy("Scores missing"), SCORES_MISSING),
        Bucket("ready", gettext_lazy("Not published"), Q(entered__gt=0, published__lt=F("students"))),
        Bucket("published", gettext_lazy("Published"), Q(students__gt=0, published__gte=F("students"))),
    )


class SheetTable(Table):
    """A subject of a batch, how much of its sheet is entered, and how much is published."""

    counted = ngettext_lazy("%(count)s subject", "%(count)s subjects", "count")
    caption = gettext_lazy("Results")
    cards = {"subject": "title", "batch": "meta", "instructor": "meta", "entered": "bar", "published": "status"}

    subject = TitleColumn(
        accessor="subject__title",
        verbose_name=gettext_lazy("Subject"),
        url=results_url,
        sub=lambda mapping: mapping.subject.code,
    )
    batch = Column(accessor="batch__name", verbose_name=gettext_lazy("Batch"))
    semester = NumberColumn(verbose_name=gettext_lazy("Semester"))
    instructor = Column(accessor="instructor__full_name", verbose_name=gettext_lazy("Instructor"))
    entered = Column(verbose_name=gettext_lazy("Scores entered"))
    expected = NumberColumn(verbose_name=gettext_lazy("Scores to enter"), visible=False)
    published = Column(verbose_name=gettext_lazy("Published"))
    students = NumberColumn(verbose_name=gettext_lazy("Students"), visible=False)

    class Meta(Table.Meta):
        order_by = ("batch", "semester", "subject")

    def render_batch(self, value: str, record: Any) -> SafeString:
        return format_html('{}<span class="s">{}</span>', value, record.batch.code)

    def value_batch(self, record: Any) -> str:
        return str(record.batch.code)

    def render_entered(self, record: Any) -> SafeString:
        return bar_of(record.entered, record.expected, words=_("Scores entered:"))

    def value_entered(self, record: Any) -> int:
        return int(record.entered)

    def render_published(self, record: Any) -> SafeString:
        if not record.published:
            return pill(_("Not published"), "", "half" if record.entered else "ring")
        if record.published < record.students:
            words = _("%(done)d of %(all)d published") % {"done": record.published, "all": record.students}
            return pill(words, "warn", "half")
        return pill(_("Published"), "good", "okc")

    def value_published(self, record: Any) -> int:
        return int(record.published)


@page(results["see"])
def sheet_list(request: ActorRequest) -> HttpResponseBase:
    """The sheets that the actor may see: instructors their own subjects, managers those of their batches."""
    rows = sheets_listed(results.rows(request.actor))
    return list_page(
        request,
        table_class=SheetTable,
        filterset_class=SheetFilters,
        queryset=rows.order_by("batch__code", "semester", "subject__title__plain", "pk"),
        template="progression/results_list.html",
        context={"nav": "results"},
        empty=Empty(
            _("No results to enter"),
            _("Subjects of batches appear here once they are added under Subjects of a batch."),
            "award",
        ),
        export_name="results",
    )
