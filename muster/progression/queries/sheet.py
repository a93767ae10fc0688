"""The results sheet of a subject: its students by the components of its scheme, worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from statistics import mean, median
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from muster.core.search import in_order
from muster.courses.models import Subject
from muster.enrollments.models import Enrollment
from muster.progression.grading import (
    Band,
    Cell,
    Component,
    Outcome,
    Rounding,
    Scheme,
    State,
    Step,
    StepKind,
    Verdict,
    moderate,
    round_exactly,
    work_out,
)
from muster.progression.models import ComponentScore, ScoreModeration, SubjectMapping, SubjectResult

# The code of the one component of a subject without a scheme.
MARK = "MARK"
# Verdicts that are published; the others wait for what is missing.
PUBLISHED = (Verdict.PASSED, Verdict.FAILED, Verdict.EXEMPT)


@dataclass(frozen=True)
class NamedComponent(Component):
    """A component as a sheet shows it."""

    name: str = ""


def scheme_of(subject: Subject) -> Scheme:
    """How the subject is graded: by its own scheme, else its course's, else by its maximum and pass marks alone."""
    row = subject.grading_scheme or subject.course.grading_scheme
    most = Decimal(subject.maximum_marks)
    plain = [NamedComponent(MARK, most, Decimal(0), most, _("Marks"))]
    if row is None:
        percent = round_exactly(Fraction(subject.pass_marks, subject.maximum_marks) * 100, 2)
        return Scheme(plain, pass_percent=percent, decimals=2)
    parts = [NamedComponent(one.code, one.maximum, one.minimum, one.weight, one.name) for one in row.components.all()]
    return Scheme(
        parts or plain,
        [Band(one.grade, one.from_percent, one.points) for one in row.bands.all()],
        row.pass_percent,
        row.decimals,
        Rounding(row.rounding),
        row.grace_marks,
        row.counts_failed,
    )


def scheme_json(scheme: Scheme) -> dict[str, Any]:
    """A scheme in plain values: to be told, and kept with what was published by it."""
    return {
        "components": [
            {
                "code": one.code,
                "name": getattr(one, "name", "") or one.code,
                "maximum": one.maximum,
                "minimum": one.minimum,
                "weight": one.weight,
            }
            for one in scheme.components
        ],
        "bands": [{"grade": one.grade, "from_percent": one.from_percent, "points": one.points} for one in scheme.bands],
        "pass_percent": scheme.pass_percent,
        "decimals": scheme.decimals,
        "rounding": scheme.rounding.value,
        "grace_marks": scheme.grace_marks,
        "counts_failed": scheme.counts_failed,
    }


@dataclass(frozen=True)
class SheetRow:
    """One student: the cells as given and what they come to, and the version that is published, if one is."""

    enrollment: Enrollment
    cells: dict[str, Cell]
    scores: dict[str, ComponentScore]
    outcome: Outcome
    result: SubjectResult | None = None

    @property
    def is_locked(self) -> bool:
        return self.result is not None and not self.result.is_open

    @property
    def is_due(self) -> bool:
        """Whether it has a result that is not published as it is."""
        return not self.is_locked and self.outcome.verdict in PUBLISHED


@dataclass(frozen=True)
class ResultsSheet:
    """A subject of a batch in one attempt."""

    mapping: SubjectMapping
    scheme: Scheme
    attempt: int
    rows: Sequence[SheetRow]
    moderations: Sequence[ScoreModeration] = field(default=())

    @cached_property
    def due(self) -> list[SheetRow]:
        """What publishing would publish."""
        return [row for row in self.rows if row.is_due]


def sheet_of(mapping: SubjectMapping, attempt: int = 1) -> ResultsSheet:
    """The sheet, by family name; of a later attempt those who failed the one before. Six statements."""
    scheme = scheme_of(_subject_of(mapping))
    scores: dict[UUID, dict[str, ComponentScore]] = {}
    for one in ComponentScore.objects.filter(mapping=mapping, attempt=attempt):
        scores.setdefault(one.enrollment_id, {})[one.component] = one
    current = SubjectResult.objects.filter(mapping=mapping, attempt=attempt, is_current=True)
    results = {one.enrollment_id: one for one in current}
    steps = list(ScoreModeration.objects.filter(mapping=mapping, attempt=attempt).select_related("by"))
    plain = [Step(one.component, StepKind(one.kind), one.amount) for one in steps]
    rows = []
    for enrollment in _enrollments_of(mapping, attempt):
        given = scores.get(enrollment.pk, {})
        cells = {one.code: _cell_of(given.get(one.code)) for one in scheme.components}
        outcome = work_out(scheme, moderate(cells, plain, scheme.components), mapping.subject.credits)
        rows.append(SheetRow(enrollment, cells, given, outcome, results.get(enrollment.pk)))
    return ResultsSheet(mapping, scheme, attempt, rows, steps)


def _subject_of(mapping: SubjectMapping) -> Subject:
    rows = Subject.objects.select_related("grading_scheme", "course__grading_scheme")
    return rows.get(pk=mapping.subject_id)


def _enrollments_of(mapping: SubjectMapping, attempt: int) -> Any:
    """Those who hold a seat or completed the batch, and whoever has a score; later only who failed before."""
    scored = ComponentScore.objects.filter(enrollment=OuterRef("pk"), mapping=mapping, attempt=attempt)
    learns = Q(status__in=(*Enrollment.SEATED, Enrollment.Status.COMPLETED))
    rows = Enrollment.objects.filter(learns | Q(Exists(scored)), batch=mapping.batch_id)
    if attempt > 1:
        failed = SubjectResult.objects.filter(
            enrollment=OuterRef("pk"), mapping=mapping, attempt=attempt - 1, is_current=True, verdict=Verdict.FAILED
        )
        rows = rows.filter(Exists(failed))
    return in_order(rows.select_related("student"), "student__family_name", "student__full_name", "pk")


def _cell_of(score: ComponentScore | None) -> Cell:
    if score is None:
        return State.BLANK
    return State(score.state) if score.score is None else score.score


def basis_of(sheet: ResultsSheet, row: SheetRow) -> dict[str, Any]:
    """What a published result rests on, in plain values that JSON can keep."""
    steps = [{"component": one.component, "kind": one.kind, "amount": str(one.amount)} for one in sheet.moderations]
    scheme = scheme_json(sheet.scheme)
    return {
        "scores": {code: str(cell) for code, cell in row.cells.items()},
        "reasons": [reason.value for reason in row.outcome.reasons],
        "moderation": steps,
        "scheme": {
            **{name: str(value) if isinstance(value, Decimal) else value for name, value in scheme.items()},
            "components": [{name: str(value) for name, value in one.items()} for one in scheme["components"]],
            "bands": [{name: str(value) for name, value in one.items()} for one in scheme["bands"]],
        },
    }


def statistics_of(sheet: ResultsSheet) -> dict[str, Any]:
    """How the sheet stands: counts, and mean and median of the totals, to one decimal."""
    verdicts = [row.outcome.verdict for row in sheet.rows]
    totals = [row.outcome.total for row in sheet.rows if row.outcome.total is not None]
    grades = [row.outcome.grade for row in sheet.rows if row.outcome.grade]
    return {
        "students": len(verdicts),
        **{one.value: verdicts.count(one) for one in Verdict},
        "published": sum(row.is_locked for row in sheet.rows),
        "mean": round_exactly(Fraction(mean(totals)), 1) if totals else None,
        "median": round_exactly(Fraction(median(totals)), 1) if totals else None,
        "grades": {grade: grades.count(grade) for grade in dict.fromkeys(grades)},
    }
