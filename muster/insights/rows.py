"""The rows behind the figures: which each is counted from, so that a number opens exactly these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from muster.accounts.models import User
from muster.assessment.models import AssessmentMark
from muster.attendance.models import CountedMark
from muster.attendance.queries.percent import CAME, COUNTED
from muster.batches.models import Batch, InstructorAssignment
from muster.certificates.models import Certificate
from muster.certificates.queries import valid_certificates
from muster.core.errors import Missing
from muster.core.replica import reading_cursor
from muster.enrollments.models import Enrollment, SeatPeriod, WaitlistEntry
from muster.insights.periods import Period
from muster.insights.scope import PARTS, Scope
from muster.progression.grading import Verdict
from muster.progression.queries.figures import standing_results
from muster.risk.models import RiskFlag
from muster.risk.queries import open_flags_seen_by
from muster.timetable.models import ClassSession

SEATED = Q(status__in=Enrollment.SEATED, frozen=False)


@dataclass(frozen=True)
class CountedRows:
    """What a figure is of, and which of these are its numerator. The paths say what a row is told by.

    Of a figure that is no share all rows count.
    """

    rows: QuerySet[Any]
    counts: Q = field(default_factory=Q)
    student: str = "student"
    batch: str = "batch"
    day: str = ""
    says: str = ""

    def told(self) -> QuerySet[Any]:
        """The rows, each with who, where and when it is of, what it says, and whether it is `counted`."""
        counted = (
            Case(When(self.counts, then=Value(True)), default=Value(False), output_field=BooleanField())
            if self.counts
            else Value(True, output_field=BooleanField())
        )
        names = {
            "who_id": f"{self.student}_id" if self.student and self.student != "pk" else self.student,
            "who": f"{self.student}__full_name" if self.student and self.student != "pk" else "full_name",
            "where_id": f"{self.batch}_id",
            "where_code": f"{self.batch}__code",
            "on_day": self.day,
            "says": self.says,
        }
        if not self.student:
            names["who"] = "meeting__name"
        none = Value(None, output_field=BooleanField())
        given = {name: F(path) if path and not path.startswith("_") else none for name, path in names.items()}
        told: QuerySet[Any] = self.rows.annotate(counted=counted, **given)
        return told

    def narrowed(self, condition: Q) -> CountedRows:
        return replace(self, rows=self.rows.filter(condition))


# --- attendance -------------------------------------------------------------------------------------------------------
def marks_between(scope: Scope, period: Period) -> QuerySet[CountedMark]:
    """All marks of the days, excused ones too."""
    days = Q(record_date__range=(period.first, period.last))
    return CountedMark.objects.filter(scope.days("batch", "record_date"), days, institution=scope.actor.institution)


def counted_marks(scope: Scope, period: Period) -> CountedRows:
    """Marks that count; those of who came are the numerator."""
    rows = marks_between(scope, period).filter(status__in=COUNTED)
    return CountedRows(rows, Q(status__in=CAME), day="record_date", says="status")


def mark_narrowing(asked: Mapping[str, Any]) -> Q:
    """Which of the marks: of a weekday, an hour, a type of session, or of whoever led on their day."""
    found = Q()
    if weekday := asked.get("weekday"):
        found &= Q(record_date__iso_week_day=weekday)
    if (hour := asked.get("hour")) is not None:
        found &= Q(start_time__hour=hour)
    if kind := asked.get("type"):
        found &= Q(session__session_type=kind)
    if lead := asked.get("lead"):
        led = InstructorAssignment.objects.leads().filter(
            Q(until_date__isnull=True) | Q(until_date__gte=OuterRef("record_date")),
            batch=OuterRef("batch"),
            instructor=lead,
            from_date__lte=OuterRef("record_date"),
        )
        found &= Q(Exists(led))
    return found


def _registers(column: str = "NULL", join: str = "") -> str:
    """The sessions that are over, each once for every value of a further column."""
    return f"""
WITH over AS MATERIALIZED (
    SELECT DISTINCT class.id, class.meeting_id, class.date, {column} AS told_by
    FROM {PARTS}
    JOIN batches_batchmeeting AS met ON met.batch_id = part.batch_id
    JOIN timetable_meeting AS meeting ON meeting.id = met.meeting_id
    JOIN timetable_classsession AS class ON class.meeting_id = met.meeting_id
    {join}
    WHERE class.date BETWEEN greatest(part.first, %(first)s) AND least(part.last, %(last)s)
    AND class.status <> 'cancelled'
    AND muster_moment(class.date + coalesce(class.end_time, '23:59:59'), meeting.time_zone) < now()
), register AS MATERIALIZED (
    SELECT over.*, EXISTS (
        SELECT FROM attendance_batchtally AS tally WHERE tally.session_id = over.id AND tally.is_taken
    ) AS taken
    FROM over
)
"""  # noqa: S608 - constants alone


_REGISTERS = _registers()
# Nobody else leads the batch on the same day.
_LED = """JOIN batches_instructorassignment AS lead ON lead.batch_id = part.batch_id AND lead.role = 'lead'
        AND class.date BETWEEN lead.from_date AND coalesce(lead.until_date, class.date)"""
_IS_DUE = "FROM register WHERE taken OR muster_expected(meeting_id, date) > 0"
_TAKEN = "count(*) FILTER (WHERE taken), count(*)"


def count_registers(scope: Scope, period: Period) -> tuple[int, int]:
    """How many registers are taken, of how many that are due. Whether one is over is asked of its own clock.

    One statement.
    """
    with reading_cursor() as cursor:
        cursor.execute(f"{_REGISTERS} SELECT {_TAKEN} {_IS_DUE}", scope.values(period))
        taken, due = cursor.fetchone()
    return taken, due


def count_registers_by_lead(scope: Scope, period: Period) -> dict[UUID, tuple[int, int]]:
    """The same of the days on which each instructor led. One statement."""
    asked = f"{_registers('lead.instructor_id', _LED)} SELECT told_by, {_TAKEN} {_IS_DUE} GROUP BY told_by"
    with reading_cursor() as cursor:
        cursor.execute(asked, scope.values(period))
        return {lead: (taken, due) for lead, taken, due in cursor.fetchall()}


def due_registers(scope: Scope, period: Period) -> CountedRows:
    """The sessions of `count_registers`; those whose register is taken are the numerator."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_REGISTERS} SELECT id, taken {_IS_DUE}", scope.values(period))
        found = cursor.fetchall()
    rows = ClassSession.objects.filter(pk__in=[pk for pk, _taken in found])
    taken = Q(pk__in=[pk for pk, is_taken in found if is_taken])
    return CountedRows(rows, taken, student="", batch="", day="date", says="session_type")


# --- seats and enrollments --------------------------------------------------------------------------------------------
def limited_batches(scope: Scope, day: Any) -> QuerySet[Batch]:
    """The batches with a limit that run on a day."""
    runs = Q(Q(end_date__isnull=True) | Q(end_date__gte=day), Q(start_date__isnull=True) | Q(start_date__lte=day))
    return Batch.objects.filter(runs, pk__one_of=scope.on(day), capacity__isnull=False)


def seats_held(scope: Scope, period: Period) -> CountedRows:
    """Who has a seat in them on the last day."""
    batches = limited_batches(scope, period.last).order_by().values("pk")
    rows = SeatPeriod.objects.on(period.last).filter(batch__in=batches)
    return CountedRows(rows, student="enrollment__student", day="from_date", says="enrollment__status")


def starters(scope: Scope, period: Period) -> CountedRows:
    """Everybody who ever had a seat in the batches whose last day is within the period; the numerator completed."""
    seats = SeatPeriod.objects.filter(enrollment=OuterRef("pk"))
    rows = Enrollment.objects.filter(Exists(seats), batch__one_of=scope.ended_in(period))
    return CountedRows(rows, Q(status=Enrollment.Status.COMPLETED), day="enrollment_date", says="status")


def certificate_holders(scope: Scope, period: Period) -> CountedRows:
    """The same, with those who hold a certificate that stands as the numerator."""
    papers = valid_certificates(Certificate.objects.filter(enrollment=OuterRef("pk")))
    return replace(starters(scope, period), counts=Q(Exists(papers)))


def begun_enrollments(scope: Scope, period: Period) -> CountedRows:
    """Enrollments that began within the period."""
    days = (period.first, period.last)
    rows = Enrollment.objects.filter(batch__one_of=scope.batches, enrollment_date__range=days)
    return CountedRows(rows, day="enrollment_date", says="status")


def waitlist_entries(scope: Scope, period: Period) -> CountedRows:
    """Those who joined a waitlist within the period."""
    moments = period.moments(scope.actor.zone)
    rows = WaitlistEntry.objects.filter(batch__one_of=scope.batches, joined_at__range=moments)
    return CountedRows(rows, day="joined_at", says="status")


def seated(scope: Scope) -> QuerySet[Enrollment]:
    """The enrollments with a seat today."""
    return Enrollment.objects.filter(SEATED, batch__one_of=scope.batches).order_by()


def flagged(scope: Scope) -> QuerySet[RiskFlag]:
    """The open flags of these that the actor may see."""
    seated_in = {"enrollment__status__in": Enrollment.SEATED, "enrollment__batch__one_of": scope.batches}
    return open_flags_seen_by(scope.actor).filter(**seated_in, enrollment__frozen=False).order_by()


def students_seated(scope: Scope, period: Period) -> CountedRows:
    """The students with a seat today; those with an open flag are the numerator."""
    rows = User.objects.filter(pk__in=seated(scope).values("student"))
    return CountedRows(rows, Q(pk__in=flagged(scope).values("enrollment__student")), student="pk", batch="")


# --- marks ------------------------------------------------------------------------------------------------------------
def published_results(scope: Scope, period: Period) -> CountedRows:
    """Of each student and subject the attempt that stands, first published within the period; who passed counts."""
    rows: Any = standing_results(scope.batches, scope.actor)
    return CountedRows(
        rows.filter(day__range=(period.first, period.last)),
        Q(verdict=Verdict.PASSED.value),
        student="enrollment__student",
        batch="mapping__batch",
        day="day",
        says="verdict",
    )


def published_scores(scope: Scope, period: Period) -> CountedRows:
    """Published scores of the assessments that were due within the period."""
    days = (period.first, period.last)
    rows = AssessmentMark.objects.filter(
        assessment__batch__one_of=scope.batches,
        assessment__due_on__range=days,
        published_at__isnull=False,
        score__isnull=False,
    )
    return CountedRows(
        rows,
        student="enrollment__student",
        batch="assessment__batch",
        day="assessment__due_on",
        says="assessment__title",
    )


_ROWS: dict[str, Callable[[Scope, Period], CountedRows]] = {
    "attendance": counted_marks,
    "registers_taken": due_registers,
    "seats_filled": seats_held,
    "completed": starters,
    "certified": certificate_holders,
    "new_enrollments": begun_enrollments,
    "waitlisted": waitlist_entries,
    "at_risk": students_seated,
    "passed": published_results,
    "average_mark": lambda scope, period: replace(published_results(scope, period), counts=Q()),
    "average_score": published_scores,
}
# Figures whose rows are the numerator alone: what they are of are seats.
NUMERATORS = frozenset({"seats_filled", "waitlisted", "new_enrollments"})
OPENED = frozenset(_ROWS)


def rows_of(scope: Scope, period: Period, name: str) -> CountedRows:
    """The rows behind a figure. Raises Missing where there are none that people may open one by one."""
    if name not in _ROWS:
        raise Missing
    return _ROWS[name](scope, period)
