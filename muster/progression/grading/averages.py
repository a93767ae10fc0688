"""Grade point averages, of a semester (SGPA) or of all of them (CGPA)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from muster.progression.grading.schemes import Rounding, round_exactly


class Weighted(NamedTuple):
    """The points of a subject, and the credits that they count for."""

    points: Decimal
    credits: Decimal


def grade_point_average(subjects: Iterable[Weighted]) -> Decimal | None:
    """sum(credits * points) / sum(credits), to two decimals, half up; None where nothing counts.

    Over several semesters it is worked out of all their subjects, never of averages that were rounded before.
    """
    counted = [one for one in subjects if one.credits]
    # Of as few digits as points and credits have, decimals sum exactly.
    total = sum((one.credits for one in counted), Decimal(0))
    if not total:
        return None
    points = sum((one.credits * one.points for one in counted), Decimal(0))
    return round_exactly(Fraction(points) / Fraction(total), 2, Rounding.HALF_UP)
