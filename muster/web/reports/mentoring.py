"""The mentoring report: every student with a mentor, how often they met, what they reached, and when they last met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.allocation.models import IndividualAssignment
from muster.allocation.permissions import mentees
from muster.assessment.queries import mentoring_report
from muster.core.replica import may_lag
from muster.exchange.exports import MENTORING, progress_of_seats
from muster.web.reports.views import report_page
from muster.web.requests import ActorRequest
from muster.web.ui.pages import page
from muster.web.ui.tables import Empty, Facet, Filters, NumberColumn, Table, TitleColumn
from muster.web.ui.widgets import local_date


class PairFilters(Filters):
    """By who mentors, and as what."""

    search: ClassVar[Sequence[str]] = ("student__full_name", "student_number")
    search_hint = gettext_lazy("Name or number")

    instructor = Facet(gettext_lazy("Instructor"), value="instructor_id", text="instructor__full_name")
    type = Facet(gettext_lazy("Type"), value="assignment_type", words=IndividualAssignment.Type.choices)


class PairTable(Table):
    """Students with their mentors."""

    counted = ngettext_lazy("%(count)s student", "%(count)s students", "count")
    caption = gettext_lazy("Mentoring")
    cards = {
        "student": "title",
        "instructor": "meta",
        "since": "labelled",
        "sessions": "labelled",
        "last": "labelled",
        "next": "labelled",
        "goals": "labelled",
        "progress": "labelled",
    }
    exported = MENTORING

    student = TitleColumn(
        accessor="student__full_name",
        verbose_name=gettext_lazy("Student"),
        url=lambda row: reverse("mentoring:student", args=[row.student_id]),
        sub=lambda row: row.student_number or "",
    )
    instructor = Column(accessor="instructor__full_name", verbose_name=gettext_lazy("Instructor"))
    since = Column(accessor="assigned_at", verbose_name=gettext_lazy("Since"))
    sessions = NumberColumn(accessor="held", verbose_name=gettext_lazy("Sessions held"))
    last = Column(accessor="last_contact", verbose_name=gettext_lazy("Last contact"))
    next = Column(accessor="next_session", verbose_name=gettext_lazy("Next session"))
    goals = NumberColumn(accessor="reached", verbose_name=gettext_lazy("Goals reached"))
    progress = Column(empty_values=(), orderable=False, verbose_name=gettext_lazy("Progress"))

    class Meta(Table.Meta):
        pass

    def render_instructor(self, record: Any) -> Any:
        kind = record.get_assignment_type_display()
        return format_html('{}<span class="s">{}</span>', record.instructor.full_name, kind)

    def render_since(self, value: datetime) -> str:
        return date_format(value.astimezone(self.request.actor.zone), "j M Y")

    def render_sessions(self, record: Any) -> Any:
        if not record.missed:
            return record.held
        missed = ngettext("%(count)d missed", "%(count)d missed", record.missed) % {"count": record.missed}
        return format_html('{}<span class="s">{}</span>', record.held, missed)

    def render_last(self, value: Any) -> Any:
        return local_date(value)

    def render_next(self, value: Any) -> Any:
        return local_date(value)

    def render_goals(self, record: Any) -> str:
        return _("%(done)d of %(due)d") % {"done": record.reached, "due": record.agreed} if record.agreed else "–"

    def render_progress(self, record: Any) -> str:
        return progress_of_seats(record.student.seats_now) or "–"


@page(mentees["list"])
def mentoring_report_page(request: ActorRequest) -> HttpResponseBase:
    """How mentoring goes, of all students that the person may see; to an instructor, of their own."""
    text = _("Students appear here once they have a mentor. Assign one under Mentoring.")
    return report_page(
        request,
        "mentoring",
        table_class=PairTable,
        filterset_class=PairFilters,
        queryset=may_lag(mentoring_report(request.actor)),
        empty=Empty(_("No mentors assigned yet"), text, "mentor"),
        export_name="mentoring-report",
    )
