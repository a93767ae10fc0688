"""A week in one cell: `Mon 09:00-12:00 @ Room 1; Wed 09:00-12:00`, as exports write it and imports read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SLOT = re.compile(r"([A-Za-z]{3,9})\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})(?:\s*@\s*(.+))?")


@dataclass(frozen=True)
class WrittenSlot:
    """A weekly time as it is written: weekday (1 is Monday), clock times, the name of a room or nothing."""

    weekday: int
    start: time
    end: time
    room: str = ""


def slots_written(week: Iterable[Mapping[str, str]]) -> str:
    """The week of a batch of `in_full`."""
    return "; ".join(
        f"{DAYS[int(slot['weekday']) - 1]} {slot['start_time'][:5]}-{slot['end_time'][:5]}"
        + (f" @ {slot['room']}" if slot["room"] else "")
        for slot in week
    )


def slots_read(text: str) -> list[WrittenSlot] | None:
    """The weekly times of a cell; None for one that cannot be read."""
    found: list[WrittenSlot] = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = SLOT.fullmatch(part)
        days = [number for number, day in enumerate(DAYS, start=1) if match and match[1].title().startswith(day)]
        if match is None or not days:
            return None
        try:
            start, end = (time.fromisoformat(match[place].rjust(5, "0")) for place in (2, 3))
        except ValueError:
            return None
        found.append(WrittenSlot(days[0], start, end, (match[4] or "").strip()))
    return found
