"""The figures as tables: what stands behind each chart, in its file and in the API. One function makes them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.workload import weekly_minutes
from muster.core.errors import Missing
from muster.courses.models import Course
from muster.insights.definitions import Figure, Shape
from muster.insights.marks import NO_MARKS, Marks, sum_of
from muster.insights.mentoring import MentoringInsight
from muster.insights.periods import DAY, Period
from muster.insights.queries import BatchFigures, Insight
from muster.insights.siblings import Siblings
from muster.institutions.models import Branch, Department
from muster.timetable.models import ClassSession

PERCENT = "%"
MONDAY = date(2024, 1, 1)


@dataclass(frozen=True)
class FigureColumn:
    """A column: its name for programs and for people, and its unit.

    Its numbers are rows that can be opened where it `opens` a figure: those that count for it, or all that it is of.
    """

    key: str
    heading: str
    unit: str = ""
    opens: str = ""
    counted: bool = False

    @property
    def heading_with_unit(self) -> str:
        return f"{self.heading} ({self.unit})" if self.unit else self.heading


@dataclass(frozen=True)
class FigureRow:
    """Plain values, and by what the rows that they count are narrowed."""

    cells: Sequence[Any]
    narrowed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FigureTable:
    """A table of figures. The first column says of what each row is."""

    key: str
    title: str
    columns: Sequence[FigureColumn]
    rows: Sequence[FigureRow]

    def lines(self) -> Iterator[list[Any]]:
        """The headings, then the rows, for a file."""
        yield [column.heading_with_unit for column in self.columns]
        for row in self.rows:
            yield list(row.cells)


@dataclass(frozen=True)
class PartNames:
    """What the parts that figures are told apart by are called."""

    branches: Mapping[Any, str]
    departments: Mapping[Any, str]
    courses: Mapping[Any, str]
    batches: Mapping[Any, tuple[str, str]]
    people: Mapping[Any, str]


def names_of(insight: Insight) -> PartNames:
    """The names of all that stands in the tables. Five statements."""
    marks = insight.attendance
    rows: Any = Batch.objects.filter(pk__in=_all_batches(insight)).values_list("pk", "code", "name")
    people = [*marks.by_instructor, *insight.satisfaction_by_instructor]
    return PartNames(
        _names(Branch, marks.by_branch, "name"),
        _names(Department, marks.by_department, "name"),
        _names(Course, [row.of for row in insight.satisfaction], "title"),
        {pk: (code, name) for pk, code, name in rows},
        _names(User, people, "full_name"),
    )


def _names(model: Any, keys: Iterable[UUID | None], column: str) -> dict[Any, str]:
    rows: Any = model.objects.filter(pk__in=[key for key in keys if key]).values_list("pk", column)
    return dict(rows)


def tables_of(insight: Insight, names: PartNames | None = None) -> dict[str, FigureTable]:
    """All tables, by their keys; those without a row are left out."""
    told = names or names_of(insight)
    made = (maker(insight, told) for maker in _MAKERS)
    return {table.key: table for table in made if table.rows}


def table_named(tables: Mapping[str, FigureTable], key: str) -> FigureTable:
    """One of them. Raises Missing where there is none of this name."""
    if key not in tables:
        raise Missing(_("This table doesn't exist between these days."))
    return tables[key]


def sheets_of(
    period: Period, compared: Period | None, tables: Mapping[str, FigureTable]
) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Everything as sheets of a workbook: over which days it was counted, then each table."""
    yield _("What is counted"), _about(period, compared)
    for table in tables.values():
        yield table.title, table.lines()


def _about(period: Period, compared: Period | None) -> Iterator[list[Any]]:
    yield ["", _("From"), _("To")]
    yield [_("Days"), period.first, period.last]
    if compared:
        yield [_("Compared with"), compared.first, compared.last]


# --- all figures ------------------------------------------------------------------------------------------------------
def figures_table(
    figures: Mapping[str, Figure], before: Callable[[str], Figure | None], key: str = "figures"
) -> FigureTable:
    """Every figure with both its numbers, what it was before, and what it counts."""
    rows = []
    for name, figure in figures.items():
        then = before(name)
        unit = PERCENT if figure.definition.shape is Shape.PERCENT else ""
        words = [str(figure.definition.label), figure.value, unit, _plain(figure.part), figure.whole]
        rows.append(
            FigureRow(
                [*words, then.value if then else None, figure.change_from(then), str(figure.definition.says)],
                {"figure": name},
            )
        )
    columns = [
        FigureColumn("figure", _("Figure")),
        FigureColumn("value", _("Value")),
        FigureColumn("unit", _("Unit")),
        FigureColumn("numerator", _("Numerator")),
        FigureColumn("denominator", _("Denominator")),
        FigureColumn("before", _("Before")),
        FigureColumn("change", _("Change")),
        FigureColumn("definition", _("What it counts")),
    ]
    return FigureTable(key, _("All figures") if key == "figures" else _("Mentoring"), columns, rows)


def _plain(number: Any) -> float | int:
    return number if isinstance(number, int) else round(float(number), 2)


def _all_figures(insight: Insight, names: PartNames) -> FigureTable:
    return figures_table(insight.figures, insight.before)


# --- attendance -------------------------------------------------------------------------------------------------------
def marks_columns(of: Sequence[FigureColumn], *, compared: bool = False) -> list[FigureColumn]:
    """Columns of marks: the percentage, and both numbers, which open their rows."""
    before = [FigureColumn("before", _("Before"), PERCENT)] if compared else []
    return [
        *of,
        FigureColumn("attendance", _("Attendance"), PERCENT),
        FigureColumn("came", _("Came"), opens="attendance", counted=True),
        FigureColumn("marks", _("Marks"), opens="attendance"),
        *before,
    ]


def _cells(marks: Marks) -> list[Any]:
    return [marks.figure.value, marks.came, marks.counted]


def _weeks(insight: Insight, names: PartNames) -> FigureTable:
    now, weeks = insight.attendance.by_week, insight.period.weeks
    then = insight.compared.period.weeks if insight.compared else []
    rows = []
    for place, week in enumerate(weeks):
        if marks := now.get(week):
            before = (
                insight.compared.attendance.by_week.get(then[place]) if insight.compared and place < len(then) else None
            )
            cells = [week, *_cells(marks), *([before.figure.value if before else None] if insight.compared else [])]
            days = Period(max(week, insight.period.first), min(week + DAY * 6, insight.period.last))
            rows.append(FigureRow(cells, {"first": days.first.isoformat(), "last": days.last.isoformat()}))
    columns = marks_columns([FigureColumn("week", _("Week from"))], compared=bool(insight.compared))
    return FigureTable("weeks", _("Attendance by week"), columns, rows)


def weekday_name(day: int) -> str:
    """The weekday in a word, 1 for Monday."""
    return date_format(MONDAY + timedelta(days=day - 1), "l")


def _weekdays(insight: Insight, names: PartNames) -> FigureTable:
    rows = [
        FigureRow([weekday_name(day), *_cells(marks)], {"weekday": day})
        for day, marks in sorted(insight.attendance.by_weekday.items())
    ]
    columns = marks_columns([FigureColumn("weekday", _("Weekday"))])
    return FigureTable("weekdays", _("Attendance by weekday"), columns, rows)


def _hours(insight: Insight, names: PartNames) -> FigureTable:
    rows = [
        # Of few marks a percentage says nothing.
        FigureRow(
            [weekday_name(day), hour, marks.figure.value if marks.is_enough else None, marks.came, marks.counted],
            {"weekday": day, "hour": hour},
        )
        for (day, hour), marks in sorted(insight.attendance.by_hour.items())
    ]
    columns = marks_columns([FigureColumn("weekday", _("Weekday")), FigureColumn("hour", _("Hour"))])
    return FigureTable("hours", _("Attendance by hour"), columns, rows)


def _types(insight: Insight, names: PartNames) -> FigureTable:
    rows = [
        FigureRow([str(ClassSession.Kind(kind).label), *_cells(marks)], {"type": kind})
        for kind, marks in sorted(insight.attendance.by_type.items())
    ]
    columns = marks_columns([FigureColumn("type", _("Type of session"))])
    return FigureTable("types", _("Attendance by session type"), columns, rows)


def _part_table(key: str, title: str, kind: tuple[str, str], told: Mapping[Any, str], insight: Insight) -> FigureTable:
    param, heading = kind
    now = getattr(insight.attendance, f"by_{param}")
    before = getattr(insight.compared.attendance, f"by_{param}") if insight.compared else {}
    rows = []
    for pk in sorted((pk for pk in now if pk in told), key=lambda pk: told[pk]):
        was = sum_of(before.get(pk, {})).figure.value
        cells = [told[pk], *_cells(sum_of(now[pk])), *([was] if insight.compared else [])]
        rows.append(FigureRow(cells, {param: str(pk)}))
    columns = marks_columns([FigureColumn(param, heading)], compared=bool(insight.compared))
    return FigureTable(key, title, columns, rows)


def _branches(insight: Insight, names: PartNames) -> FigureTable:
    return _part_table("branches", _("Attendance by branch"), ("branch", _("Branch")), names.branches, insight)


def _departments(insight: Insight, names: PartNames) -> FigureTable:
    kind = ("department", _("Department"))
    return _part_table("departments", _("Attendance by department"), kind, names.departments, insight)


def _all_batches(insight: Insight) -> set[UUID]:
    """The batches of which anything is known."""
    of = insight.cohorts
    judged = [batch for batch in of.satisfaction if batch]
    return {*insight.attendance.by_batch, *of.seats, *of.completion, *of.results, *of.scores, *judged, *of.at_risk}


def _batch_cells(pk: UUID, of: BatchFigures) -> list[Any]:
    """What stands beside the attendance of a batch, as `_batch_columns` names it."""
    seats, course, said = of.seats.get(pk), of.completion.get(pk), of.satisfaction.get(pk)
    passed, mark = of.results[pk].figures if pk in of.results else (None, None)
    return [
        *((seats.taken, seats.seats) if seats else (None, None)),
        len(of.at_risk.get(pk, ())),
        *(one.value if one else None for one in (passed, mark, of.scores.get(pk), said.value if said else None)),
        course.figures[0].value if course else None,
    ]


def _batch_columns(*, compared: bool = False) -> list[FigureColumn]:
    of = [FigureColumn("batch", _("Batch")), FigureColumn("name", _("Name"))]
    return [
        *marks_columns(of, compared=compared),
        FigureColumn("taken", _("Students with a seat"), opens="seats_filled"),
        FigureColumn("seats", _("Seats")),
        FigureColumn("at_risk", _("At risk"), opens="at_risk", counted=True),
        FigureColumn("passed", _("Pass rate"), PERCENT),
        FigureColumn("average_mark", _("Average mark")),
        FigureColumn("average_score", _("Average score")),
        FigureColumn("satisfaction", _("Satisfaction")),
        FigureColumn("completed", _("Completed"), PERCENT),
    ]


def _batches(insight: Insight, names: PartNames) -> FigureTable:
    """Batch beside batch, the one with the lowest attendance first."""
    before, rows = insight.compared.attendance.by_batch if insight.compared else {}, []
    for pk in _all_batches(insight):
        cells = [
            *names.batches[pk],
            *_cells(insight.attendance.by_batch.get(pk, NO_MARKS)),
            *([before.get(pk, NO_MARKS).figure.value] if insight.compared else []),
            *_batch_cells(pk, insight.cohorts),
        ]
        rows.append(FigureRow(cells, {"batch": str(pk)}))
    rows.sort(key=lambda row: (row.cells[2] is None, row.cells[2] or 0, row.cells[0]))
    return FigureTable("batches", _("Batches compared"), _batch_columns(compared=bool(insight.compared)), rows)


def siblings_table(siblings: Siblings) -> FigureTable:
    """A batch beside the others of its course, each over its own days."""
    rows = []
    for one in siblings.rows:
        marks = siblings.marks.get(one.batch, NO_MARKS)
        # Of few marks a percentage says nothing.
        value = marks.figure.value if marks.is_enough else None
        days = {"first": one.period.first.isoformat(), "last": one.period.last.isoformat()}
        cells = [one.code, one.name, value, marks.came, marks.counted, *_batch_cells(one.batch, siblings.cohorts)]
        rows.append(FigureRow(cells, {"batch": str(one.batch), **days}))
    return FigureTable("siblings", _("Compared with siblings"), _batch_columns(), rows)


# --- instructors ------------------------------------------------------------------------------------------------------
def _instructors(insight: Insight, names: PartNames) -> FigureTable:
    """Who leads or led: the attendance of their days, what was said of them, and what they carry now."""
    marks, said = insight.attendance.by_instructor, insight.satisfaction_by_instructor
    carried = {person.pk: person for person in insight.instructors}
    people = {**names.people, **{pk: person.full_name for pk, person in carried.items()}}
    rows = []
    for pk in sorted({*marks, *filter(None, said), *carried} & set(people), key=lambda pk: people[pk]):
        person, one = carried.get(pk), said.get(pk)
        came = marks.get(pk, NO_MARKS)
        load = [person.load, person.limit, round(weekly_minutes(person) / 60, 2)] if person else [None] * 3
        rows.append(FigureRow([people[pk], *_cells(came), one.value.value if one else None, *load], {"lead": str(pk)}))
    columns = [
        *marks_columns([FigureColumn("instructor", _("Instructor"))]),
        FigureColumn("satisfaction", _("Satisfaction")),
        FigureColumn("batches", _("Batches")),
        FigureColumn("limit", _("Maximum")),
        FigureColumn("hours", _("Hours this week")),
    ]
    return FigureTable("instructors", _("Instructors"), columns, rows)


# --- enrollments and feedback -----------------------------------------------------------------------------------------
def _months(insight: Insight, names: PartNames) -> FigureTable:
    rows = []
    for month, number in insight.months.items():
        last = (month + timedelta(days=31)).replace(day=1) - DAY
        days = Period(max(month, insight.period.first), min(last, insight.period.last))
        rows.append(FigureRow([month, number], {"first": days.first.isoformat(), "last": days.last.isoformat()}))
    columns = [
        FigureColumn("month", _("Month from")),
        FigureColumn("enrollments", _("New enrollments"), opens="new_enrollments"),
    ]
    return FigureTable("months", _("New enrollments by month"), columns, rows)


def _seats(insight: Insight, names: PartNames) -> FigureTable:
    found = sorted(insight.seats.items(), key=lambda one: (-(one[1].value or 0), one[0] or ""))
    rows = [FigureRow([name or _("No department"), one.part, one.whole, one.value]) for name, one in found]
    columns = [
        FigureColumn("department", _("Department")),
        FigureColumn("taken", _("Students with a seat")),
        FigureColumn("seats", _("Seats")),
        FigureColumn("filled", _("Filled"), PERCENT),
    ]
    return FigureTable("seats", _("Seats by department"), columns, rows)


def _completion(insight: Insight, names: PartNames) -> FigureTable:
    counts = insight.completion
    steps = (
        (_("Started"), "completed", counts.started, False),
        (_("Completed"), "completed", counts.completed, True),
        (_("Certified"), "certified", counts.certified, True),
    )
    rows = [
        FigureRow(
            [name, number, Figure("completed", number, counts.started).value],
            {"figure": figure, "counted": "yes" if counted else ""},
        )
        for name, figure, number, counted in steps
        if counts.started
    ]
    columns = [
        FigureColumn("step", _("Step")),
        FigureColumn("students", _("Students"), opens="completed"),
        FigureColumn("share", _("Of those who started"), PERCENT),
    ]
    return FigureTable("completion", _("Completion"), columns, rows)


def _moves(insight: Insight, names: PartNames) -> FigureTable:
    rows = [FigureRow([semester, one.part, one.whole, one.value]) for semester, one in insight.moves.items()]
    columns = [
        FigureColumn("semester", _("From semester")),
        FigureColumn("moved", _("Moved up")),
        FigureColumn("students", _("Students")),
        FigureColumn("share", _("Share"), PERCENT),
    ]
    return FigureTable("moves", _("Moved up by semester"), columns, rows)


def _satisfaction(insight: Insight, names: PartNames) -> FigureTable:
    rows = [
        FigureRow([names.courses.get(one.of) or _("Without a course"), one.value.value, one.answered, one.asked])
        for one in insight.satisfaction
    ]
    columns = [
        FigureColumn("course", _("Course")),
        FigureColumn("satisfaction", _("Mean, from 1 to 5")),
        FigureColumn("answered", _("Answered")),
        FigureColumn("asked", _("Asked")),
    ]
    return FigureTable("satisfaction", _("Satisfaction by course"), columns, rows)


_MAKERS: tuple[Callable[[Insight, PartNames], FigureTable], ...] = (
    _all_figures,
    _weeks,
    _weekdays,
    _hours,
    _types,
    _branches,
    _departments,
    _batches,
    _instructors,
    _months,
    _seats,
    _completion,
    _moves,
    _satisfaction,
)


# --- mentoring --------------------------------------------------------------------------------------------------------
def tables_of_mentoring(insight: MentoringInsight) -> dict[str, FigureTable]:
    """The figures of mentoring, and each mentor's students and answers."""
    rows = [
        FigureRow(
            [
                one.name,
                one.students,
                one.held.part,
                one.held.whole,
                one.held.value,
                one.answer_hours.whole,
                one.answer_hours.value,
            ],
            {"instructor": str(one.instructor)},
        )
        for one in insight.mentors
    ]
    columns = [
        FigureColumn("mentor", _("Mentor")),
        FigureColumn("students", _("Students now"), opens="mentored", counted=True),
        FigureColumn("held", _("Sessions held"), opens="mentoring_held", counted=True),
        FigureColumn("planned", _("Held or missed"), opens="mentoring_held"),
        FigureColumn("share", _("Held"), PERCENT),
        FigureColumn("answered", _("Questions answered"), opens="answer_hours"),
        FigureColumn("hours", _("Hours to answer")),
    ]
    mentors = FigureTable("mentors", _("Students by mentor"), columns, rows)
    made = (figures_table(insight.figures, insight.before), mentors)
    return {table.key: table for table in made if table.rows}
