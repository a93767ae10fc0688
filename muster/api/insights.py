"""The API of analytics: the figures of the institution and its parts between two days, each with both its numbers."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.allocation.permissions import mentees
from muster.api.kit import Date, Day, Door, answer, request_actor, request_object
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.insights.batch import insight_into_batch, offered_for
from muster.insights.definitions import Figure, FiguresInsight
from muster.insights.marks import AttendanceCounts, Marks
from muster.insights.mentoring import MentoringScope, insight_into_mentoring
from muster.insights.periods import Period
from muster.insights.permissions import analytics
from muster.insights.queries import Insight, insight_into, insight_into_student
from muster.insights.scope import Scope, scope_of, scope_of_instructor
from muster.insights.students import median_of
from muster.insights.tables import FigureTable, figures_table, tables_of, tables_of_mentoring
from muster.insights.weak import WeakSpot, weak_spot_of
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department
from muster.institutions.permissions import branches, departments
from muster.people.permissions import instructors, students

router = Door(tags=["Analytics"])
FETCHED = "Analytics fetched successfully"
# Who sees figures of batches: whoever sees their students.
seen = batches["roster"]


def _branch(actor: Actor, branch_id: str) -> Branch:
    return branches.get(actor, branch_id)


def _department(actor: Actor, department_id: str) -> Department:
    return departments.get(actor, department_id)


class PeriodQuery(Schema):
    """Which days are counted, and with which they are compared."""

    first: Day | None = Field(
        None, alias="from", description="The first day; else twelve weeks back, of a batch its own"
    )
    last: Day | None = Field(None, alias="to", description="The last day; today when absent")
    compare: Literal["year", "before", "none"] = Field(
        "none", description="With the same weeks a year before, the time right before, or nothing"
    )

    def period(self, actor: Actor, usual: Period | None = None) -> Period:
        """The days, the usual ones where none are asked for. Raises Invalid at what makes none."""
        if usual and not self.first and not self.last:
            return usual
        return Period.of(self.first, self.last, usual.last if usual else actor.today())

    def compared(self, period: Period) -> Period | None:
        """The days compared with."""
        return period.compared(self.compare)


class BatchPeriodQuery(PeriodQuery):
    """The days, and of which assessment the scores are told."""

    assessment: str = Field(
        "",
        description="The assessment of the batch whose scores the table `scores` counts, by its id; the one that was "
        "due last when absent. One of another batch, or without scores that you may see, is refused",
    )
    siblings: str = Field(
        "",
        description="With which other batches of its course the batch is compared: all when absent, `running`, `none`, "
        "or one of them by its id",
    )


class AnalyzedPeriodOut(TypedDict):
    """Days, both ends included."""

    first: Date
    last: Date


class FigureOut(TypedDict):
    """A figure with its two numbers. `definition` is its name in docs/metrics.md and `unit` percent, mean or number.

    `value` is null where nothing counts; `before` and `change` where nothing is compared.
    """

    definition: str
    label: str
    unit: str
    value: float | None
    numerator: float
    denominator: int | None
    before: float | None
    change: float | None


class CountedMarksOut(TypedDict):
    """Attendance of some marks: how many came, of how many that count. `of` is what they are of."""

    of: str
    value: float | None
    numerator: int
    denominator: int


class AttendanceInsightOut(TypedDict):
    """The same marks told apart: by week (its Monday), batch (its id), weekday (1 is Monday), weekday and hour (such as
    1 09), session type, and instructor (the id of who led on the day)."""

    by_week: list[CountedMarksOut]
    by_batch: list[CountedMarksOut]
    by_weekday: list[CountedMarksOut]
    by_hour: list[CountedMarksOut]
    by_type: list[CountedMarksOut]
    by_instructor: list[CountedMarksOut]


class FigureColumnOut(TypedDict):
    """A column of a table: its name for programs and for people, and the unit of its numbers, % or none."""

    key: str
    heading: str
    unit: str


class FigureTableOut(TypedDict):
    """What stands behind a chart of the page, and in its file: rows of plain values, as many as there are columns."""

    key: str
    title: str
    columns: list[FigureColumnOut]
    rows: list[list[str | float | int | None]]


class FiguresOut(TypedDict):
    """Figures between two days, and the days compared with."""

    period: AnalyzedPeriodOut
    compared: AnalyzedPeriodOut | None
    figures: list[FigureOut]
    tables: list[FigureTableOut]


class InsightOut(FiguresOut):
    """Figures of batches, and the marks behind their attendance."""

    attendance: AttendanceInsightOut


class WeakSpotOut(TypedDict):
    """Where attendance is weakest. `of` is a weekday (1 is Monday) or a session type, as `kind` says."""

    kind: Literal["weekday", "type"]
    of: str
    says: str
    marks: CountedMarksOut
    others: CountedMarksOut


class LowStudentOut(TypedDict):
    """A student below the minimum: the last five marks, oldest first, P present, A absent, L late and E excused, and
    what says most about the absences."""

    student: str
    last_marks: str
    reason: str


class MarkedStudentsOut(TypedDict):
    """The students with a mark that counts: how many, the median of their attendance, null of nobody, how many are
    below the minimum, and the lowest of these, eight at most."""

    number: int
    median: float | None
    minimum: int
    below: int
    lowest: list[LowStudentOut]


class BatchInsightOut(InsightOut):
    """Figures of one batch. Rates are in percent, satisfaction is from 1 to 5; null where nothing counts.

    `weak_spot` is null where no weekday or session type is clearly below the others. Each of `students` is a row of the
    table of that name.
    """

    weak_spot: WeakSpotOut | None
    students: MarkedStudentsOut
    enrollment_rate: float | None
    completion_rate: float | None
    attendance_rate: float | None
    satisfaction: float | None
    instructor_utilization: float | None


def _days(period: Period | None) -> Any:
    return period and {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _figure_json(figure: Figure, before: Figure | None = None) -> FigureOut:
    return {
        "definition": figure.name,
        "label": str(figure.definition.label),
        "unit": figure.definition.shape.value,
        "value": figure.value,
        "numerator": float(figure.part),
        "denominator": figure.whole,
        "before": before.value if before else None,
        "change": figure.change_from(before),
    }


def _marks_json(rows: Iterable[tuple[Any, Marks]]) -> list[CountedMarksOut]:
    return [
        {"of": str(of), "value": marks.figure.value, "numerator": marks.came, "denominator": marks.counted}
        for of, marks in rows
    ]


def _attendance_json(counts: AttendanceCounts) -> AttendanceInsightOut:
    hours = [(f"{day} {hour:02d}", marks) for (day, hour), marks in sorted(counts.by_hour.items())]
    return {
        "by_week": _marks_json(sorted(counts.by_week.items())),
        "by_batch": _marks_json(sorted(counts.by_batch.items())),
        "by_weekday": _marks_json(sorted(counts.by_weekday.items())),
        "by_hour": _marks_json(hours),
        "by_type": _marks_json(sorted(counts.by_type.items())),
        "by_instructor": _marks_json(sorted(counts.by_instructor.items())),
    }


def _weak_spot_json(found: WeakSpot | None) -> WeakSpotOut | None:
    if found is None:
        return None
    marks, others = _marks_json([(found.of, found.marks), ("others", found.others)])
    return {"kind": found.kind, "of": str(found.of), "says": found.says, "marks": marks, "others": others}


def _tables_json(tables: Iterable[FigureTable]) -> list[FigureTableOut]:
    return [
        {
            "key": table.key,
            "title": table.title,
            "columns": [{"key": one.key, "heading": one.heading, "unit": one.unit} for one in table.columns],
            "rows": [
                [cell.isoformat() if isinstance(cell, date) else cell for cell in row.cells] for row in table.rows
            ],
        }
        for table in tables
    ]


def _insight_json(insight: Insight) -> InsightOut:
    return {
        "period": _days(insight.period),
        "compared": _days(insight.compared.period if insight.compared else None),
        "figures": [_figure_json(one, insight.before(name)) for name, one in insight.figures.items()],
        "tables": _tables_json(tables_of(insight).values()),
        "attendance": _attendance_json(insight.attendance),
    }


def _insight(asked: PeriodQuery, scope: Scope, usual: Period | None = None) -> Insight:
    period = asked.period(scope.actor, usual)
    return insight_into(scope, period, asked.compared(period))


@router.get("/institution", allow=analytics["see"], data=InsightOut)
def analyze_institution(request: HttpRequest, asked: Query[PeriodQuery]) -> HttpResponse:
    """The figures of all batches that the caller manages or teaches; to regulators those of granted registers."""
    return answer(_insight_json(_insight(asked, scope_of(request_actor(request)))), FETCHED)


@router.get("/branches/{branch_id}", allow=seen, on="branch_id", find=_branch, data=InsightOut)
def analyze_branch(request: HttpRequest, branch_id: str, asked: Query[PeriodQuery]) -> HttpResponse:
    """The figures of the batches of a branch that the caller manages or teaches."""
    branch = request_object(request, Branch)
    return answer(_insight_json(_insight(asked, scope_of(request_actor(request), Q(branch=branch)))), FETCHED)


@router.get("/departments/{department_id}", allow=seen, on="department_id", find=_department, data=InsightOut)
def analyze_department(request: HttpRequest, department_id: str, asked: Query[PeriodQuery]) -> HttpResponse:
    """The figures of the batches of a department that the caller manages or teaches."""
    department = request_object(request, Department)
    return answer(_insight_json(_insight(asked, scope_of(request_actor(request), Q(department=department)))), FETCHED)


@router.get("/batches/{batch_id}", allow=seen, on="batch_id", data=BatchInsightOut)
def analyze_batch(request: HttpRequest, batch_id: str, asked: Query[BatchPeriodQuery]) -> HttpResponse:
    """The figures of a batch; from its first day to today, unless other days are asked for.

    Among its tables are each student's attendance, its siblings, the ratings of its feedback, and the scores of one of
    its assessments.
    """
    batch = request_object(request, Batch)
    actor = request_actor(request)
    usual = Period.of_batch(batch.start_date, batch.end_date, batch.today())
    scope = scope_of(actor, Q(pk=batch.pk))
    insight = _insight(asked, scope, usual)
    told = _insight_json(insight)
    beside = insight_into_batch(
        scope,
        batch,
        insight.period,
        offered_for(actor, batch),
        assessment=asked.assessment,
        siblings=asked.siblings,
    )
    told["tables"] += _tables_json(beside.tables.values())
    values = {name: one.value for name, one in insight.figures.items()}
    return answer(
        {
            **told,
            "students": {
                "number": len(beside.students),
                "median": median_of(beside.students),
                "minimum": beside.minimum,
                "below": sum(one.is_below(beside.minimum) for one in beside.students),
                "lowest": [
                    {"student": str(one.of.student), "last_marks": one.last, "reason": one.reason} for one in beside.low
                ],
            },
            "weak_spot": _weak_spot_json(weak_spot_of(insight.attendance)),
            "enrollment_rate": values["seats_filled"],
            "completion_rate": values["completed"],
            "attendance_rate": values["attendance"],
            "satisfaction": values["satisfaction"],
            "instructor_utilization": values["utilization"],
        },
        FETCHED,
    )


@router.get("/instructors/{instructor_id}", allow=instructors["see"], on="instructor_id", data=InsightOut)
def analyze_instructor(request: HttpRequest, instructor_id: str, asked: Query[PeriodQuery]) -> HttpResponse:
    """The figures of the days on which an instructor led a batch that the caller manages or teaches."""
    person = request_object(request, User)
    return answer(_insight_json(_insight(asked, scope_of_instructor(request_actor(request), person.pk))), FETCHED)


def _figures_json(insight: FiguresInsight, tables: Iterable[FigureTable]) -> FiguresOut:
    return {
        "period": _days(insight.period),
        "compared": _days(insight.compared_period),
        "figures": [_figure_json(one, insight.before(name)) for name, one in insight.figures.items()],
        "tables": _tables_json(tables),
    }


@router.get("/students/{student_id}", allow=students["see"], on="student_id", data=FiguresOut)
def analyze_student(request: HttpRequest, student_id: str, asked: Query[PeriodQuery]) -> HttpResponse:
    """What a student's marks and results came to, in the batches in which the caller sees them."""
    actor, student = request_actor(request), request_object(request, User)
    period = asked.period(actor)
    insight = insight_into_student(actor, student, period, asked.compared(period))
    return answer(_figures_json(insight, [figures_table(insight.figures, insight.before)]), FETCHED)


@router.get("/mentoring", allow=mentees["list"], data=FiguresOut)
def analyze_mentoring(request: HttpRequest, asked: Query[PeriodQuery]) -> HttpResponse:
    """What mentoring came to of the students whom the caller looks after."""
    actor = request_actor(request)
    period = asked.period(actor)
    insight = insight_into_mentoring(MentoringScope(actor), period, asked.compared(period))
    return answer(_figures_json(insight, tables_of_mentoring(insight).values()), FETCHED)
