"""What a batch's students look like: a dot for each, the lowest first, and the list of those below the minimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.insights.students import MarkedStudent
from muster.people.links import student_url
from muster.web.insights.opening import Opening
from muster.web.ui.charts import PercentScale
from muster.web.ui.widgets import percent

# In pixels from the top: where the scale ends, and the words below it.
TOP, BOTTOM, HEIGHT = 18.0, 148.0, 176
LEFT, RIGHT = 6.0, 97.0
# What is longer is read in the table.
MOST_LOW = 8


class DotMark(NamedTuple):
    """A student's dot; hollow below the minimum."""

    x: str
    y: float
    is_below: bool


class DotWord(NamedTuple):
    """A number beside a dot."""

    x: str
    y: float
    anchor: str
    text: str


class LowStudent(NamedTuple):
    """A student below the minimum, the address of their page, and of exactly the marks that count."""

    name: str
    url: str
    value: str
    marks: str
    marks_url: str
    is_there: bool


@dataclass(frozen=True)
class StudentDots:
    """The dots and what is written beside them."""

    label: str
    height: int
    grid: Sequence[tuple[float, str]]
    dots: Sequence[DotMark]
    words: Sequence[DotWord]
    limit: float | None
    below: int
    median: str
    number: int
    low: Sequence[LowStudent]
    left_out: int


def draw_students(rows: Sequence[MarkedStudent], minimum: int, opening: Opening) -> StudentDots | None:
    """The dots on a stated scale, which need not start at zero; nothing where nobody has a mark."""
    if not rows:
        return None
    values, below = [one.value for one in rows], [one for one in rows if one.is_below(minimum)]
    scale = PercentScale.of([*values, minimum])

    def x(place: int) -> str:
        return f"{(LEFT + RIGHT) / 2 if len(rows) == 1 else LEFT + (RIGHT - LEFT) * place / (len(rows) - 1):.2f}%"

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - scale.low) / (scale.high - scale.low), 1)

    dots = [DotMark(x(place), y(one.value), one.is_below(minimum)) for place, one in enumerate(rows)]
    words = [DotWord(dots[-1].x, dots[-1].y - 9, "end" if len(rows) > 1 else "middle", percent(values[-1]))]
    if len(rows) > 1:
        words.append(DotWord(dots[0].x, dots[0].y + 18, "start", percent(values[0])))
    middle = percent(round(median(values), 1))
    return StudentDots(
        label=_("Attendance of each student, the lowest first: %(values)s. The minimum is %(minimum)s.")
        % {"values": ", ".join(map(percent, values)), "minimum": percent(minimum)},
        height=HEIGHT,
        grid=[(y(tick), str(tick)) for tick in scale.ticks()],
        dots=dots,
        words=words,
        limit=y(minimum),
        below=len(below),
        median=middle,
        number=len(rows),
        low=[_low(one, opening) for one in below[:MOST_LOW]],
        left_out=max(0, len(below) - MOST_LOW),
    )


def _low(one: MarkedStudent, opening: Opening) -> LowStudent:
    number = one.marks.counted
    return LowStudent(
        one.name,
        student_url(one.student),
        percent(one.value),
        ngettext("%(came)d of %(count)d mark", "%(came)d of %(count)d marks", number)
        % {"came": one.marks.came, "count": number},
        opening.marks_url(one.marks, student=one.student),
        one.is_there,
    )
