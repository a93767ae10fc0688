"""What marks come to: pure functions of plain values, exact to the last digit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from muster.progression.grading import Cell, State, round_exactly

DECIMALS = 2
# What counts neither for nor against a student.
LEFT_OUT = (State.BLANK, State.EXEMPT, State.WITHHELD)


class Given(NamedTuple):
    """A mark, and what it counts for: `weight` within its category, which weighs `category_weight` of the total."""

    category: UUID
    category_weight: Decimal
    weight: Decimal
    maximum: Decimal
    cell: Cell


@dataclass(frozen=True)
class Total:
    """The total in percent, and of each category that counts so far; None where nothing counts yet.

    `decided` is how much of the whole these categories weigh, in percent.
    """

    percent: Decimal | None = None
    categories: Mapping[UUID, Decimal] = field(default_factory=dict)
    decided: Decimal = Decimal(0)


def share_of(marks: Iterable[tuple[Decimal, Decimal, Cell]]) -> Fraction | None:
    """What was reached of what could be, of (weight, maximum, cell): sum(weight * score / maximum) / sum(weight).

    An absence scores nothing; who is exempt, withheld or without a mark is left out. Extra credit counts whole, so it
    may be more than 1. None where nothing counts.
    """
    counted = [(Fraction(weight), Fraction(most), cell) for weight, most, cell in marks if cell not in LEFT_OUT]
    whole = sum((weight for weight, _most, _cell in counted), Fraction(0))
    if not whole:
        return None
    reached = (weight * _score(cell) / most for weight, most, cell in counted)
    return sum(reached, Fraction(0)) / whole


def total_of(marks: Iterable[Given]) -> Total:
    """The total so far: the share of each category by its weight, over the categories in which something counts.

    total = 100 * sum(category weight * share) / sum(category weight), rounded once, half up, to two decimals.
    """
    by_category: dict[UUID, list[Given]] = {}
    for mark in marks:
        by_category.setdefault(mark.category, []).append(mark)
    shares = {
        category: share
        for category, given in by_category.items()
        if given[0].category_weight
        and (share := share_of((one.weight, one.maximum, one.cell) for one in given)) is not None
    }
    weights = {category: Fraction(by_category[category][0].category_weight) for category in shares}
    if not shares:
        return Total()
    decided = sum(weights.values(), Fraction(0))
    reached = sum((weights[category] * share for category, share in shares.items()), Fraction(0))
    return Total(
        round_exactly(100 * reached / decided, DECIMALS),
        {category: round_exactly(100 * share, DECIMALS) for category, share in shares.items()},
        round_exactly(decided, DECIMALS),
    )


def component_of(marks: Sequence[tuple[Decimal, Decimal, Cell]], maximum: Decimal) -> Cell | None:
    """What the marks mapped to a component of a subject come to there; None where there is nothing to write yet.

    Their share of the component's maximum, which extra credit does not exceed. Absent is who was in all that counts.
    """
    share = share_of(marks)
    cells = [cell for _weight, _most, cell in marks if cell not in (State.BLANK, State.WITHHELD)]
    if share is None:
        return State.EXEMPT if cells and all(cell == State.EXEMPT for cell in cells) else None
    if all(cell in (State.ABSENT, State.EXEMPT) for cell in cells):
        return State.ABSENT
    return min(round_exactly(share * Fraction(maximum), DECIMALS), maximum)


def quantile_of(scores: Sequence[Decimal], part: Fraction) -> Decimal | None:
    """The score below which so great a part lies, between neighbours by the straight line (1/2 is the median)."""
    if not scores:
        return None
    ordered = sorted(map(Fraction, scores))
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round_exactly(ordered[low] + (ordered[high] - ordered[low]) * (place - low), DECIMALS)


def _score(cell: Cell) -> Fraction:
    return Fraction(0) if isinstance(cell, State) else Fraction(cell)
