"""Students of a batch below the minimum: their last marks, and the one thing that says most about their absences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.attendance.models import Mark
from muster.core.numbers import group_digits
from muster.insights.periods import Period
from muster.insights.rows import marks_between
from muster.insights.scope import Scope
from muster.insights.students import MarkedStudent
from muster.insights.weak import WEEKDAYS
from muster.timetable.models import ClassSession

SAYS = gettext_lazy(
    "The weekday, or the type of session, on which more than half of the absences were, though no more than half of "
    "the marks; else the absences in a row; else since when they are below the minimum. Excused marks don't count."
)
# What is longer is read in the table.
MOST_LOW = 8
LAST = 5
# Fewer absences than this have nothing in common.
LEAST_ABSENCES = 3


class SaidMark(NamedTuple):
    """A mark: its day, the type of its session, if it has one, and what it says."""

    day: date
    type: str | None
    status: str


class LowStudent(NamedTuple):
    """A student below the minimum: the last five marks as letters, oldest first, and why."""

    of: MarkedStudent
    last: str
    reason: str


def low_students(scope: Scope, period: Period, rows: Sequence[MarkedStudent], minimum: int) -> list[LowStudent]:
    """Those of the students who are below the minimum, the lowest first; eight at most. One statement."""
    low = [one for one in rows if one.is_below(minimum)][:MOST_LOW]
    said: dict[UUID, list[SaidMark]] = defaultdict(list)
    if low:
        marks: Any = marks_between(scope, period).filter(student__in=[one.student for one in low])
        columns = ("student", "record_date", "session__session_type", "status")
        for student, *mark in marks.order_by("record_date", "start_time", "pk").values_list(*columns):
            said[student].append(SaidMark(*mark))
    return [
        LowStudent(
            one,
            "".join(Mark(mark.status).letter for mark in said[one.student][-LAST:]),
            reason_of(said[one.student], minimum),
        )
        for one in low
    ]


def reason_of(marks: Sequence[SaidMark], minimum: int) -> str:
    """What says most about the absences among marks in their order, in a few words.

    The weekday, else the type of session, on which more than half of three absences or more were, though no more than
    half of the marks; else how many of the last sessions were missed in a row, three or more; else since when they are
    below the minimum; else how many absences there are.
    """
    counted = [one for one in marks if one.status != Mark.EXCUSED]
    missed = [one for one in counted if one.status == Mark.ABSENT]
    number = len(missed)
    absences = ngettext("%(count)s absence", "%(count)s absences", number) % {"count": group_digits(number)}
    if number >= LEAST_ABSENCES:
        day = _common(counted, missed, lambda one: one.day.isoweekday())
        if day is not None:
            words = {"absences": absences, "part": day[1], "day": WEEKDAYS[day[0]]}
            if day[1] == number:
                return _("%(absences)s, all on %(day)s") % words
            return _("%(absences)s, %(part)d of them on %(day)s") % words
        kind = _common(counted, missed, lambda one: one.type)
        if kind is not None:
            words = {"absences": absences, "part": kind[1], "type": str(ClassSession.Kind(kind[0]).label).lower()}
            if kind[1] == number:
                return _("%(absences)s, all in %(type)s sessions") % words
            return _("%(absences)s, %(part)d of them in %(type)s sessions") % words
        if (row := _missed_in_a_row(counted)) >= LEAST_ABSENCES:
            return _("%(absences)s, the last %(row)d in a row") % {"absences": absences, "row": row}
    if since := _below_since(counted, minimum):
        return _("Below since %(day)s") % {"day": date_format(since, "j F")}
    return absences


def _common(
    counted: Sequence[SaidMark], missed: Sequence[SaidMark], of: Callable[[SaidMark], Any]
) -> tuple[Any, int] | None:
    """What more than half of the absences share, and how many do; None of what most marks share too."""
    value, number = Counter(map(of, missed)).most_common(1)[0]
    of_all = sum(of(one) == value for one in counted)
    return (value, number) if value and number * 2 > len(missed) and of_all * 2 <= len(counted) else None


def _missed_in_a_row(counted: Sequence[SaidMark]) -> int:
    came = [place for place, one in enumerate(counted) if one.status != Mark.ABSENT]
    return len(counted) - 1 - came[-1] if came else len(counted)


def _below_since(counted: Sequence[SaidMark], minimum: int) -> date | None:
    """The day on which they fell below the minimum and have been since; None where they never reached it."""
    came, since, before = 0, None, False
    for number, one in enumerate(counted, 1):
        came += one.status != Mark.ABSENT
        below = came * 100 < minimum * number
        if below and not before:
            since = one.day if number > 1 else None
        before = below
    return since if before else None
