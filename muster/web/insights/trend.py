"""How attendance went lately, on the home pages and of a batch: the same marks over the same weeks as analytics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.models import Batch
from muster.core.numbers import in_figures
from muster.courses.queries import minimum_attendance_of
from muster.insights.definitions import Figure
from muster.insights.marks import Marks, attendance_counts, sum_of
from muster.insights.periods import DAY, WEEK, Period
from muster.insights.scope import scope_of, scope_of_batch
from muster.insights.siblings import marks_beside_siblings
from muster.insights.students import attendance_by_student
from muster.institutions.access import Actor
from muster.web.insights.drawing import weeks_in_words
from muster.web.insights.opening import Opening
from muster.web.ui.charts import PercentScale, Plot, plot_of
from muster.web.ui.components import Fact
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
    weeks: Sequence[tuple[str, Figure, float | None]]
    """The last of each is what the siblings came to."""
    url: str


@dataclass(frozen=True)
class AttendanceOfBatch:
    """Attendance of a batch since its first day, and of the last weeks with marks."""

    fact: Fact
    trend: AttendanceTrend | None


def attendance_trend(actor: Actor) -> AttendanceTrend | None:
    """Of all batches whose students the actor sees; None of no marks. Two statements."""
    period = Period.of(None, None, actor.today())
    minimum = actor.institution.minimum_attendance_percent
    by_week = attendance_counts(scope_of(actor), period).by_week
    return _trend_of(by_week, period, minimum, reverse("analytics:institution"))


def attendance_of_batch(actor: Actor, batch: Batch) -> AttendanceOfBatch | None:
    """Of a batch that has begun and whose students the actor sees; None of no marks. Three statements."""
    period = Period.of_batch(batch.start_date, batch.end_date, batch.today())
    minimum = minimum_attendance_of(actor.institution, batch.course)
    beside = marks_beside_siblings(actor, batch, batch.today())
    by_week = beside.own_parts.by_week
    whole = sum_of(by_week).figure
    if whole.value is None:
        return None
    url = Opening(period).batch_url(batch.pk)
    latest = Period(period.first, min(period.last, max(by_week) + WEEK - DAY)).latest_weeks()
    others = [beside.in_week(week) for week in latest.weeks]
    low = sum(one.is_below(minimum) for one in attendance_by_student(scope_of_batch(actor, batch), period))
    words = {"count": low, "minimum": percent(minimum)}
    note = ngettext(
        "minimum %(minimum)s, %(count)d student below", "minimum %(minimum)s, %(count)d students below", low
    )
    return AttendanceOfBatch(
        Fact(
            _("Attendance"),
            percent(whole.value),
            note % words if low else _("minimum %(minimum)s, no one below") % words,
            f"{url}#low" if low else url,
        ),
        _trend_of(by_week, latest, minimum, Opening(latest).batch_url(batch.pk), others),
    )


def _trend_of(
    by_week: Mapping[date, Marks], period: Period, minimum: int, url: str, beside: Sequence[float | None] = ()
) -> AttendanceTrend | None:
    marked = {week: by_week[week] for week in period.weeks if week in by_week}
    whole = sum_of(marked).figure
    if whole.value is None:
        return None
    names = [date_format(week, "j M") for week in period.weeks]
    others = beside or [None] * len(names)
    line: list[Any] = [marked[week].figure if week in marked else None for week in period.weeks]
    weeks = [(name, figure, other) for name, figure, other in zip(names, line, others, strict=True) if figure]
    values = [figure.value if figure else None for figure in line]
    below = sum(figure.value < minimum for _name, figure, _other in weeks)
    words = {"count": below, "minimum": minimum, "weeks": len(weeks)}
    says = ngettext(
        "%(count)d of %(weeks)d weeks is below the minimum of %(minimum)d%%.",
        "%(count)d of %(weeks)d weeks are below the minimum of %(minimum)d%%.",
        below,
    )
    plot = plot_of(
        values,
        scale=PercentScale.of([*values, *others, minimum]),
        label=weeks_in_words([(name, figure) for name, figure, _other in weeks], others),
        names=names,
        limit=minimum,
        limit_word=_("minimum %(limit)d%%") % {"limit": minimum},
        height=244,
        beside=others,
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
