"""What the batch years of a department come to: of this semester, of those before, and of one by its number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import TruncDate

from muster.attendance.models import BatchTally, CountedMark
from muster.attendance.queries.percent import COUNTED, TALLY_SUMS, percent_of
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.enrollments.models import SeatPeriod
from muster.institutions.access import Actor
from muster.institutions.models import Department
from muster.institutions.queries import semester_terms
from muster.progression.grading import Verdict
from muster.progression.models import SubjectResult
from muster.progression.queries.records import RANKS
from muster.timetable.models import ClassSession

# This semester and the five before.
MOST_SEMESTERS = 6


@dataclass(frozen=True)
class SemesterSpan:
    """A semester of the institution's calendar: from its first day until the day before the next one begins."""

    name: str
    first: date
    last: date | None

    @property
    def is_current(self) -> bool:
        return self.last is None


@dataclass
class Figures:
    """What is counted; the four figures follow from it, None where nothing counts."""

    passed: int = 0
    decided: int = 0
    percents: Decimal = Decimal(0)
    present: int = 0
    late: int = 0
    absent: int = 0
    held: int = 0
    seats: int = 0

    def __iadd__(self, other: Figures) -> Figures:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        return self

    @property
    def pass_percent(self) -> float | None:
        """Of the results, how many passed; rounded down to one decimal, as attendance is."""
        return _share(self.passed, self.decided)

    @property
    def average_marks(self) -> float | None:
        """The mean of the results' percents, to one decimal, half up."""
        mean = self.percents / self.decided if self.decided else None
        return None if mean is None else float(mean.quantize(Decimal("0.1"), ROUND_HALF_UP))

    @property
    def attendance_rate(self) -> float | None:
        return percent_of(present=self.present, late=self.late, absent=self.absent)

    @property
    def fill_rate(self) -> float | None:
        """Of the seats, how many are held; rounded down to one decimal."""
        return _share(self.held, self.seats)


def _share(part: int, whole: int) -> float | None:
    return (1000 * part // whole) / 10 if whole else None


@dataclass(frozen=True)
class DepartmentFigures:
    """The batch years with their figures, the department's, and what these were, the oldest semester first.

    `spans` is empty where the institution has no terms, or a semester was asked for by its number.
    """

    years: Sequence[tuple[Batch, Figures]]
    total: Figures
    spans: Sequence[tuple[SemesterSpan, Figures]] = field(default_factory=list)


def semester_spans(actor: Actor) -> list[SemesterSpan]:
    """This semester and the five before, the oldest first."""
    begun = semester_terms(actor.institution).filter(start_date__lte=actor.today())
    found: list[SemesterSpan] = []
    for name, first in begun.order_by("-start_date", "name").values_list("name", "start_date"):
        if found and found[-1].first == first:
            continue
        found.append(SemesterSpan(name, first, found[-1].first - timedelta(days=1) if found else None))
        if len(found) == MOST_SEMESTERS:
            break
    return found[::-1]


def figures_of(actor: Actor, department: Department, semester: int | None = None) -> DepartmentFigures:
    """What the batch years come to that the actor manages in the department. A constant number of statements.

    Without a semester by the spans of the calendar, the latest is the department's; without terms all of it.
    With one, the results of its subjects, and attendance and seats of the batch years that are in it now.
    """
    managed = Batch.objects.filter(department=department, kind=Batch.Kind.ACADEMIC).select_related("course")
    years = list(
        batches.rows(actor, "change", among=managed).select_related("course").order_by("-year", "name__plain", "pk")
    )
    spans = semester_spans(actor) if semester is None else []
    found: dict[tuple[UUID, int], Figures] = {
        (year.pk, place): Figures() for year in years for place in range(max(len(spans), 1))
    }
    keys = [year.pk for year in years]
    of_now = [year.pk for year in years if semester in (None, year.current_semester)]
    results = standing_results(keys, actor)
    if semester is not None:
        results = results.filter(mapping__semester=semester)
    _add(found, results, "day", spans, "mapping__batch", passed=_PASSED, decided=Count("pk"), percents=Sum("percent"))
    tallies = BatchTally.objects.filter(batch__in=of_now).exclude(session__status=ClassSession.Status.CANCELLED)
    _add(found, tallies, "session__date", spans, "batch", **TALLY_SUMS)
    daily = CountedMark.objects.filter(batch__in=of_now, session__isnull=True)
    marks = {mark.value.lower(): Count("pk", filter=Q(status=mark)) for mark in COUNTED}
    _add(found, daily, "record_date", spans, "batch", **marks)
    _add_seats(found, [year for year in years if year.pk in of_now], spans)
    last = max(len(spans), 1) - 1
    by_span = [_sum(found[year.pk, place] for year in years) for place in range(last + 1)]
    return DepartmentFigures(
        [(year, found[year.pk, last]) for year in years], by_span[last], list(zip(spans, by_span, strict=False))
    )


_PASSED = Count("pk", filter=Q(verdict=Verdict.PASSED.value))


def standing_results(keys: Sequence[UUID], actor: Actor) -> QuerySet[SubjectResult]:
    """Of each student and subject the result that stands, on the `day` on which the first attempt was published."""
    of_both = SubjectResult.objects.filter(enrollment=OuterRef("enrollment"), mapping=OuterRef("mapping"))
    first = of_both.order_by("attempt", "version").values(day=TruncDate("created_at", tzinfo=actor.zone))[:1]
    in_turn = [When(verdict=verdict, then=Value(rank)) for verdict, rank in RANKS.items()]
    stands = of_both.filter(is_current=True).order_by(Case(*in_turn).desc(), "-attempt").values("pk")[:1]
    return SubjectResult.objects.filter(
        pk=Subquery(stands),
        mapping__batch__one_of=keys,
        is_current=True,
        verdict__in=(Verdict.PASSED.value, Verdict.FAILED.value),
    ).annotate(day=Subquery(first))


def _add(
    found: dict[tuple[UUID, int], Figures],
    rows: QuerySet[Any],
    day: str,
    spans: Sequence[SemesterSpan],
    batch: str,
    **sums: Any,
) -> None:
    """Sum rows up by batch and by the span of their day; what was before the first span is left out."""
    if spans:
        rows = rows.filter(**{f"{day}__gte": spans[0].first})
    when = [When(**{f"{day}__gte": span.first}, then=Value(place)) for place, span in enumerate(spans)][::-1]
    place = Case(*when, default=Value(0), output_field=IntegerField())
    grouped = rows.order_by().annotate(of=F(batch), place=place).values("of", "place").annotate(**_sum_columns(sums))
    for row in grouped:
        numbers: dict[str, Any] = {name: row[f"sum_{name}"] or 0 for name in sums}
        found[row["of"], row["place"]] += Figures(**numbers)


def _sum_columns(sums: dict[str, Any]) -> dict[str, Any]:
    """The sums under names that no column has."""
    return {f"sum_{name}": one for name, one in sums.items()}


def _add_seats(found: dict[tuple[UUID, int], Figures], years: Sequence[Batch], spans: Sequence[SemesterSpan]) -> None:
    """Seats held now of those batch years that run; of each span before, who was on the register on its last day."""
    capped = {year.pk: year for year in years if year.capacity}
    now = max(len(spans), 1) - 1
    for year in capped.values():
        if year.takes_enrollments:
            found[year.pk, now] += Figures(held=year.enrolled_students, seats=year.capacity or 0)
    on_day = {
        f"held_{place}": Count("enrollment", distinct=True, filter=_covers(span.last))
        for place, span in enumerate(spans)
        if span.last
    }
    if not on_day:
        return
    rows: Any = SeatPeriod.objects.filter(batch__in=capped).order_by().values("batch").annotate(**on_day)
    for row in rows:
        for place in range(now):
            if number := row[f"held_{place}"]:
                found[row["batch"], place] += Figures(held=number, seats=capped[row["batch"]].capacity or 0)


def _covers(day: date) -> Q:
    return Q(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)


def _sum(figures: Iterable[Figures]) -> Figures:
    whole = Figures()
    for one in figures:
        whole += one
    return whole
