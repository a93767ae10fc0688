"""What each kind of report is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from muster.allocation.permissions import mentees
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.files.downloads import Download
from muster.core.permissions import Permission
from muster.institutions.access import Actor
from muster.people.permissions import instructors
from muster.progression.permissions import department_figures
from muster.reports.content import ReportContent
from muster.reports.files import report_file
from muster.reports.filters import ReportFilters
from muster.reports.kinds.batches import attendance_sheet, attended_days, batch_progress
from muster.reports.kinds.institution import department_kpi, institution_month, instructor_performance
from muster.reports.kinds.mentoring import mentoring
from muster.reports.kinds.work import ReportWork
from muster.reports.models import ReportKind

DAYS = ("time", "from", "to")


@dataclass(frozen=True)
class ReportDefinition:
    """A kind of report: what it tells, which filters it knows and needs, who may order it, and what makes it."""

    kind: ReportKind
    about: Any
    icon: str
    filters: tuple[str, ...]
    allow: Permission
    make: Callable[[ReportWork], ReportContent | Download]
    needs: str = ""

    @property
    def label(self) -> str:
        return str(self.kind.label)

    def read(self, actor: Actor, asked: Mapping[str, Any]) -> ReportFilters:
        """The filters, as the actor may ask for them. Raises Invalid at `filters.<name>`."""
        found = ReportFilters.read(actor, asked, self.filters)
        if self.needs and not getattr(found, self.needs):
            words = {"batch": _("Choose a batch."), "department": _("Choose a department.")}
            raise Invalid(str(words[self.needs]), field=f"filters.{self.needs}", code="required")
        return found

    def write(self, work: ReportWork) -> tuple[str, Download]:
        """What it is about in words, and its file; days and times as the institution's clock has them."""
        with timezone.override(work.actor.zone):
            made = self.make(work)
            if isinstance(made, ReportContent):
                return made.subject, report_file(made, work.format, work.actor)
            return str(work.filters.batch), made

    def subjects(self, actor: Actor, filters: ReportFilters) -> QuerySet[Any]:
        """The rows that a report of the actor would tell of: batches, or students with or without a mentor."""
        if self.kind is ReportKind.MENTORING:
            return mentees.rows(actor, "list").order_by()
        return batches.rows(actor, "roster").filter(filters.part).order_by()


_declared = (
    ReportDefinition(
        ReportKind.INSTITUTION_MONTH,
        _("All figures of a month against the time before, by branch and department, and the batches that need you."),
        "chart",
        ("branch", "department", "course", *DAYS),
        batches["roster"],
        institution_month,
    ),
    ReportDefinition(
        ReportKind.DEPARTMENT_KPI,
        _("The figures of a department, of each of its batch years, and of the semesters before."),
        "dept",
        ("department", *DAYS),
        department_figures["figures"],
        department_kpi,
        "department",
    ),
    ReportDefinition(
        ReportKind.BATCH_PROGRESS,
        _("The figures of a batch, and how far each of its students is."),
        "batches",
        ("batch", *DAYS),
        batches["roster"],
        batch_progress,
        "batch",
    ),
    ReportDefinition(
        ReportKind.INSTRUCTOR_PERFORMANCE,
        _("Attendance, results and satisfaction of the batches that each instructor led, and their load."),
        "person",
        ("branch", "department", "course", *DAYS),
        instructors["list"],
        instructor_performance,
    ),
    ReportDefinition(
        ReportKind.ATTENDANCE_SHEET,
        _("The students of a batch by its sessions, with totals."),
        "table",
        ("batch", *DAYS),
        batches["roster"],
        attendance_sheet,
        "batch",
    ),
    ReportDefinition(
        ReportKind.ATTENDED_DAYS,
        _("For each student and month the days attended, absent and excused."),
        "cal",
        ("batch", "branch", "department", "course", *DAYS),
        batches["roster"],
        attended_days,
    ),
    ReportDefinition(
        ReportKind.MENTORING,
        _("The figures of mentoring, and every student with their mentor."),
        "mentor",
        DAYS,
        mentees["list"],
        mentoring,
    ),
)
KINDS: Mapping[str, ReportDefinition] = {one.kind.value: one for one in _declared}


def definitions_for(actor: Actor) -> list[ReportDefinition]:
    """The kinds that the actor may order."""
    return [one for one in KINDS.values() if one.allow.may(actor)]
