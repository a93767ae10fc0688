"""The week as a picture: half-hour cells, the batch's slots, and what is taken. The scripts keep it up to date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.batches.clashes import DAY_NAMES
from muster.timetable.hours import minutes_of
from muster.web.batches.check import Check
from muster.web.batches.forms import DAY_NUMBERS, BatchForm

CELL = 30
FIRST_HOUR, LAST_HOUR = 7, 22


@dataclass(frozen=True)
class Block:
    """Some time of the week, in minutes since midnight."""

    weekday: int
    start: int
    end: int
    who: UUID | None = None
    room: UUID | None = None
    kind: str = "mine"
    name: str = ""
    code: str = ""

    def covers(self, weekday: int, start: int) -> bool:
        return self.weekday == weekday and self.start < start + CELL and start < self.end

    def overlaps(self, other: Block) -> bool:
        return self.weekday == other.weekday and self.start < other.end and other.start < self.end


@dataclass
class Week:
    """What the grid shows of a form; with a check also what is taken."""

    form: BatchForm
    check: Check | None = None

    @cached_property
    def slots(self) -> list[Block]:
        if self.check is not None:
            return [
                Block(
                    plan.weekday,
                    minutes_of(plan.start_time),
                    minutes_of(plan.end_time),
                    plan.instructor.pk if plan.instructor else None,
                    plan.room.pk if plan.room else None,
                )
                for _slot, plan in self.check.rows
            ]
        return [
            Block(DAY_NUMBERS[given["day"]], minutes_of(given["start_time"]), minutes_of(given["end_time"]))
            for given in (slot.initial for slot in self.form.slots)
            if isinstance(given.get("start_time"), time)
        ]

    @cached_property
    def busy(self) -> list[Block]:
        if self.check is None:
            return []
        rooms = self.check.form.named.rooms
        return [
            Block(
                one.hour.weekday,
                minutes_of(one.hour.start),
                minutes_of(one.hour.end),
                kind="room" if one.who_id in rooms else "busy",
                who=one.who_id,
                code=one.batch_code,
            )
            for one in self.check.busy
        ]

    @cached_property
    def first_hour(self) -> int:
        return min([FIRST_HOUR, *(block.start // 60 for block in self.slots)])

    @cached_property
    def last_hour(self) -> int:
        return max([LAST_HOUR, *(-(-block.end // 60) for block in self.slots)])

    @property
    def heads(self) -> list[dict[str, Any]]:
        """The days above the columns."""
        return [{"short": WEEKDAYS_ABBR[n - 1], "long": WEEKDAYS[n - 1], "name": DAY_NAMES[n]} for n in DAY_NAMES]

    @property
    def body(self) -> SafeString:
        """The rows of the grid, drawn in one go: a template would take longer than the rest of the page."""
        return SafeString("".join(self._row(at) for at in range(self.first_hour * 60, self.last_hour * 60, CELL)))

    def _row(self, at: int) -> str:
        cells = "".join(self._cell(weekday, at) for weekday in DAY_NAMES)
        if at % 60:
            return f'<tr role="row">{cells}</tr>'
        head = f'<th role="rowheader" scope="row" rowspan="2"><span>{clock(at)}</span></th>'
        return f'<tr role="row" class="hour">{head}{cells}</tr>'

    def _cell(self, weekday: int, at: int) -> str:
        mine = next((slot for slot in self.slots if slot.covers(weekday, at)), None)
        taken = [block for block in self.busy if block.covers(weekday, at)]
        words = [f"{WEEKDAYS_ABBR[weekday - 1]} {clock(at)}"]
        mark = "busy" if any(block.kind == "busy" for block in taken) else "room" if taken else ""
        label = ""
        if mine is not None:
            words.append(_("chosen"))
            mark = "clash" if taken and any(mine.overlaps(block) for block in taken) else ""
            if mine.start // CELL == at // CELL:
                label = f"{clock(mine.start)}<small>–{clock(mine.end)}</small>"
        elif taken and taken[0].start // CELL == at // CELL and taken[0].code:
            label = escape(short_code(taken[0].code))
        words += [_("taken: %(code)s") % {"code": block.code} if block.code else _("taken") for block in taken]
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


def clock(minutes: int) -> str:
    """Minutes since midnight as HH:MM; the end of the day is 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def short_code(code: str) -> str:
    """A code as it fits a cell: without its year."""
    parts = code.split("-")
    kept = [part for part in parts if not (len(part) == 4 and part.isdigit())]
    return "-".join(kept or parts)
