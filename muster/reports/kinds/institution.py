"""The institution's month, the figures of a department, and what became of each instructor's batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.workload import weekly_minutes, with_load
from muster.core.errors import Invalid
from muster.insights.leads import figures_by_lead
from muster.insights.marks import AttendanceCounts, Marks, sum_of
from muster.insights.mentoring import MentoringScope, mentoring_figures
from muster.insights.periods import Comparison, Period
from muster.insights.queries import Insight, insight_into
from muster.institutions.models import Branch, Department
from muster.mentoring.queries import response_times
from muster.people.permissions import instructors
from muster.progression.permissions import department_figures
from muster.progression.queries.figures import Figures, figures_of
from muster.reports.content import (
    Cells,
    ReportColumn,
    ReportContent,
    ReportFigure,
    ReportTable,
    WeeklyLine,
    figures_table,
)
from muster.reports.filters import ReportTime, days_of
from muster.reports.kinds.work import ReportWork, file_stem_of, words_of_days

HEADLINE = ("attendance", "registers_taken", "seats_filled", "completed", "satisfaction", "at_risk")
OF_INSTRUCTORS = ("attendance", "registers_taken", "completed", "passed", "satisfaction", "response")


def institution_month(work: ReportWork) -> ReportContent:
    """All figures of a month, against the time right before; attendance by week, branch, department and batch."""
    period = work.period(days_of(ReportTime.MONTH, work.today))
    compared = period.compared(Comparison.BEFORE)
    insight = insight_into(work.scope, period, compared)
    before = insight.compared.figures if insight.compared else {}
    mentoring = mentoring_figures(MentoringScope(work.actor), period, compared)
    minimum = work.actor.institution.minimum_attendance_percent
    return ReportContent(
        _("Institution's month"),
        words_of_days(period),
        file_stem_of(_("month"), period.first, period.last),
        [*work.filters.words, (_("Batches"), str(len(set(work.scope.batches))))],
        _headline(insight),
        weekly_line(insight.attendance, period, minimum),
        [
            figures_table({**insight.figures, **mentoring.figures}, {**before, **(mentoring.compared_figures or {})}),
            *_parts_tables(insight.attendance),
            low_batches(insight.attendance, minimum),
            _seats_table(insight),
            _months_table(insight.months),
        ],
        notes=[_("Compared with the time right before: %(days)s.") % {"days": words_of_days(compared)}]
        if compared
        else [],
    )


def department_kpi(work: ReportWork) -> ReportContent:
    """The figures of a department's batches, and of its batch years by semester. Raises Invalid without one."""
    department = work.filters.department
    if department is None:
        raise Invalid(_("Choose a department."), field="filters.department", code="required")
    period = work.period()
    insight = insight_into(work.scope, period, period.compared(Comparison.BEFORE))
    # Whoever may see the figures of the department's years.
    years = figures_of(work.actor, department) if department_figures.allows(work.actor, "figures", department) else None
    minimum = work.actor.institution.minimum_attendance_percent
    tables = [figures_table(insight.figures, insight.compared.figures if insight.compared else None)]
    if years:
        tables += [
            _kpi_table(
                "years",
                _("Batch years"),
                _("Batch"),
                [*((year.name, one) for year, one in years.years), (_("Department"), years.total)],
            ),
            _kpi_table(
                "semesters",
                _("By semester"),
                _("Semester"),
                # Of those before there was anything to count there is nothing to tell.
                ((span.name, one) for span, one in years.spans if one != Figures()),
            ),
        ]
    return ReportContent(
        _("Department KPI"),
        f"{department.name}, {words_of_days(period)}",
        file_stem_of(_("department"), department.name, period.first, period.last),
        [(_("Head of department"), department.hod.full_name)] if department.hod else [],
        _headline(insight),
        weekly_line(insight.attendance, period, minimum),
        [*tables, low_batches(insight.attendance, minimum)],
    )


def instructor_performance(work: ReportWork) -> ReportContent:
    """Each instructor's figures of the days on which they led a batch that the reader manages, and their load.

    A constant number of statements.
    """
    period = work.period()
    people: list[Any] = list(
        with_load(work.actor, instructors.rows(work.actor, "list")).order_by("full_name__plain", "pk")
    )
    answers = response_times(work.actor.institution.pk, [one.pk for one in people])
    led = figures_by_lead(work.scope, period)
    rows: list[Sequence[Any]] = []
    for person in people:
        if (of := led.get(person.pk)) is None:
            continue
        answered = answers.get(person.pk)
        rows.append(
            [
                person.full_name,
                of.batches,
                *(of.figures[name].value for name in OF_INSTRUCTORS),
                person.load,
                person.limit,
                round(weekly_minutes(person) / 60, 1),
                round(answered.hours, 1) if answered else None,
                str(person.pk),
            ]
        )
    columns = [
        ReportColumn("instructor", _("Instructor"), wide=True),
        ReportColumn("batches", _("Batches led"), Cells.NUMBER),
        ReportColumn("attendance", _("Attendance"), Cells.PERCENT),
        ReportColumn("registers_taken", _("Registers taken"), Cells.PERCENT),
        ReportColumn("completed", _("Completed"), Cells.PERCENT),
        ReportColumn("passed", _("Pass rate"), Cells.PERCENT),
        ReportColumn("satisfaction", _("Satisfaction"), Cells.MEAN),
        ReportColumn("response", _("Response rate"), Cells.PERCENT),
        ReportColumn("load", _("Batches now"), Cells.NUMBER),
        ReportColumn("limit", _("Maximum"), Cells.NUMBER),
        ReportColumn("hours", _("Hours this week"), Cells.NUMBER),
        ReportColumn("answers_in", _("Answers in (hours)"), Cells.NUMBER),
        ReportColumn("instructor_id", "instructor_id", spare=True),
    ]
    empty = _("No instructor led a batch on these days.")
    return ReportContent(
        _("Instructor performance"),
        words_of_days(period),
        file_stem_of(_("instructors"), period.first, period.last),
        work.filters.words,
        tables=[ReportTable("instructors", _("Instructors"), columns, rows, empty)],
        notes=[
            _("Counted are the days on which an instructor led a batch."),
            _("Satisfaction is about the instructor, from rounds with five answers or more."),
            _("Answers in: the median time to the first answer to a student's question."),
        ],
    )


# --- parts ----------------------------------------------------------------------------------------------------------
def _headline(insight: Insight) -> list[ReportFigure]:
    return [ReportFigure(insight.figures[name], insight.before(name)) for name in HEADLINE]


def weekly_line(counts: AttendanceCounts, period: Period, minimum: int) -> WeeklyLine:
    """Attendance of each week of the days."""
    values = [marks.figure.value if (marks := counts.by_week.get(week)) else None for week in period.weeks]
    return WeeklyLine(period.weeks, values, minimum)


def _marks_columns(heading: str) -> list[ReportColumn]:
    return [
        ReportColumn("name", heading, wide=True),
        ReportColumn("attendance", _("Attendance"), Cells.PERCENT),
        ReportColumn("came", _("Came"), Cells.NUMBER),
        ReportColumn("counted", _("Marks that count"), Cells.NUMBER),
    ]


def _marks_row(name: str, marks: Marks) -> list[Any]:
    return [name, marks.figure.value, marks.came, marks.counted]


def _parts_tables(counts: AttendanceCounts) -> Iterable[ReportTable]:
    for key, title, heading, model, parts in (
        ("branches", _("Attendance by branch"), _("Branch"), Branch, counts.by_branch),
        ("departments", _("Attendance by department"), _("Department"), Department, counts.by_department),
    ):
        names = _names_of(model, parts)
        rows = [_marks_row(names[pk], sum_of(parts[pk])) for pk in sorted(names, key=lambda one: names[one])]
        yield ReportTable(key, title, _marks_columns(heading), rows)


def _names_of(model: Any, parts: Mapping[UUID | None, Any]) -> dict[UUID, str]:
    return dict(model.objects.filter(pk__in=[pk for pk in parts if pk]).values_list("pk", "name"))


def low_batches(counts: AttendanceCounts, minimum: int) -> ReportTable:
    """The batches whose attendance is below the minimum, the lowest first."""
    found = Batch.objects.in_bulk(list(counts.by_batch))
    low = sorted(
        (marks.figure.value, found[pk].code, found[pk].name, marks)
        for pk, marks in counts.by_batch.items()
        if marks.figure.value is not None and marks.figure.value < minimum
    )
    rows = [[code, *_marks_row(name, marks)] for _value, code, name, marks in low]
    title = _("Batches below %(minimum)d%%") % {"minimum": minimum}
    columns = [ReportColumn("code", _("Code")), *_marks_columns(_("Batch"))]
    return ReportTable("low", title, columns, rows, _("No batch is below the minimum."))


def _seats_table(insight: Insight) -> ReportTable:
    rows = [
        [name or _("No department"), one.value, int(one.part), one.whole]
        for name, one in sorted(insight.seats.items(), key=lambda item: item[0] or "")
    ]
    columns = [
        ReportColumn("department", _("Department"), wide=True),
        ReportColumn("seats_filled", _("Seats filled"), Cells.PERCENT),
        ReportColumn("held", _("Students"), Cells.NUMBER),
        ReportColumn("seats", _("Seats"), Cells.NUMBER),
    ]
    return ReportTable("seats", _("Seats by department"), columns, rows, _("No batch with a limit runs."))


def _months_table(months: Mapping[date, int]) -> ReportTable:
    columns = [
        ReportColumn("month", _("Month"), wide=True),
        ReportColumn("enrollments", _("Enrollments"), Cells.NUMBER),
    ]
    rows = [[date_format(month, "F Y"), number] for month, number in months.items()]
    return ReportTable("months", _("New enrollments"), columns, rows, _("No new enrollments."))


def _kpi_table(key: str, title: str, heading: str, rows: Iterable[tuple[str, Figures]]) -> ReportTable:
    columns = [
        ReportColumn("name", heading, wide=True),
        ReportColumn("pass_percent", _("Passed"), Cells.PERCENT),
        ReportColumn("average_marks", _("Average marks"), Cells.MEAN),
        ReportColumn("attendance_rate", _("Attendance"), Cells.PERCENT),
        ReportColumn("fill_rate", _("Seats filled"), Cells.PERCENT),
    ]
    lines = [[name, one.pass_percent, one.average_marks, one.attendance_rate, one.fill_rate] for name, one in rows]
    return ReportTable(key, title, columns, lines)
