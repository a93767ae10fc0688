"""What the analytics of a batch draw besides its figures: its scores as bars, and its siblings as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from muster.assessment.models import Assessment
from muster.assessment.queries import MarkStatistics
from muster.core.numbers import in_figures
from muster.insights.batch import BatchInsight
from muster.insights.marks import NO_MARKS, sum_of
from muster.insights.tables import PERCENT, siblings_table
from muster.progression.grading.typed import plain_number
from muster.web.insights.opening import Opening
from muster.web.ui.widgets import percent

# The bars stand between these, in percent of the height; so much of its share a bar is wide.
TOP, BOTTOM, FILLED = 12.0, 88.0, 0.86
# The best is marked where more is better, and batches of any size compare.
COMPARED = ("attendance", "passed", "average_mark", "average_score", "satisfaction", "completed")


class ScoreBar(NamedTuple):
    """A bar: its place and size in percent, its number, and the score at which it begins."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    number: int
    edge_x: str
    edge: str


@dataclass(frozen=True)
class Histogram:
    """The scores of an assessment."""

    assessment: Assessment
    found: MarkStatistics
    url: str
    bars: Sequence[ScoreBar]
    # What the axis ends with; nothing where its last bar has no end.
    end: str
    label: str
    maximum: str
    median: str


def draw_scores(beside: BatchInsight) -> Histogram | None:
    """The bars, from zero, each with its number; nothing where nobody has a score."""
    of, found = beside.assessment, beside.statistics
    if of is None or found is None or not found.scores:
        return None
    most, share = max(one.number for one in found.spans), 100 / len(found.spans)
    bars = []
    for place, one in enumerate(found.spans):
        high = (BOTTOM - TOP) * one.number / most
        left, middle = share * place, share * (place + 0.5)
        bars.append(
            ScoreBar(
                x=_place(left + share * (1 - FILLED) / 2),
                y=_place(BOTTOM - high),
                width=_place(share * FILLED),
                height=_place(high),
                middle=_place(middle),
                number=one.number,
                edge_x=_place(left),
                edge=plain_number(one.least),
            )
        )
    told = ", ".join(
        _("%(number)s from %(edge)s") % {"number": one.number, "edge": one.edge} for one in bars if one.number
    )
    return Histogram(
        of,
        found,
        reverse("assessment:assessment", args=[of.batch_id, of.pk]),
        bars,
        plain_number(found.spans[-1].below) if found.spans[-1].below is not None else "",
        _("Students by score: %(values)s.") % {"values": told},
        plain_number(of.maximum),
        plain_number(found.median) if found.median is not None else "",
    )


def _place(size: float) -> str:
    return f"{size:.2f}%"


class SiblingCell(NamedTuple):
    """A figure of a batch in words; hidden where fewer than five answered."""

    label: str
    text: str
    is_best: bool = False
    is_hidden: bool = False


class SiblingLine(NamedTuple):
    """A batch in the comparison."""

    code: str
    name: str
    url: str
    is_own: bool
    cells: Sequence[SiblingCell]


def draw_siblings(beside: BatchInsight, opening: Opening) -> Sequence[SiblingLine]:
    """The batch first, then the others; of each what is known of any of them. The numbers are those of the table."""
    if beside.siblings is None:
        return ()
    table, judged = siblings_table(beside.siblings), beside.siblings.cohorts.satisfaction
    columns = {column.key: column for column in table.columns}
    values = [dict(zip(columns, row.cells, strict=True)) for row in table.rows]
    best = {key: _best([row[key] for row in values]) for key in COMPARED}
    shown = [
        key for key in ("attendance", "taken", "at_risk", *COMPARED[1:]) if any(row[key] is not None for row in values)
    ]
    if judged and "satisfaction" not in shown:
        shown.append("satisfaction")
    lines = []
    for place, (row, told) in enumerate(zip(table.rows, values, strict=True)):
        cells = [
            SiblingCell(
                _("Seats") if key == "taken" else columns[key].heading,
                _words(told, key, columns[key].unit),
                is_best=key in COMPARED and told[key] is not None and told[key] == best[key],
                is_hidden=key == "satisfaction" and told[key] is None and beside.siblings.rows[place].batch in judged,
            )
            for key in shown
        ]
        lines.append(SiblingLine(told["batch"], told["name"], opening.row_url(row.narrowed), place == 0, cells))
    return lines


def stand_among(beside: BatchInsight) -> str:
    """How attendance stands against the others together; nothing where either has too few marks."""
    if beside.siblings is None:
        return ""
    own, *others = (beside.siblings.marks.get(one.batch, NO_MARKS) for one in beside.siblings.rows)
    rest = sum_of(dict(enumerate(others)))
    moved = own.figure.change_from(rest.figure) if own.is_enough and rest.is_enough else None
    if moved is None:
        return ""
    facts = {
        "own": percent(own.figure.value),
        "rest": percent(rest.figure.value),
        "much": in_figures(abs(moved)),
    }
    if not moved:
        return _("Attendance is %(own)s, as in the others together.") % facts
    if moved > 0:
        return _("Attendance is %(own)s, %(much)s points above the others together (%(rest)s).") % facts
    return _("Attendance is %(own)s, %(much)s points below the others together (%(rest)s).") % facts


def _best(values: Sequence[float | None]) -> float | None:
    """The highest, where it says something: of several, not all alike."""
    known = [value for value in values if value is not None]
    return max(known) if len(set(known)) > 1 else None


def _words(told: dict[str, Any], key: str, unit: str) -> str:
    value = told[key]
    if value is None:
        return "–"
    if key == "taken":
        return _("%(taken)s of %(seats)s") % {
            "taken": in_figures(value, 0),
            "seats": in_figures(told["seats"], 0),
        }
    return percent(value) if unit == PERCENT else in_figures(value)
