"""The key figures of a department, drawn: each with its change in words and its line over the semesters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.courses.queries import minimum_attendance_of
from muster.institutions.access import Actor
from muster.progression.queries import DepartmentFigures, Figures
from muster.web.ui.charts import Spark, spark_of
from muster.web.ui.components import Tone
from muster.web.ui.widgets import percent


def _number(value: Any) -> str:
    return number_format(value, 1)


# What is shown, how it is written, and what each figure is.
SHOWN: tuple[tuple[str, Any, Callable[[Any], str]], ...] = (
    ("pass_percent", gettext_lazy("Pass rate"), percent),
    ("average_marks", gettext_lazy("Average mark"), _number),
    ("attendance_rate", gettext_lazy("Attendance"), percent),
    ("fill_rate", gettext_lazy("Seats filled"), percent),
)


@dataclass(frozen=True)
class KeyFigure:
    """A figure with its change since the semester before, and its line."""

    label: Any
    value: str
    change: str
    was: str
    tone: Tone
    icon: str
    spark: Spark | None


@dataclass(frozen=True)
class KeyFigures:
    """What `progression/key_figures.html` draws: the figures, and the table behind their lines, the latest first."""

    figures: Sequence[KeyFigure]
    rows: Sequence[tuple[str, Sequence[str]]]
    headline: str
    so_far: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing counted in any semester."""
        values = [one.value for one in self.figures] + [value for _name, row in self.rows for value in row]
        return all(value == "–" for value in values)

    @property
    def labels(self) -> list[Any]:
        return [one.label for one in self.figures]


def key_figures(actor: Actor, found: DepartmentFigures) -> KeyFigures:
    """The key figures of a department as its page shows them."""
    names = [_month(span.first) for span, _figures in found.spans]
    drawn = [_key_figure(actor, found, names, *one) for one in SHOWN]
    rows = [
        (name, [_figure_words(figures, attr, write) for attr, _label, write in SHOWN])
        for name, (_span, figures) in zip(names, found.spans, strict=True)
    ]
    return KeyFigures(drawn, rows[::-1], _headline(found), names[-1] if names else "")


def _key_figure(
    actor: Actor, found: DepartmentFigures, names: Sequence[str], attr: str, label: Any, write: Callable[[Any], str]
) -> KeyFigure:
    values = [getattr(figures, attr) for _span, figures in found.spans]
    now, before = getattr(found.total, attr), values[-2] if len(values) > 1 else None
    change, was, tone, icon = "", "", "", ""
    if now is not None and before is not None:
        moved = round(now - before, 1)
        up = _("up %(much)s") if moved > 0 else _("down %(much)s")
        change = up % {"much": number_format(abs(moved), 1 if moved % 1 else 0)} if moved else _("unchanged")
        was = _("was %(before)s") % {"before": write(before)}
        tone, icon = ("good", "up") if moved > 0 else ("warn", "down") if moved < 0 else ("", "")
    said = [f"{name} {write(value)}" for name, value in zip(names, values, strict=True) if value is not None]
    limit = shared_minimum(actor, found) if attr == "attendance_rate" else None
    words = _("%(figure)s by semester: %(values)s.") % {"figure": label, "values": ", ".join(said)}
    if limit is not None:
        words += " " + _("The minimum is %(limit)s.") % {"limit": percent(limit)}
    return KeyFigure(
        label,
        "–" if now is None else write(now),
        change,
        was,
        tone,  # type: ignore[arg-type]
        icon,
        spark_of(
            values,
            label=words,
            first=names[0] if names else "",
            last=names[-1] if names else "",
            limit=limit,
            limit_word=_("minimum %(limit)d") % {"limit": limit} if limit is not None else "",
        ),
    )


def shared_minimum(actor: Actor, found: DepartmentFigures) -> int | None:
    """The minimum attendance, where it is the same for all batch years."""
    minimums = {minimum_attendance_of(actor.institution, year.course) for year, _figures in found.years}
    return minimums.pop() if len(minimums) == 1 else None


def _figure_words(figures: Figures, attr: str, write: Callable[[Any], str]) -> str:
    value = getattr(figures, attr)
    return "–" if value is None else write(value)


def _headline(found: DepartmentFigures) -> str:
    """What the pass rate says of this semester, where there is enough to compare with."""
    values = [figures.pass_percent for _span, figures in found.spans]
    known = [value for value in values if value is not None]
    if values and values[-1] is not None and len(known) > 2:
        now, before = known[-1], known[:-1]
        facts = {"count": len(known)}
        if now > max(before):
            return _("Best pass rate in %(count)d semesters.") % facts
        if now < min(before):
            return _("Lowest pass rate in %(count)d semesters.") % facts
    return ""


def _month(day: date) -> str:
    return date_format(day, "M Y")
