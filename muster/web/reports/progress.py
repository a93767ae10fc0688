"""The progress report: every student in every batch, what they attended and did, and when they last came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django_tables2 import Column

from muster.assessment.queries import BY_LAST_ATTENDED, BY_PROGRESS, progress_in
from muster.core.replica import may_lag
from muster.enrollments.models import Enrollment
from muster.exchange.exports import ENROLLMENTS, enrollment_rows
from muster.people.links import batch_url, student_url
from muster.people.permissions import students
from muster.web.enrollments.words import progress_cell, state_of_seat
from muster.web.reports.views import report_page
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn
from muster.web.ui.widgets import local_date, percent, pill

CURRENT = Q(status__in=Enrollment.SEATED, frozen=False)


class ProgressFilters(Filters):
    """By where somebody learns; the current, unless the others are asked for."""

    search: ClassVar[Sequence[str]] = ("student__full_name", "student_number")
    search_hint = gettext_lazy("Name or number")

    batch = Facet(gettext_lazy("Batch"), value="batch_id", text="batch__name", none=gettext_lazy("Individual study"))
    course = Facet(gettext_lazy("Course"), value="course_id", text="course__title")
    status = Facet(gettext_lazy("Status"), value="status", words=Enrollment.Status.choices)
    when = Buckets(
        gettext_lazy("Enrollments"),
        Bucket("", gettext_lazy("Current"), CURRENT),
        Bucket("all", gettext_lazy("All"), Q(), chip=gettext_lazy("Including past ones")),
        Bucket("past", gettext_lazy("Past"), ~CURRENT),
        scope=True,
    )


class ProgressTable(Table):
    """Enrollments with how far each is."""

    counted = ngettext_lazy("%(count)s enrollment", "%(count)s enrollments", "count")
    caption = gettext_lazy("Progress")
    cards = {
        "student": "title",
        "batch": "meta",
        "progress": "labelled",
        "attendance": "labelled",
        "last": "labelled",
        "status": "status",
    }
    exported = ENROLLMENTS

    student = TitleColumn(
        accessor="student__full_name",
        verbose_name=gettext_lazy("Student"),
        url=lambda row: student_url(row.student_id),
        sub=lambda row: row.student_number or "",
    )
    batch = Column(accessor="batch__name", empty_values=(), verbose_name=gettext_lazy("Batch"))
    progress = NumberColumn(accessor=BY_PROGRESS, verbose_name=gettext_lazy("Progress"))
    attendance = NumberColumn(accessor="attendance_percent", verbose_name=gettext_lazy("Attendance"))
    last = Column(empty_values=(), order_by=BY_LAST_ATTENDED, verbose_name=gettext_lazy("Last attended"))
    status = Column(verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        pass

    def render_batch(self, record: Any) -> Any:
        if record.batch is None:
            return str(record.course)
        return format_html('<a href="{}">{}</a>', batch_url(record.batch.pk), record.batch.marked(record.batch.name))

    def render_progress(self, record: Any) -> Any:
        return progress_cell(record)

    def render_attendance(self, value: Any) -> str:
        return percent(value)

    def render_last(self, record: Any) -> Any:
        day = progress_in(record).last_attended
        return local_date(day) if day else "–"

    def render_status(self, record: Any) -> Any:
        return pill(*state_of_seat(record))


@page(students["list"])
def progress_report_page(request: ActorRequest) -> HttpResponseBase:
    """The progress of all students that the person may see."""
    text = _("Students appear here with their progress once they're enrolled.")
    return report_page(
        request,
        "progress",
        table_class=ProgressTable,
        filterset_class=ProgressFilters,
        queryset=may_lag(enrollment_rows(request.actor)),
        empty=Empty(_("No enrollments yet"), text, "chart"),
        export_name="progress",
    )
