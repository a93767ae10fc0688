"""What the pages of analytics draw: figures in words, lines over weeks, and the parts of the board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.workload import weekly_minutes
from muster.core.numbers import in_figures
from muster.insights.definitions import Figure, FiguresInsight, Shape
from muster.insights.marks import Marks, sum_of
from muster.insights.queries import Insight
from muster.insights.siblings import Siblings
from muster.insights.tables import PartNames
from muster.people.links import instructor_url
from muster.timetable.models import ClassSession
from muster.web.insights.opening import Opening
from muster.web.people.widgets import hours_in_words
from muster.web.ui.charts import PercentScale, Plot, plot_of
from muster.web.ui.widgets import percent

MOST_BATCHES, MOST_INSTRUCTORS = 8, 12
WEEKDAYS = 7
# Figures from 1 to 5.
OF_FIVE = ("satisfaction", "mentoring_progress")


@dataclass(frozen=True)
class ShownFigure:
    """A figure with its words; `url` opens the rows of its numerator, `whole_url` those that it is of."""

    figure: Figure
    value: str
    unit: str
    part: str
    whole: str
    note: str
    change: str
    icon: str
    tone: str
    url: str = ""
    whole_url: str = ""


@dataclass(frozen=True)
class PartShown:
    """A branch or department: its figure, its line, and the marks behind them."""

    name: str
    value: str
    plot: Plot | None
    marks: Marks
    change: str
    url: str


# --- figures in words -------------------------------------------------------------------------------------------------
def value_words(figure: Figure) -> tuple[str, str]:
    """The value and its unit."""
    if figure.value is None:
        return "–", ""
    if figure.definition.shape is Shape.PERCENT:
        return percent(figure.value), ""
    if figure.definition.shape is Shape.MEAN:
        return in_figures(figure.value, 1), _("of 5") if figure.name in OF_FIVE else ""
    return in_figures(figure.value, 0), ""


def show_figure(insight: Insight | FiguresInsight, name: str, opening: Opening) -> ShownFigure:
    """A figure as it stands at the top of the page and in the table of all."""
    figure, change = insight.figures[name], insight.change(name)
    value, unit = value_words(figure)
    words, icon, tone = "", "", ""
    if change is not None:
        icon = "up" if change > 0 else "down" if change < 0 else ""
        points = figure.definition.shape is Shape.PERCENT
        much = in_figures(abs(change))
        said = _("%(much)s points") if points else "%(much)s"
        words = said % {"much": much} if change else _("no change")
        tone = "worse" if change and (change > 0) == figure.definition.fewer else ""
    shown = ShownFigure(figure, value, unit, "", "", "", words, icon, tone)
    if figure.whole is None:
        return replace(shown, url=opening.url(name, figure.part))
    whole = in_figures(figure.whole, 0)
    if figure.definition.shape is Shape.MEAN:
        # Numbers of points say nothing; how many there are does.
        note = ngettext("from %(count)s value", "from %(count)s values", figure.whole) % {"count": whole}
        return replace(shown, note=note, whole_url=opening.url(name, figure.whole))
    return replace(
        shown,
        part=in_figures(figure.part, 0),
        whole=whole,
        url=opening.url(name, figure.part, counted=True),
        whole_url=opening.url(name, figure.whole, whole=True),
    )


def headline_of(insight: Insight, minimum: int) -> str:
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
class TypeShown(NamedTuple):
    """A type of session: its figure, where its marks are, and where its dot and that of the siblings stand."""

    label: str
    figure: Figure
    url: str
    x: str
    others: str = ""
    others_x: str = ""


def draw_attendance(
    insight: Insight, names_of_parts: PartNames, minimum: int, opening: Opening, siblings: Siblings | None = None
) -> dict[str, Any]:
    """The lines by week, the batches that are low, and what is told apart; of a batch beside its siblings."""
    counts, before = insight.attendance, insight.compared.attendance if insight.compared else None
    weeks = insight.period.weeks
    then = insight.compared.period.weeks if insight.compared else []
    lines = [_line(counts.by_week, weeks), _line(before.by_week if before else {}, then)]
    others = [siblings.in_week(week) for week in weeks] if siblings else []
    names = [date_format(week, "j M") for week in weeks]
    rows = [
        (name, marks.figure, _before(before.by_week if before else {}, then, place))
        for place, (name, week) in enumerate(zip(names, weeks, strict=True))
        if (marks := counts.by_week.get(week))
    ]
    kinds = (("branches", "branch", names_of_parts.branches), ("departments", "department", names_of_parts.departments))
    parts = {
        kind: _parts(
            told, getattr(counts, f"by_{one}"), getattr(before, f"by_{one}") if before else {}, opening.part_urls(one)
        )
        for kind, one, told in kinds
    }
    return {
        "by_week": plot_of(
            lines[0],
            lines[1],
            scale=PercentScale.of([*lines[0], *lines[1], *others, minimum]),
            label=weeks_in_words([(name, figure) for name, figure, _then in rows], others),
            names=names,
            limit=minimum,
            limit_word=_("minimum %(limit)d%%") % {"limit": minimum},
            height=244,
            beside=others,
        ),
        "low": _low_batches(insight, names_of_parts, minimum, opening),
        "low_count": sum(1 for marks in counts.by_batch.values() if _is_low(marks, minimum)),
        "parts": _draw_parts(parts, weeks, then, minimum),
        **_hours(counts.by_hour, minimum, opening),
        **_types(counts.by_type, siblings.types_of_others() if siblings else {}, minimum, opening),
    }


def weeks_in_words(rows: Sequence[tuple[str, Figure]], others: Sequence[float | None]) -> str:
    """The line, and where that of the siblings begins and ends."""
    said = _("Attendance by week: %(values)s.") % {
        "values": ", ".join(f"{name} {percent(figure.value)}" for name, figure in rows)
    }
    known = [value for value in others if value is not None]
    if not known:
        return said
    last = _("Siblings from %(first)s to %(last)s.") % {"first": percent(known[0]), "last": percent(known[-1])}
    return f"{said} {last}"


def _types(by_type: Mapping[str, Marks], others: Mapping[str, Marks], minimum: int, opening: Opening) -> dict[str, Any]:
    """The types of session on one scale, each with the siblings where they have marks enough."""
    rest = {kind: others[kind].figure.value for kind in by_type if kind in others and others[kind].is_enough}
    scale = PercentScale.of([minimum, *(marks.figure.value for marks in by_type.values()), *rest.values()])

    def x(value: float | None) -> str:
        return "" if value is None else f"{4 + 92 * (value - scale.low) / (scale.high - scale.low):.2f}%"

    return {
        "types": [
            TypeShown(
                str(ClassSession.Kind(kind).label),
                marks.figure,
                opening.marks_url(marks, type=kind),
                x(marks.figure.value),
                percent(beside) if (beside := rest.get(kind)) is not None else "",
                x(beside),
            )
            for kind, marks in sorted(by_type.items())
        ],
        "types_scale": scale,
        "types_limit": x(minimum),
        "types_beside": bool(rest),
    }


def _line(rows: Mapping[date, Marks], weeks: Sequence[date]) -> list[float | None]:
    return [marks.figure.value if (marks := rows.get(week)) else None for week in weeks]


def _before(rows: Mapping[date, Marks], weeks: Sequence[date], place: int) -> Figure | None:
    marks = rows.get(weeks[place]) if place < len(weeks) else None
    return marks.figure if marks else None


Weekly = Mapping[date, Marks]
# What a part is called, its marks now and before, and its address.
Part = tuple[str, Weekly, Weekly, str]


def _parts(
    names: Mapping[Any, str],
    rows: Mapping[UUID | None, Weekly],
    before: Mapping[UUID | None, Weekly],
    url_of: Any,
) -> list[Part]:
    found = [(names[pk], rows[pk], before.get(pk, {}), url_of(pk)) for pk in rows if pk in names]
    return sorted(found, key=lambda one: one[0])


def _draw_parts(
    parts: Mapping[str, list[Part]], weeks: Sequence[date], then: Sequence[date], minimum: int
) -> dict[str, list[PartShown]]:
    lines = {
        (kind, name): (_line(rows, weeks), _line(before, then))
        for kind, found in parts.items()
        for name, rows, before, _url in found
    }
    # One scale for all, so that heights compare.
    scale = PercentScale.of([minimum, *(value for pair in lines.values() for line in pair for value in line)])
    drawn: dict[str, list[PartShown]] = {}
    for kind, found in parts.items():
        drawn[kind] = []
        for name, rows, before, url in found:
            whole = sum_of(rows).figure
            moved = whole.change_from(sum_of(before).figure)
            now, was = lines[kind, name]
            said = ", ".join(percent(value) for value in now if value is not None)
            label = _("%(name)s by week: %(values)s.") % {"name": name, "values": said}
            plot = plot_of(now, was, scale=scale, label=label, limit=minimum, height=84)
            change = "" if moved is None else _("%(much)s points") % {"much": f"{moved:+.1f}".replace("-", "−")}
            drawn[kind].append(PartShown(name, value_words(whole)[0], plot, sum_of(rows), change, url))
    return drawn


def _low_batches(insight: Insight, names: PartNames, minimum: int, opening: Opening) -> list[Any]:
    """The batches below the minimum, the lowest first: at most so many."""
    by_batch, before = insight.attendance.by_batch, insight.compared.attendance.by_batch if insight.compared else {}
    low = sorted(
        ((marks.figure.value or 0, pk) for pk, marks in by_batch.items() if _is_low(marks, minimum)),
        key=lambda one: (one[0], str(one[1])),
    )[:MOST_BATCHES]
    found = []
    for value, pk in low:
        was = before.get(pk)
        moved = by_batch[pk].figure.change_from(was.figure if was else None)
        change = "" if moved is None else _("%(much)s points") % {"much": f"{moved:+.1f}".replace("-", "−")}
        found.append((*names.batches[pk], opening.batch_url(pk), percent(value), change))
    return found


def _hours(by_hour: Mapping[tuple[int, int], Marks], minimum: int, opening: Opening) -> dict[str, Any]:
    """The table of weekdays and hours, from the first hour that has any marks to the last."""
    if not by_hour:
        return {"hours": [], "heat": []}
    hours = range(min(hour for _day, hour in by_hour), max(hour for _day, hour in by_hour) + 1)
    monday = date(2024, 1, 1)
    rows = []
    for day in range(1, WEEKDAYS + 1):
        cells = [
            (
                *_cell(by_hour.get((day, hour)), minimum),
                opening.marks_url(by_hour.get((day, hour)), weekday=day, hour=hour),
            )
            for hour in hours
        ]
        if any(value is not None for _level, value, _url in cells) or day < WEEKDAYS - 1:
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
def draw_months(insight: Insight) -> list[tuple[str, int, int]]:
    """New enrollments by month, with how long each bar is."""
    found = insight.months
    highest = max(found.values(), default=0) or 1
    return [(date_format(month, "M Y"), number, 100 * number // highest) for month, number in found.items()]


def draw_instructors(insight: Insight) -> list[tuple[Any, str, str, float, bool]]:
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


def draw_satisfaction(insight: Insight, names: PartNames) -> Iterable[Any]:
    """The courses with their means on a scale from 1 to 5."""
    for row in insight.satisfaction:
        value = row.value.value
        yield {
            "title": names.courses.get(row.of) or _("Without a course"),
            "answered": row.answered,
            "asked": row.asked,
            "value": None if value is None else number_format(value, 1),
            "place": None if value is None else f"{4 + 92 * (value - 1) / 4:.1f}%",
        }
