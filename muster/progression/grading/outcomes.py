"""From the marks of one student in one subject to total, grade, points and credits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from muster.progression.grading.schemes import Component, Scheme, State, round_exactly

# A score, or what stands in its place.
Cell = Decimal | State


class Verdict(StrEnum):
    """What came of the marks. Only who passed or failed has a result."""

    PASSED = "passed"
    FAILED = "failed"
    MISSING = "missing"
    WITHHELD = "withheld"
    EXEMPT = "exempt"


class Reason(StrEnum):
    """Why somebody failed."""

    ABSENT = "absent"
    BELOW_MINIMUM = "below_minimum"
    BELOW_TOTAL = "below_total"


@dataclass(frozen=True)
class Outcome:
    """The result of a subject. Without a verdict on it there are no figures.

    `total` is of the weight of all components; `credits` are earned; `counts` says whether the subject is in averages,
    with its `points`. `grace` are the marks that were given to pass.
    """

    verdict: Verdict
    total: Decimal | None = None
    percent: Decimal | None = None
    grade: str = ""
    points: Decimal | None = None
    credits: Decimal = Decimal(0)
    counts: bool = False
    reasons: tuple[Reason, ...] = ()
    grace: Decimal = Decimal(0)

    @property
    def passed(self) -> bool:
        return self.verdict == Verdict.PASSED


def work_out(scheme: Scheme, cells: Mapping[str, Cell], worth: Decimal = Decimal(0)) -> Outcome:
    """What the marks come to; `worth` are the credits of the subject.

    share = sum(score / maximum * weight) / sum(weight), over the components that the student is not exempt from; an
    absence scores nothing and fails. total = share * sum of all weights and percent = share * 100, each rounded as the
    scheme says. Passed is whose percent, so rounded, reaches the pass mark, and who reaches each component's own
    minimum. Grace marks lift scores to their minimum and the total to the pass mark where all of them together suffice,
    and are given to nobody who was absent.
    """
    given = {one.code: cells.get(one.code, State.BLANK) for one in scheme.components}
    if State.WITHHELD in given.values():
        return Outcome(Verdict.WITHHELD)
    if State.BLANK in given.values() or not given:
        return Outcome(Verdict.MISSING)
    counted = [one for one in scheme.components if given[one.code] != State.EXEMPT]
    if not counted:
        return Outcome(Verdict.EXEMPT)
    scores = {one.code: _score(given[one.code]) for one in counted}
    reasons = _reasons(scheme, counted, scores, given)
    grace = Fraction(0)
    if reasons and Reason.ABSENT not in reasons:
        lifted, needed = _lift(scheme, counted, scores)
        if needed <= Fraction(scheme.grace_marks):
            reasons, grace, scores = (), needed, lifted
    share = _share(counted, scores) + (_left_to_total(scheme, counted, scores) if grace else 0)
    percent = round_exactly(share * 100, scheme.decimals, scheme.rounding)
    band = scheme.failing if reasons else scheme.band_of(percent)
    failed = bool(reasons)
    return Outcome(
        Verdict.FAILED if failed else Verdict.PASSED,
        total=round_exactly(share * scheme.weight, scheme.decimals, scheme.rounding),
        percent=percent,
        grade=band.grade if band else "",
        points=band.points if band else None,
        credits=Decimal(0) if failed else worth,
        counts=band is not None and (not failed or scheme.counts_failed),
        reasons=reasons,
        grace=round_exactly(grace, 2),
    )


def _score(cell: Cell) -> Fraction:
    return Fraction(0) if isinstance(cell, State) else Fraction(cell)


def _share(counted: list[Component], scores: Mapping[str, Fraction]) -> Fraction:
    """What was reached of what could be, from 0 to 1."""
    most = sum(Fraction(one.weight) for one in counted)
    if not most:
        return Fraction(0)
    return sum(scores[one.code] / Fraction(one.maximum) * Fraction(one.weight) for one in counted) / most


def _reasons(
    scheme: Scheme, counted: list[Component], scores: Mapping[str, Fraction], given: Mapping[str, Cell]
) -> tuple[Reason, ...]:
    found = []
    if any(given[one.code] == State.ABSENT for one in counted):
        found.append(Reason.ABSENT)
    if any(scores[one.code] < Fraction(one.minimum) and given[one.code] != State.ABSENT for one in counted):
        found.append(Reason.BELOW_MINIMUM)
    if _left_to_total(scheme, counted, scores):
        found.append(Reason.BELOW_TOTAL)
    return tuple(found)


def _left_to_total(scheme: Scheme, counted: list[Component], scores: Mapping[str, Fraction]) -> Fraction:
    """The share that is left to the pass mark; nothing where the rounded percent reaches it."""
    share = _share(counted, scores)
    if round_exactly(share * 100, scheme.decimals, scheme.rounding) >= scheme.pass_percent:
        return Fraction(0)
    return Fraction(scheme.pass_percent) / 100 - share


def _lift(
    scheme: Scheme, counted: list[Component], scores: Mapping[str, Fraction]
) -> tuple[dict[str, Fraction], Fraction]:
    """The scores lifted to each minimum, and the marks that this and the pass mark of the total take."""
    lifted = {one.code: max(scores[one.code], Fraction(one.minimum)) for one in counted}
    needed = sum((lifted[code] - scores[code] for code in lifted), Fraction(0))
    return lifted, needed + _left_to_total(scheme, counted, lifted) * scheme.weight
