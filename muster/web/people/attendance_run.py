"""How a student attends one batch, drawn: the percentage after each mark, where it can still go, and each session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.attendance.queries.projection import AttendanceProjection
from muster.attendance.queries.student import LATELY, AttendanceRun, BatchAttendance
from muster.risk.queries import forecast_in_words
from muster.web.ui.components import View
from muster.web.ui.widgets import MARKS, percent

# Height of 100 and of the lowest percentage in the picture, in pixels; widths are percentages, so that type keeps its
# size.
TOP, BOTTOM = 8, 133


@dataclass(frozen=True)
class Line:
    """A line of the picture, from one point to another."""

    kind: str
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class RunPicture:
    """What `people/run.html` draws."""

    sentence: str
    note: str
    label: str
    lines: Sequence[Line]
    signs: Sequence[tuple[str, str, bool]]
    counts: Sequence[tuple[str, str]]
    lowest: int
    minimum: int
    minimum_y: float
    ahead_x: str
    ahead_width: str
    now: tuple[str, float, str] | None
    best: tuple[float, str] | None
    first_day: str
    last_day: str


def chips_of(found: Sequence[BatchAttendance], chosen: BatchAttendance) -> list[View]:
    """The batches between which the reader chooses."""
    return [
        View(
            one.enrollment.batch.marked(one.enrollment.batch.name) if one.enrollment.batch else "",
            f"?attendance={one.enrollment.pk}#attendance",
            current=one is chosen,
        )
        for one in found
    ]


def picture_of(one: BatchAttendance, run: AttendanceRun, *, own: bool) -> RunPicture:
    """Draw the run of a batch. Of a long course the latest marks and the next sessions, as the run has them."""
    outlook = one.projection
    width = max(len(run.marks) + len(run.to_come), 1)
    points = _points(outlook, run)
    lowest = 50 if all(value >= 50 for _place, value in points) and outlook.minimum >= 50 else 0

    def x(place: float) -> str:
        return f"{100 * (place + 0.5) / width:.2f}%"

    def y(value: float) -> float:
        return round(TOP + (100 - max(value, lowest)) * (BOTTOM - TOP) / (100 - lowest), 1)

    lines = [
        Line("ln", x(before), str(y(value_before)), x(place), str(y(value)))
        for (before, value_before), (place, value) in pairwise(points)
    ]
    now, best = None, None
    if points:
        place, value = points[-1]
        now = x(place), y(value), percent(outlook.percent)
        if run.to_come and outlook.best is not None:
            best = y(outlook.best), percent(outlook.best)
            lines.append(Line("ifall", x(place), str(y(value)), x(width - 1), str(y(outlook.best))))
            if outlook.may_miss:
                lines.append(Line("ifworst", x(place), str(y(value)), x(width - 1), str(y(outlook.minimum))))
    signs = _signs(outlook, run)
    return RunPicture(
        forecast_in_words(outlook, own=own),
        _note(one),
        _label(outlook, run),
        lines,
        signs,
        _counts(outlook),
        lowest,
        outlook.minimum,
        y(outlook.minimum),
        f"{100 * len(run.marks) / width:.2f}%",
        f"{100 * len(run.to_come) / width:.2f}%",
        now,
        best,
        date_format((run.marks[0][0] if run.marks else run.to_come[0]), "j M"),
        date_format((run.to_come[-1] if run.to_come else run.marks[-1][0]), "j M"),
    )


def _points(outlook: AttendanceProjection, run: AttendanceRun) -> list[tuple[int, float]]:
    """The percentage after each mark that is drawn and counts, over all marks until then."""
    letters = outlook.letters
    skipped = len(letters) - len(run.marks)
    points = []
    for place in range(len(run.marks)):
        value = AttendanceProjection(letters[: skipped + place + 1], 0, 0).percent
        if value is not None and letters[skipped + place] != "E":
            points.append((place, value))
    return points


def _signs(outlook: AttendanceProjection, run: AttendanceRun) -> list[tuple[str, str, bool]]:
    """A sign for each session with its words, and whether it is the first to come."""
    signs = [
        (MARKS[status[0]][0], f"{date_format(day, 'D j M')}: {MARKS[status[0]][1]}", False) for day, status in run.marks
    ]
    spare = min(outlook.may_miss or 0, len(run.to_come))
    for number, day in enumerate(run.to_come):
        sign, word = ("m", _("upcoming, can be missed")) if number >= len(run.to_come) - spare else ("f", _("upcoming"))
        signs.append((sign, f"{date_format(day, 'D j M')}: {word}", number == 0))
    return signs


def _counts(outlook: AttendanceProjection) -> list[tuple[str, str]]:
    """The legend, with how many there are of each."""
    letters = outlook.letters
    counted = [
        ("p", letters.count("P"), _("%(count)d present")),
        ("l", letters.count("L"), _("%(count)d late, counted as present")),
        ("a", letters.count("A"), _("%(count)d absent")),
        ("e", letters.count("E"), _("%(count)d excused, not counted")),
        ("f", outlook.to_come, _("%(count)d upcoming")),
    ]
    said = [(sign, words % {"count": number}) for sign, number, words in counted if number]
    return [*said, *([("m", _("can be missed"))] if outlook.may_miss and outlook.to_come else [])]


def _note(one: BatchAttendance) -> str:
    found = one.projection
    numbers = _("%(came)d of %(counted)d attended, late counts.") % {"came": found.came, "counted": found.counted}
    if one.lately is None or found.percent is None:
        return numbers
    trends = {
        -1: _("Falling: %(percent)s of the last %(count)d."),
        0: _("Steady: %(percent)s of the last %(count)d."),
        1: _("Rising: %(percent)s of the last %(count)d."),
    }
    trend = (one.lately > found.percent) - (one.lately < found.percent)
    return f"{numbers} {trends[trend] % {'percent': percent(one.lately), 'count': LATELY}}"


def _label(outlook: AttendanceProjection, run: AttendanceRun) -> str:
    """The picture in words."""
    said = [
        _("Attendance over time: %(now)s now, %(needed)s required.")
        % {"now": percent(outlook.percent) if outlook.percent is not None else "–", "needed": percent(outlook.minimum)}
    ]
    if run.to_come and outlook.best is not None:
        words = ngettext(
            "Attending the one remaining session would end at %(best)s.",
            "Attending all %(count)d remaining sessions would end at %(best)s.",
            outlook.to_come,
        )
        said.append(words % {"count": outlook.to_come, "best": percent(outlook.best)})
    return " ".join(said)
