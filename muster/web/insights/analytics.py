"""Analytics: what the batches that somebody manages or teaches come to, at a glance and told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.workload import weekly_minutes
from muster.core.days import days_in_words
from muster.courses.models import Course
from muster.courses.queries import minimum_attendance_of
from muster.insights.definitions import Figure, Shape
from muster.insights.marks import Marks, sum_of
from muster.insights.periods import Period
from muster.insights.queries import (
    Insight,
    insight_into,
)
from muster.insights.scope import Scope, scope_of
from muster.institutions.models import Branch, Department
from muster.people.links import batch_url, instructor_url
from muster.timetable.models import ClassSession
from muster.web.batches.frame import Frame, batch_for
from muster.web.batches.tabs import BatchTab, register_tab
from muster.web.insights.forms import AnalyticsForm, PeriodForm
from muster.web.people.widgets import hours_in_words
from muster.web.requests import ActorRequest
from muster.web.ui.charts import PercentScale, Plot, plot_of
from muster.web.ui.pages import page
from muster.web.ui.tables.asking import Inquiry, ListAnswer
from muster.web.ui.tables.saved import narrowing_of, saved_views
from muster.web.ui.widgets import percent

# The figures at the top of the page.
SHOWN = ("attendance", "registers_taken", "seats_filled", "completed", "satisfaction", "at_risk")
MOST_BATCHES, MOST_INSTRUCTORS = 8, 12
WEEKDAYS = 7


@dataclass(frozen=True)
class ShownFigure:
    """A figure with its words."""

    figure: Figure
    value: str
    unit: str
    of: str
    change: str
    icon: str
    tone: str
    url: str = ""


@dataclass(frozen=True)
class PartShown:
    """A branch or department: its figure, its line, and the marks behind them."""

    name: str
    value: str
    plot: Plot | None
    marks: Marks
    change: str


register_tab(BatchTab("analytics", gettext_lazy("Analytics"), "analytics:batch", 58, "roster"))


@page(batches["roster"])
def analytics_page(request: ActorRequest) -> HttpResponseBase:
    """The figures of everything that the person manages or teaches, between two days and against others."""
    form = AnalyticsForm(request.actor, request.GET or None)
    if isinstance(request, Inquiry):
        return ListAnswer(form.fields)
    scope = scope_of(request.actor, form.part)
    minimum = request.actor.institution.minimum_attendance_percent
    saved = saved_views.of(request, narrowing_of(request.GET.dict(), form.fields))
    context = {"nav": "analytics", "saved": saved, **_page_of_figures(scope, form, minimum)}
    return render(request, "insights/analytics.html", context)


@page(batches["roster"])
def batch_analytics_page(request: ActorRequest, batch_id: UUID) -> HttpResponseBase:
    """The figures of one batch: from its first day until today, unless other days are asked for."""
    actor = request.actor
    frame = Frame(actor, batch_for(actor, batch_id, "roster"), "analytics")
    batch = frame.batch
    usual = Period.of_batch(batch.start_date, batch.end_date, batch.today())
    form = PeriodForm(usual, request.GET or None)
    scope = scope_of(actor, Q(pk=batch.pk))
    minimum = minimum_attendance_of(actor.institution, batch.course)
    context = {"frame": frame, "batch": batch, "nav": "batches", **_page_of_figures(scope, form, minimum)}
    return render(request, "insights/batch.html", context)


def _page_of_figures(scope: Scope, form: PeriodForm, minimum: int) -> dict[str, Any]:
    """What both pages draw."""
    # What is asked decides the days, so it is judged first.
    compared, period = form.compared, form.period
    insight = insight_into(scope, period, compared)
    return {
        "form": form,
        "headline": _headline(insight, minimum),
        "days": days_in_words(period.first, period.last),
        "compared": days_in_words(compared.first, compared.last) if compared else "",
        "batches": len(scope.parts),
        "figures": [_show_figure(insight, name) for name in SHOWN],
        "all_figures": [_show_figure(insight, name) for name in insight.figures],
        "minimum": minimum,
        **_attendance(insight, minimum),
        "seats": [
            (name or _("No department"), one, one.value)
            for name, one in sorted(insight.seats.items(), key=lambda item: -(item[1].value or 0))
        ],
        "months": _months(insight),
        "completion": insight.completion,
        "instructors": _instructors(insight),
        "satisfaction": _satisfaction(insight),
    }


# --- figures in words -------------------------------------------------------------------------------------------------
def _value_words(figure: Figure) -> tuple[str, str]:
    """The value and its unit."""
    if figure.value is None:
        return "–", ""
    if figure.definition.shape is Shape.PERCENT:
        return percent(figure.value), ""
    if figure.definition.shape is Shape.MEAN:
        return number_format(figure.value, 1), _("of 5") if figure.name == "satisfaction" else ""
    return number_format(figure.value, 0), ""


def _show_figure(insight: Insight, name: str) -> ShownFigure:
    figure, change = insight.figures[name], insight.change(name)
    value, unit = _value_words(figure)
    words, icon, tone = "", "", ""
    if change is not None:
        icon = "up" if change > 0 else "down" if change < 0 else ""
        points = figure.definition.shape is Shape.PERCENT
        much = number_format(abs(change), 1 if change % 1 else 0)
        said = _("%(much)s points") if points else "%(much)s"
        words = said % {"much": much} if change else _("no change")
        tone = "worse" if change and (change > 0) == figure.definition.fewer else ""
    return ShownFigure(figure, value, unit, _of(figure), words, icon, tone, _link(name))


def _of(figure: Figure) -> str:
    if figure.whole is None:
        return ""
    if figure.definition.shape is Shape.MEAN:
        # Numbers of points say nothing; how many there are does.
        return ngettext("from %(count)s value", "from %(count)s values", figure.whole) % {
            "count": number_format(figure.whole, 0)
        }
    return _("%(part)s of %(whole)s") % {
        "part": number_format(figure.part, 0),
        "whole": number_format(figure.whole, 0),
    }


def _link(name: str) -> str:
    return reverse("risk:list") if name == "at_risk" else ""


def _headline(insight: Insight, minimum: int) -> str:
    """The first line answers: how attendance stands, how it moved, and how many batches are below the minimum."""
    now, change = insight.figures["attendance"].value, insight.change("attendance")
    low = sum(1 for marks in insight.attendance.by_batch.values() if _is_low(marks, minimum))
    if now is None:
        return _("No attendance between these days")
    facts = {"percent": percent(now), "much": number_format(abs(change or 0), 1)}
    if change is None or not change:
        said = _("Attendance is %(percent)s") % facts
    elif change > 0:
        said = _("Attendance rose %(much)s points to %(percent)s") % facts
    else:
        said = _("Attendance fell %(much)s points to %(percent)s") % facts
    if not low or len(insight.attendance.by_batch) == 1:
        return said
    tail = ngettext("%(count)d batch is below %(minimum)d%%", "%(count)d batches are below %(minimum)d%%", low) % {
        "count": low,
        "minimum": minimum,
    }
    return f"{said}; {tail}"


def _is_low(marks: Marks, minimum: int) -> bool:
    value = marks.figure.value
    return value is not None and value < minimum


# --- attendance -------------------------------------------------------------------------------------------------------
def _attendance(insight: Insight, minimum: int) -> dict[str, Any]:
    counts, before = insight.attendance, insight.compared.attendance if insight.compared else None
    weeks = insight.period.weeks
    then = insight.compared.period.weeks if insight.compared else []
    lines = [_line(counts.by_week, weeks), _line(before.by_week if before else {}, then)]
    names = [date_format(week, "j M") for week in weeks]
    rows = [
        (name, marks.figure, _before(before.by_week if before else {}, then, place))
        for place, (name, week) in enumerate(zip(names, weeks, strict=True))
        if (marks := counts.by_week.get(week))
    ]
    parts = {
        "branches": _parts(Branch, counts.by_branch, before.by_branch if before else {}, weeks, then),
        "departments": _parts(Department, counts.by_department, before.by_department if before else {}, weeks, then),
    }
    return {
        "by_week": plot_of(
            lines[0],
            lines[1],
            scale=PercentScale.of([*lines[0], *lines[1], minimum]),
            label=_("Attendance by week: %(values)s.")
            % {"values": ", ".join(f"{name} {percent(figure.value)}" for name, figure, _then in rows)},
            names=names,
            limit=minimum,
            limit_word=_("minimum %(limit)d%%") % {"limit": minimum},
            height=244,
        ),
        "weeks": rows,
        "low": _low_batches(counts.by_batch, before.by_batch if before else {}, minimum),
        "low_count": sum(1 for marks in counts.by_batch.values() if _is_low(marks, minimum)),
        "parts": _draw_parts(parts, weeks, then, minimum),
        **_hours(counts.by_hour, minimum),
        "types": [(ClassSession.Kind(kind).label, marks.figure) for kind, marks in sorted(counts.by_type.items())],
    }


def _line(rows: Mapping[date, Marks], weeks: Sequence[date]) -> list[float | None]:
    return [marks.figure.value if (marks := rows.get(week)) else None for week in weeks]


def _before(rows: Mapping[date, Marks], weeks: Sequence[date], place: int) -> Figure | None:
    marks = rows.get(weeks[place]) if place < len(weeks) else None
    return marks.figure if marks else None


Weekly = Mapping[date, Marks]


def _parts(
    model: Any,
    rows: Mapping[UUID | None, Weekly],
    before: Mapping[UUID | None, Weekly],
    weeks: Sequence[date],
    then: Sequence[date],
) -> list[tuple[str, Weekly, Weekly]]:
    names = dict(model.objects.filter(pk__in=[pk for pk in rows if pk]).values_list("pk", "name"))
    found = [(names[pk], rows[pk], before.get(pk, {})) for pk in rows if pk in names]
    return sorted(found, key=lambda one: one[0])


def _draw_parts(
    parts: Mapping[str, list[tuple[str, Weekly, Weekly]]], weeks: Sequence[date], then: Sequence[date], minimum: int
) -> dict[str, list[PartShown]]:
    lines = {
        (kind, name): (_line(rows, weeks), _line(before, then))
        for kind, found in parts.items()
        for name, rows, before in found
    }
    # One scale for all, so that heights compare.
    scale = PercentScale.of([minimum, *(value for pair in lines.values() for line in pair for value in line)])
    drawn: dict[str, list[PartShown]] = {}
    for kind, found in parts.items():
        drawn[kind] = []
        for name, rows, before in found:
            whole = sum_of(rows).figure
            moved = whole.change_from(sum_of(before).figure)
            now, was = lines[kind, name]
            said = ", ".join(percent(value) for value in now if value is not None)
            label = _("%(name)s by week: %(values)s.") % {"name": name, "values": said}
            plot = plot_of(now, was, scale=scale, label=label, limit=minimum, height=84)
            change = "" if moved is None else _("%(much)s points") % {"much": f"{moved:+.1f}".replace("-", "−")}
            drawn[kind].append(PartShown(name, _value_words(whole)[0], plot, sum_of(rows), change))
    return drawn


def _low_batches(by_batch: Mapping[UUID, Marks], before: Mapping[UUID, Marks], minimum: int) -> list[Any]:
    """The batches below the minimum, the lowest first: at most so many."""
    low = sorted(
        ((marks.figure.value or 0, pk) for pk, marks in by_batch.items() if _is_low(marks, minimum)),
        key=lambda one: (one[0], str(one[1])),
    )[:MOST_BATCHES]
    named = Batch.objects.select_related("branch").in_bulk([pk for _value, pk in low])
    found = []
    for value, pk in low:
        was = before.get(pk)
        moved = by_batch[pk].figure.change_from(was.figure if was else None)
        change = "" if moved is None else _("%(much)s points") % {"much": f"{moved:+.1f}".replace("-", "−")}
        found.append((named[pk], batch_url(pk), percent(value), change))
    return found


def _hours(by_hour: Mapping[tuple[int, int], Marks], minimum: int) -> dict[str, Any]:
    """The table of weekdays and hours, from the first hour that has any marks to the last."""
    if not by_hour:
        return {"hours": [], "heat": []}
    hours = range(min(hour for _day, hour in by_hour), max(hour for _day, hour in by_hour) + 1)
    monday = date(2024, 1, 1)
    rows = []
    for day in range(1, WEEKDAYS + 1):
        cells = [_cell(by_hour.get((day, hour)), minimum) for hour in hours]
        if any(value is not None for _level, value in cells) or day < WEEKDAYS - 1:
            rows.append((date_format(monday + timedelta(days=day - 1), "D"), cells))
    return {"hours": [f"{hour:02d}" for hour in hours], "heat": rows}


def _cell(marks: Marks | None, minimum: int) -> tuple[str, int | None]:
    """How dark a cell is, and its percentage; fewer than so many marks say nothing."""
    value = marks.figure.value if marks and marks.is_enough else None
    if value is None:
        return "none", None
    if value < minimum:
        return "low", int(value)
    third = (100 - minimum) / 3
    return str(min(3, 1 + int((value - minimum) / third))), int(value)


# --- enrollments, instructors, feedback -------------------------------------------------------------------------------
def _months(insight: Insight) -> list[tuple[str, int, int]]:
    """New enrollments by month, with how long each bar is."""
    found = insight.months
    highest = max(found.values(), default=0) or 1
    return [(date_format(month, "M Y"), number, 100 * number // highest) for month, number in found.items()]


def _instructors(insight: Insight) -> list[tuple[Any, str, str, float, bool]]:
    """Who teaches, the most used first: their address, hours of this week, share of their own limit, over it."""
    people = sorted(insight.instructors, key=lambda one: (-one.load / (one.limit or 1), one.full_name))
    return [
        (
            person,
            instructor_url(person.pk),
            hours_in_words(weekly_minutes(person)),
            min(100.0, 100 * person.load / (person.limit or 1)),
            person.load > person.limit,
        )
        for person in people[:MOST_INSTRUCTORS]
    ]


def _satisfaction(insight: Insight) -> Iterable[Any]:
    rows = insight.satisfaction
    titles: dict[Any, str] = dict(Course.objects.filter(pk__in=[row.course for row in rows]).values_list("pk", "title"))
    for row in rows:
        value = row.value.value
        yield {
            "title": titles.get(row.course) or _("Without a course"),
            "answered": row.answered,
            "asked": row.asked,
            "value": None if value is None else number_format(value, 1),
            "place": None if value is None else f"{4 + 92 * (value - 1) / 4:.1f}%",
        }
