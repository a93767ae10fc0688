"""What a batch's students look like: a dot for each, the lowest first, and the list of those below the minimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.models import Batch
from muster.insights.batch import BatchInsight
from muster.insights.low import MOST_LOW, LowStudent
from muster.insights.students import MarkedStudent, median_of
from muster.institutions.access import Actor
from muster.messaging.permissions import messages
from muster.people.links import student_url
from muster.web.insights.opening import Opening
from muster.web.ui.bulk import MOST_AT_ONCE, picked_url
from muster.web.ui.charts import PercentScale
from muster.web.ui.widgets import percent

# In pixels from the top: where the scale ends, and the words below it.
TOP, BOTTOM, HEIGHT = 18.0, 148.0, 176
LEFT, RIGHT = 6.0, 97.0


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


class LowLine(NamedTuple):
    """A student below the minimum: the address of their page and of exactly the marks that count, the last five marks
    and why."""

    name: str
    url: str
    value: str
    marks: str
    marks_url: str
    is_there: bool
    last: str
    reason: str


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
    return StudentDots(
        label=_("Attendance of each student, the lowest first: %(values)s. The minimum is %(minimum)s.")
        % {"values": ", ".join(map(percent, values)), "minimum": percent(minimum)},
        height=HEIGHT,
        grid=[(y(tick), str(tick)) for tick in scale.ticks()],
        dots=dots,
        words=words,
        limit=y(minimum),
        below=len(below),
        median=percent(median_of(rows)),
        number=len(rows),
        left_out=max(0, len(below) - MOST_LOW),
    )


def draw_low(beside: BatchInsight, opening: Opening) -> list[LowLine]:
    """Those below the minimum, the lowest first, as far as they are listed."""
    return [_line(one, opening) for one in beside.low]


def message_url(actor: Actor, batch: Batch, beside: BatchInsight) -> str:
    """Where a message is written to exactly those below the minimum who have a seat; nothing where nobody may."""
    seats = [one.seat for one in beside.students if one.seat and one.is_below(beside.minimum)]
    may = messages.may(actor, "send") and not batch.is_archived and len(seats) <= MOST_AT_ONCE
    return picked_url(reverse("messaging:new-enrolled"), seats) if may and seats else ""


def _line(low: LowStudent, opening: Opening) -> LowLine:
    one, number = low.of, low.of.marks.counted
    return LowLine(
        one.name,
        student_url(one.student),
        percent(one.value),
        ngettext("%(came)d of %(count)d mark", "%(came)d of %(count)d marks", number)
        % {"came": one.marks.came, "count": number},
        opening.marks_url(one.marks, student=one.student),
        one.is_there,
        low.last,
        low.reason,
    )
