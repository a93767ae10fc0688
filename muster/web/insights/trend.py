"""How attendance went lately, as the home pages show it: the same marks over the same weeks as analytics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.core.numbers import in_figures
from muster.insights.definitions import Figure
from muster.insights.marks import attendance_counts
from muster.insights.periods import Period
from muster.insights.scope import scope_of
from muster.institutions.access import Actor
from muster.web.ui.charts import PercentScale, Plot, plot_of
from muster.web.ui.widgets import percent, unbroken_days


@dataclass(frozen=True)
class AttendanceTrend:
    """Attendance of the last weeks: as a whole, as a line against the minimum, and as a table."""

    value: str
    of: str
    days: str
    says: str
    is_low: bool
    plot: Plot | None
    weeks: Sequence[tuple[str, Figure]]
    url: str


def attendance_trend(actor: Actor) -> AttendanceTrend | None:
    """Of all batches whose students the actor sees; None of no marks. Two statements."""
    period = Period.of(None, None, actor.today())
    counts = attendance_counts(scope_of(actor), period)
    whole, minimum = counts.whole.figure, actor.institution.minimum_attendance_percent
    if whole.value is None:
        return None
    line: list[Any] = [counts.by_week[week].figure if week in counts.by_week else None for week in period.weeks]
    names = [date_format(week, "j M") for week in period.weeks]
    weeks = [(name, figure) for name, figure in zip(names, line, strict=True) if figure]
    values = [figure.value if figure else None for figure in line]
    below = sum(figure.value < minimum for _name, figure in weeks)
    words = {"count": below, "minimum": minimum, "weeks": len(weeks)}
    says = ngettext(
        "%(count)d of %(weeks)d weeks is below the minimum of %(minimum)d%%.",
        "%(count)d of %(weeks)d weeks are below the minimum of %(minimum)d%%.",
        below,
    )
    said = ", ".join(f"{name} {percent(figure.value)}" for name, figure in weeks)
    plot = plot_of(
        values,
        scale=PercentScale.of([*values, minimum]),
        label=_("Attendance by week: %(values)s.") % {"values": said},
        names=names,
        limit=minimum,
        limit_word=_("minimum %(limit)d%%") % {"limit": minimum},
        height=244,
    )
    part = {"part": in_figures(whole.part, 0), "whole": in_figures(whole.whole or 0, 0)}
    return AttendanceTrend(
        percent(whole.value),
        _("%(part)s of %(whole)s") % part,
        unbroken_days(period.first, period.last),
        says % words if below else _("No week is below the minimum of %(minimum)d%%.") % words,
        whole.value < minimum,
        plot,
        weeks,
        reverse("analytics:institution"),
    )
