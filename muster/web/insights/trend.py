"""How attendance went lately, on the home pages and of a batch: the same marks over the same weeks as analytics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.models import Batch
from muster.core.numbers import in_figures
from muster.courses.queries import minimum_attendance_of
from muster.insights.definitions import Figure
from muster.insights.marks import attendance_counts
from muster.insights.periods import Period
from muster.insights.scope import Scope, scope_of, scope_of_batch
from muster.institutions.access import Actor
from muster.web.insights.opening import Opening
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
    minimum = actor.institution.minimum_attendance_percent
    return _trend_of(scope_of(actor), period, minimum, reverse("analytics:institution"))


def attendance_trend_of_batch(actor: Actor, batch: Batch) -> AttendanceTrend | None:
    """Of a batch whose students the actor sees, over its last weeks; None of no marks. One statement."""
    period = Period.of_batch(batch.start_date, batch.end_date, batch.today()).latest_weeks()
    minimum = minimum_attendance_of(actor.institution, batch.course)
    return _trend_of(scope_of_batch(actor, batch), period, minimum, Opening(period).batch_url(batch.pk))


def _trend_of(scope: Scope, period: Period, minimum: int, url: str) -> AttendanceTrend | None:
    counts = attendance_counts(scope, period)
    whole = counts.whole.figure
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
        url,
    )
