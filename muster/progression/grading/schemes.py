"""What a grade is worked out by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class State(StrEnum):
    """What stands in the place of a score. A blank is never zero; who is exempt is left out of the reckoning."""

    BLANK = "blank"
    ABSENT = "absent"
    EXEMPT = "exempt"
    WITHHELD = "withheld"


class Rounding(StrEnum):
    """What becomes of the digits that are too many."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True)
class Component:
    """A part of the marks: `minimum` of its `maximum` must be reached; `weight` is its share in the total."""

    code: str
    maximum: Decimal
    minimum: Decimal = Decimal(0)
    weight: Decimal = Decimal(100)


@dataclass(frozen=True)
class Band:
    """A grade, from which percent on it is given, and its points."""

    grade: str
    from_percent: Decimal
    points: Decimal


def _rank(band: Band) -> tuple[Decimal, Decimal]:
    return band.from_percent, band.points


@dataclass(frozen=True)
class Scheme:
    """How the marks of a subject are graded. Without bands a subject is passed or failed, and has no points."""

    components: Sequence[Component]
    bands: Sequence[Band] = ()
    pass_percent: Decimal = Decimal(50)
    decimals: int = 0
    rounding: Rounding = Rounding.HALF_UP
    grace_marks: Decimal = Decimal(0)
    counts_failed: bool = True

    @property
    def weight(self) -> Fraction:
        """What all components together weigh: the most that a total can be."""
        return sum((Fraction(one.weight) for one in self.components), Fraction(0))

    def band_of(self, percent: Decimal) -> Band | None:
        """The grade of somebody who passed: the highest that begins at the percent or below, else the lowest of those
        for whoever passes."""
        passing = [one for one in self.bands if one != self.failing]
        reached = [one for one in passing if one.from_percent <= percent]
        if reached:
            return max(reached, key=_rank)
        return min(passing, key=_rank, default=None)

    @property
    def failing(self) -> Band | None:
        """The grade of whoever failed: the lowest, where it begins below the pass mark; else F, worth nothing."""
        if not self.bands:
            return None
        lowest = min(self.bands, key=_rank)
        return lowest if lowest.from_percent < self.pass_percent else Band("F", Decimal(0), Decimal(0))


def round_exactly(value: Fraction, decimals: int, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """The value, which is not negative, with so many decimals."""
    scaled = value * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    up = {
        Rounding.HALF_UP: twice >= 0,
        Rounding.HALF_EVEN: twice > 0 or (twice == 0 and whole % 2 == 1),
        Rounding.DOWN: False,
        Rounding.UP: rest > 0,
    }[rounding]
    return Decimal(whole + up).scaleb(-decimals)
