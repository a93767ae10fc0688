"""Moderation: steps by which all scores of a component are scaled, raised or capped before they are worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from muster.progression.grading.outcomes import Cell
from muster.progression.grading.schemes import Component, State, round_exactly


class StepKind(StrEnum):
    """What a step does with a score."""

    SCALE = "scale"
    ADD = "add"
    CAP = "cap"


class Step(NamedTuple):
    """One step: `amount` is a factor, marks, or the highest score."""

    component: str
    kind: StepKind
    amount: Decimal


def moderate(cells: Mapping[str, Cell], steps: Iterable[Step], components: Iterable[Component]) -> dict[str, Cell]:
    """The cells after all steps in their order. No score leaves 0 to its maximum, and a state is no score. Rounded once
    to two decimals, half up."""
    most = {one.code: Fraction(one.maximum) for one in components}
    exact = {code: Fraction(cell) for code, cell in cells.items() if not isinstance(cell, State) and code in most}
    for step in steps:
        if step.component in exact:
            score, amount = exact[step.component], Fraction(step.amount)
            moved = {StepKind.SCALE: score * amount, StepKind.ADD: score + amount, StepKind.CAP: min(score, amount)}
            exact[step.component] = max(Fraction(0), min(moved[StepKind(step.kind)], most[step.component]))
    return {**cells, **{code: round_exactly(score, 2) for code, score in exact.items()}}
