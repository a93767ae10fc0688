"""How far the students of a batch are, its attendance sheet, and on how many days each student attended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from muster.attendance.register_files import batch_sheet, sheet_file
from muster.batches.models import Batch
from muster.core.errors import Invalid
from muster.core.exports import Export
from muster.core.files.downloads import Download
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.models import Enrollment
from muster.exchange.exports import ROSTER, enrollment_rows
from muster.insights.periods import Comparison, Period
from muster.insights.queries import insight_into
from muster.reports.content import Cells, ReportColumn, ReportContent, ReportFigure, ReportTable, figures_table
from muster.reports.filters import ReportTime, days_of
from muster.reports.kinds.institution import weekly_line
from muster.reports.kinds.work import AT_ONCE, ReportWork, file_stem_of, words_of_days
from muster.submissions.filling import month_figures, months_of, students_of_batches

HEADLINE = ("attendance", "registers_taken", "seats_filled", "completed", "satisfaction", "at_risk")
# Of the columns of a roster those that a report shows, and what their cells are.
OF_STUDENTS: Mapping[str, Cells] = {
    "student_name": Cells.TEXT,
    "student_number": Cells.TEXT,
    "status_words": Cells.TEXT,
    "progress": Cells.PERCENT,
    "sessions_done": Cells.NUMBER,
    "sessions_due": Cells.NUMBER,
    "assessments_done": Cells.NUMBER,
    "assessments_due": Cells.NUMBER,
    "attendance_percent": Cells.PERCENT,
    "last_attended": Cells.DAY,
}
# So many batches are read together.
BATCHES_AT_ONCE = 50


def exported_table(
    key: str, title: str, export: Export, shown: Mapping[str, Cells], rows: Iterable[Any], empty: str
) -> ReportTable:
    """Some columns of a list as a table, each value as its export gives it."""
    columns = [one for name in shown for one in export.columns if one.key == name]
    return ReportTable(
        key,
        title,
        [ReportColumn(one.key, one.heading, shown[one.key], wide=place == 0) for place, one in enumerate(columns)],
        [[one.value(row) for one in columns] for row in rows],
        empty,
    )


def _batch(work: ReportWork) -> Batch:
    if work.filters.batch is None:
        raise Invalid(_("Choose a batch."), field="filters.batch", code="required")
    return work.filters.batch


def batch_progress(work: ReportWork) -> ReportContent:
    """The figures of a batch, and how far each of its students is. Raises Invalid without one."""
    batch = _batch(work)
    period = work.filters.days(Period.of_batch(batch.start_date, batch.end_date, batch.today()), batch.today())
    insight = insight_into(work.scope, period, period.compared(Comparison.NOTHING))
    shown = Q(status__in=[*Enrollment.SEATED, Enrollment.Status.COMPLETED])
    students = enrollment_rows(work.actor).filter(shown, batch=batch)
    table = exported_table(
        "students", _("Students"), ROSTER, OF_STUDENTS, students.iterator(AT_ONCE), _("No students in this batch.")
    )
    return ReportContent(
        _("Batch progress"),
        f"{batch.name} ({batch.code}), {words_of_days(period)}",
        file_stem_of(_("progress"), batch.code, period.first, period.last),
        batch_facts(batch),
        [ReportFigure(insight.figures[name]) for name in HEADLINE],
        weekly_line(insight.attendance, period, minimum_attendance_of(work.actor.institution, batch.course)),
        [table, figures_table(insight.figures)],
    )


def batch_facts(batch: Batch) -> list[tuple[str, str]]:
    """What a batch is, in words."""
    found = (
        (_("Course"), batch.course.title if batch.course else ""),
        (_("Department"), batch.department.name if batch.department else ""),
        (_("Branch"), batch.branch.name if batch.branch else ""),
        (_("Status"), str(batch.get_status_display())),
    )
    return [(word, value) for word, value in found if value]


def attendance_sheet(work: ReportWork) -> Download:
    """The sheet of a batch, as its page gives it. Raises Invalid without one, and where it is too long for paper."""
    batch = _batch(work)
    if work.filters.time:
        period = days_of(work.filters.time, batch.today())
        return sheet_file(batch_sheet(work.actor, batch, period.first, period.last), work.format)
    return sheet_file(batch_sheet(work.actor, batch, work.filters.first, work.filters.last), work.format)


def attended_days(work: ReportWork) -> ReportContent:
    """Of each student and month the days with a register, by what became of them; those without any are left out.

    A constant number of statements for every fifty batches. Raises Invalid for more than two years.
    """
    period = work.period(days_of(ReportTime.MONTH, work.today))
    months = months_of(period.first, period.last)
    columns = [
        ReportColumn("student_name", _("Student"), wide=True),
        ReportColumn("student_number", _("Number")),
        ReportColumn("batch_code", _("Batch")),
        ReportColumn("month", _("Month")),
        ReportColumn("days_held", _("Days with a register"), Cells.NUMBER),
        ReportColumn("days_attended", _("Attended"), Cells.NUMBER),
        ReportColumn("days_absent", _("Absent"), Cells.NUMBER),
        ReportColumn("days_excused", _("Excused"), Cells.NUMBER),
        ReportColumn("enrollment_id", "enrollment_id", spare=True),
    ]
    rows = list(_days(work, period, months))
    table = ReportTable("days", _("Days"), columns, rows, _("No marks on these days."))
    return ReportContent(
        _("Attended days"),
        words_of_days(period),
        file_stem_of(_("attended-days"), period.first, period.last),
        [*work.filters.words, *(batch_facts(work.filters.batch) if work.filters.batch else ())],
        tables=[table],
        notes=[
            _("A day counts once: attended where the student came to any session, absent where every mark says so.")
        ],
    )


def _days(work: ReportWork, period: Period, months: Sequence[date]) -> Iterator[Sequence[Any]]:
    batches = list(Batch.objects.filter(pk__in=work.scope.batches).order_by("code", "pk"))
    for at in range(0, len(batches), BATCHES_AT_ONCE):
        work.progress(at, len(batches))
        some = batches[at : at + BATCHES_AT_ONCE]
        figures = month_figures(some, period.first, period.last)
        seats: Any = students_of_batches(some, period.first, period.last)
        for seat in seats:
            for month in months:
                if one := figures.get((seat.pk, month)):
                    yield [
                        seat.student.full_name,
                        seat.student_number or "",
                        seat.batch.code,
                        f"{month:%Y-%m}",
                        one.attended + one.absent + one.excused,
                        one.attended,
                        one.absent,
                        one.excused,
                        str(seat.pk),
                    ]
