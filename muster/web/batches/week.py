"""The week as a picture: half-hour cells, the batch's slots, and what is taken. The scripts keep it up to date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from typing import Any, TypeVar

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.batches.clashes import DAY_NAMES
from muster.core.clocks import clock_words, minutes_of
from muster.web.batches.check import Check
from muster.web.batches.forms import DAY_NUMBERS, BatchForm
from muster.web.ui.week import CELL, Span, hours_of

T = TypeVar("T")
FIRST_HOUR, LAST_HOUR = 7, 22


@dataclass(frozen=True)
class Taken:
    """By what some time is taken: `busy` people or a `room`, and the code where it may be seen."""

    kind: str
    code: str


@dataclass
class FormWeek:
    """What the grid shows of a form; with a check also what is taken."""

    form: BatchForm
    check: Check | None = None

    @cached_property
    def slots(self) -> list[Span[None]]:
        if self.check is not None:
            plans = [plan for _slot, plan in self.check.rows]
            return [_span(plan.weekday, plan.start_time, plan.end_time, None) for plan in plans]
        return [
            _span(DAY_NUMBERS[given["day"]], given["start_time"], given["end_time"], None)
            for given in (slot.initial for slot in self.form.slots)
            if isinstance(given.get("start_time"), time)
        ]

    @cached_property
    def busy(self) -> list[Span[Taken]]:
        if self.check is None:
            return []
        rooms = self.check.form.named.rooms
        return [
            _span(
                one.hour.weekday,
                one.hour.start,
                one.hour.end,
                Taken("room" if one.who_id in rooms else "busy", one.batch_code),
            )
            for one in self.check.busy
        ]

    @property
    def heads(self) -> list[dict[str, Any]]:
        """The days above the columns."""
        return [{"short": WEEKDAYS_ABBR[n - 1], "long": WEEKDAYS[n - 1], "name": DAY_NAMES[n]} for n in DAY_NAMES]

    @property
    def body(self) -> SafeString:
        """The rows of the grid, drawn in one go: a template would take longer than the rest of the page."""
        first, last = hours_of(self.slots, FIRST_HOUR, LAST_HOUR)
        return SafeString("".join(self._row(at) for at in range(first * 60, last * 60, CELL)))

    def _row(self, at: int) -> str:
        cells = "".join(self._cell(weekday, at) for weekday in DAY_NAMES)
        if at % 60:
            return f'<tr role="row">{cells}</tr>'
        head = f'<th role="rowheader" scope="row" rowspan="2"><span>{clock_words(at)}</span></th>'
        return f'<tr role="row" class="hour">{head}{cells}</tr>'

    def _cell(self, weekday: int, at: int) -> str:
        mine = next((slot for slot in self.slots if slot.takes(weekday, at)), None)
        taken = [one for one in self.busy if one.takes(weekday, at)]
        words = [f"{WEEKDAYS_ABBR[weekday - 1]} {clock_words(at)}"]
        mark = "busy" if any(one.about.kind == "busy" for one in taken) else "room" if taken else ""
        label = ""
        if mine is not None:
            words.append(_("chosen"))
            mark = "clash" if taken and any(mine.overlaps(one) for one in taken) else ""
            if mine.start // CELL == at // CELL:
                label = f"{clock_words(mine.start)}<small>–{clock_words(mine.end)}</small>"
        elif taken and taken[0].start // CELL == at // CELL and taken[0].about.code:
            label = escape(short_code(taken[0].about.code))
        codes = [one.about.code for one in taken]
        words += [_("taken: %(code)s") % {"code": code} if code else _("taken") for code in codes]
        state = f' data-s="{mark}"' if mark else ""
        theirs = "" if mine is not None else " theirs"
        drawn = f'<span aria-hidden="true" class="lab{theirs}">{label}</span>' if label else ""
        return (
            f'<td role="gridcell" tabindex="-1" aria-selected="{"true" if mine is not None else "false"}"'
            f' aria-label="{escape(", ".join(words))}" data-d="{weekday}" data-k="{at // CELL}"{state}>{drawn}</td>'
        )

    @property
    def words_json(self) -> str:
        """The words of the grid, for the scripts."""
        words = {
            "days": [str(WEEKDAYS[n - 1]) for n in DAY_NAMES],
            "short": [str(WEEKDAYS_ABBR[n - 1]) for n in DAY_NAMES],
            "names": list(DAY_NAMES.values()),
            "chosen": _("chosen"),
            "teaches": _("{name} teaches {code}"),
            "taken": _("{name} is booked by {code}"),
            "another": _("another batch"),
            "clash": _("double booked"),
            "off": _("not available"),
            "added": _("{day} {start} to {end} added"),
            "removed": _("{day} {start} to {end} removed"),
            "slot": _("Slot {number}"),
            "remove": _("Remove slot {number}"),
            "teach": _("{name} teaches"),
        }
        return json.dumps(words)


def _span(weekday: int, start: time, end: time, about: T) -> Span[T]:
    return Span(weekday, minutes_of(start), minutes_of(end), about)


def short_code(code: str) -> str:
    """A code as it fits a cell: without its year."""
    parts = code.split("-")
    kept = [part for part in parts if not (len(part) == 4 and part.isdigit())]
    return "-".join(kept or parts)
