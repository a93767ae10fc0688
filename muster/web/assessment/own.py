"""What a student sees of their marks: what counts how much, each mark that is published, and the total so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from muster.assessment.models import Assessment, AssessmentMark
from muster.assessment.queries import OwnMarks
from muster.progression.grading import State
from muster.progression.grading.typed import plain_number


class OwnLine(NamedTuple):
    """An assessment with one's own mark in it, in words."""

    assessment: Assessment
    mark: str
    said: str
    comment: str
    weight: str


class OwnCategory(NamedTuple):
    """A category with its assessments, its weight, and the percent reached so far."""

    name: str
    weight: str
    percent: str
    lines: Sequence[OwnLine]


@dataclass(frozen=True)
class OwnView:
    """One's own marks as the page draws them."""

    total: str
    decided: str
    categories: Sequence[OwnCategory]
    marks: int
    of: int


def own_view_of(own: OwnMarks) -> OwnView:
    """The marks in words."""
    made = []
    for category in own.categories:
        those = [one for one in own.assessments if one.category_id == category.pk]
        percent = own.total.categories.get(category.pk)
        lines = [_line(one, own.marks.get(one.pk), those) for one in those]
        made.append(OwnCategory(category.name, plain_number(category.weight), _percent(percent), lines))
    return OwnView(
        _percent(own.total.percent), plain_number(own.total.decided), made, len(own.marks), len(own.assessments)
    )


def _percent(value: Any) -> str:
    return "–" if value is None else f"{plain_number(value)}%"


def mark_words(mark: AssessmentMark | None) -> str:
    """A mark as it is read; nothing where there is none."""
    if mark is None:
        return ""
    words = {State.ABSENT: _("Absent"), State.EXEMPT: _("Exempt"), State.WITHHELD: _("Withheld"), State.BLANK: ""}
    return words[mark.cell] if isinstance(mark.cell, State) else plain_number(mark.cell)


def _line(one: Assessment, mark: AssessmentMark | None, those: Sequence[Assessment]) -> OwnLine:
    whole = sum(other.weight for other in those)
    if not one.weight:
        weight = _("doesn't count")
    else:
        weight = _("%(share)d%% of its category") % {"share": round(100 * one.weight / whole)}
    said = ""
    if mark is not None and mark.cell == State.EXEMPT:
        said = _("not counted in your total")
    elif mark is not None and mark.cell == State.ABSENT:
        said = _("counts as 0")
    elif mark is not None and not isinstance(mark.cell, State) and mark.cell > one.maximum:
        said = _("with extra credit")
    return OwnLine(one, mark_words(mark), said, mark.comment if mark else "", weight)
