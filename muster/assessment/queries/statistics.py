"""How an assessment went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from muster.assessment.models import Assessment
from muster.assessment.queries.sheet import MarksRow, MarksSheet
from muster.assessment.totals import DECIMALS, quantile_of
from muster.progression.grading import State, round_exactly

PARTS = 10


@dataclass(frozen=True)
class ScoreSpan:
    """How many scores lie from `least`, and below `below` unless it is the last; beyond the maximum `below` is None."""

    least: Decimal
    below: Decimal | None
    number: int


@dataclass(frozen=True)
class MarkStatistics:
    """How the scores of an assessment are distributed, and whose mark is missing or stands for something else.

    Figures are of scores alone: who was absent, exempt or withheld has none.
    """

    expected: int
    scores: Sequence[Decimal]
    missing: Sequence[MarksRow]
    absent: int
    exempt: int
    withheld: int
    mean: Decimal | None
    lower_quartile: Decimal | None
    median: Decimal | None
    upper_quartile: Decimal | None
    spans: Sequence[ScoreSpan]

    @property
    def marked(self) -> int:
        return self.expected - len(self.missing)


def statistics_of_marks(sheet: MarksSheet, assessment: Assessment) -> MarkStatistics:
    """Of those who learn in the batch; in tenths of the maximum, and what is beyond it by extra credit."""
    rows = [row for row in sheet.rows if row.learns]
    cells = [row.cell_of(assessment) for row in rows]
    scores = sorted(cell for cell in cells if not isinstance(cell, State))
    mean = round_exactly(sum(map(Fraction, scores), Fraction(0)) / len(scores), DECIMALS) if scores else None
    return MarkStatistics(
        len(rows),
        scores,
        [row for row, cell in zip(rows, cells, strict=True) if cell == State.BLANK],
        cells.count(State.ABSENT),
        cells.count(State.EXEMPT),
        cells.count(State.WITHHELD),
        mean,
        quantile_of(scores, Fraction(1, 4)),
        quantile_of(scores, Fraction(1, 2)),
        quantile_of(scores, Fraction(3, 4)),
        _spans(scores, assessment),
    )


def _spans(scores: Sequence[Decimal], assessment: Assessment) -> list[ScoreSpan]:
    edges = [assessment.maximum * part / PARTS for part in range(PARTS + 1)]
    places = [min(int(score * PARTS / edges[-1]), PARTS - 1) for score in scores if score <= edges[-1]]
    spans = [ScoreSpan(edges[part], edges[part + 1], places.count(part)) for part in range(PARTS)]
    beyond = sum(score > edges[-1] for score in scores)
    return [*spans, ScoreSpan(edges[-1], None, beyond)] if assessment.extra_credit or beyond else spans
