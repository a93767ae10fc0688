"""The results sheet of a subject: its students by the components of its scheme, worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from statistics import mean, median
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from muster.core.search import in_order
from muster.courses.models import Subject
from muster.enrollments.models import Enrollment
from muster.institutions.models import Affiliation
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
from muster.progression.queries.electives import takes
from muster.progression.queries.records import held_back_before

# The code of the one component of a subject without a scheme.
MARK = "MARK"
# Verdicts that are published; the others wait for what is missing.
PUBLISHED = (Verdict.PASSED, Verdict.FAILED, Verdict.EXEMPT)
# Whose results are worked out.
LEARNS = Q(status__in=(*Enrollment.SEATED, Enrollment.Status.COMPLETED))


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
    """One student, with `student_number`: the cells as given and what they come to, and the version that is published,
    if one is."""

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
    sheet = ResultsSheet(mapping, scheme, attempt, (), steps)
    rows = []
    for enrollment in _enrollments_of(mapping, attempt):
        given = scores.get(enrollment.pk, {})
        cells = {one.code: _cell_of(given.get(one.code)) for one in scheme.components}
        rows.append(SheetRow(enrollment, cells, given, _outcome(sheet, cells), results.get(enrollment.pk)))
    return replace(sheet, rows=rows)


def _outcome(sheet: ResultsSheet, cells: Mapping[str, Cell], *more: Step) -> Outcome:
    steps = [Step(one.component, StepKind(one.kind), one.amount) for one in sheet.moderations]
    moderated = moderate(cells, [*steps, *more], sheet.scheme.components)
    return work_out(sheet.scheme, moderated, sheet.mapping.subject.credits)


def moderated_sheet(sheet: ResultsSheet, step: Step) -> ResultsSheet:
    """The sheet as a further step of moderation would leave it. Nothing is written."""
    return replace(sheet, rows=[replace(row, outcome=_outcome(sheet, row.cells, step)) for row in sheet.rows])


def attempts_of(mapping: SubjectMapping) -> range:
    """The attempts that the subject has: one more than the last in which somebody failed."""
    failed = SubjectResult.objects.filter(mapping=mapping, is_current=True, verdict=Verdict.FAILED)
    return range(1, 2 + (failed.aggregate(last=Max("attempt"))["last"] or 0))


def _subject_of(mapping: SubjectMapping) -> Subject:
    rows = Subject.objects.select_related("grading_scheme", "course__grading_scheme")
    return rows.get(pk=mapping.subject_id)


def _enrollments_of(mapping: SubjectMapping, attempt: int) -> Any:
    """Those who hold a seat or completed the batch and came to the semester, of an elective those who chose it, and
    whoever has a score; later only who failed before. Each with `student_number`."""
    scored = ComponentScore.objects.filter(enrollment=OuterRef("pk"), mapping=mapping, attempt=attempt)
    number = Affiliation.objects.filter(institution=OuterRef("institution"), user=OuterRef("student"))
    learns = LEARNS & (takes(mapping.pk) if mapping.is_elective else ~held_back_before(mapping.semester))
    rows = Enrollment.objects.filter(learns | Q(Exists(scored)), batch=mapping.batch_id).annotate(
        student_number=Subquery(number.values("student_number")[:1])
    )
    if attempt > 1:
        before = SubjectResult.objects.filter(enrollment=OuterRef("pk"), mapping=mapping, is_current=True)
        failed = before.filter(attempt=attempt - 1, verdict=Verdict.FAILED)
        # An earlier attempt may have been corrected since.
        passed = before.filter(attempt__lt=attempt, verdict=Verdict.PASSED)
        rows = rows.filter(Exists(failed), ~Exists(passed))
    return in_order(rows.select_related("student"), "student__family_name", "student__full_name", "pk")


def _cell_of(score: ComponentScore | None) -> Cell:
    return State.BLANK if score is None else score.cell


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
    """How the sheet stands: counts, and mean and median of the totals and the mean of each component, to one
    decimal."""
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
        "means": {one.code: _mean_of(sheet, one.code) for one in sheet.scheme.components},
    }


def _mean_of(sheet: ResultsSheet, code: str) -> Decimal | None:
    """Of the scores as given."""
    scores = [cell for row in sheet.rows if isinstance(cell := row.cells[code], Decimal)]
    return round_exactly(Fraction(mean(scores)), 1) if scores else None
