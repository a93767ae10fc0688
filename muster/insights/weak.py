"""Where a batch's attendance is weakest: the one weekday or type of session that falls behind all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.insights.marks import AttendanceCounts, Marks, sum_of
from muster.timetable.models import ClassSession

# Percent points by which it is below the others, to be worth a word.
LEAST_POINTS = 5
WEEKDAYS: Mapping[int, str | Promise] = {
    1: gettext_lazy("Mondays"),
    2: gettext_lazy("Tuesdays"),
    3: gettext_lazy("Wednesdays"),
    4: gettext_lazy("Thursdays"),
    5: gettext_lazy("Fridays"),
    6: gettext_lazy("Saturdays"),
    7: gettext_lazy("Sundays"),
}


class WeakSpot(NamedTuple):
    """A weekday (1 for Monday) or a type of session, its marks, and all other marks of its kind."""

    kind: Literal["weekday", "type"]
    of: int | str
    marks: Marks
    others: Marks

    @property
    def gap(self) -> float:
        """By how many percent points it is below the others."""
        return (self.others.figure.value or 0) - (self.marks.figure.value or 0)

    @property
    def says(self) -> str:
        """The one sentence about it."""
        values = {"value": self._percent(self.marks), "others": self._percent(self.others)}
        if self.kind == "weekday":
            said = _("%(day)s are missed most: %(value)s against %(others)s on other days.")
            return said % {"day": WEEKDAYS[int(self.of)], **values}
        said = _("%(type)s sessions are missed most: %(value)s against %(others)s in others.")
        return said % {"type": ClassSession.Kind(str(self.of)).label, **values}

    @staticmethod
    def _percent(marks: Marks) -> str:
        value = marks.figure.value or 0
        return f"{number_format(value, 1 if value % 1 else 0)}%"


def weak_spot_of(counts: AttendanceCounts) -> WeakSpot | None:
    """The weekday or type of session that is furthest below all others of its kind.

    None where nothing is to be said: it needs five percent points or more, and 30 marks on both sides.
    """
    found = [
        *_spots("weekday", counts.by_weekday),
        *_spots("type", counts.by_type),
    ]
    # Of equal ones the first weekday.
    return max(found, key=lambda one: one.gap, default=None)


def _spots(kind: Literal["weekday", "type"], rows: Mapping[Any, Marks]) -> list[WeakSpot]:
    whole, found = sum_of(rows), []
    for of, marks in sorted(rows.items()):
        others = Marks(whole.came - marks.came, whole.counted - marks.counted)
        spot = WeakSpot(kind, of, marks, others)
        if marks.is_enough and others.is_enough and spot.gap >= LEAST_POINTS:
            found.append(spot)
    return found
