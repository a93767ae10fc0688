"""A history on a page: by the day, and what was done again and again told once."""

from __future__ import annotations

from datetime import UTC, date, datetime

from muster.core.audit import HistoryEntry, HistoryLine
from muster.web.ui.history import Told


def entry(day: int, title: str, use_case: str = "enroll_student", *lines: HistoryLine) -> HistoryEntry:
    at = datetime(2030, 1, day, 9, tzinfo=UTC)
    return HistoryEntry(at, "1", "Ann", use_case, title, "", lines)


def test_many_alike_are_told_once_and_only_on_their_day() -> None:
    names = [entry(8, f"enrolled {name}") for name in ("Bea", "Cy", "Dan")]
    held, moved = entry(8, "held Eve", "hold_enrollment"), entry(8, "moved", "change_session", HistoryLine("Room 1"))
    late = [entry(7, "enrolled Fay"), entry(7, "enrolled Gus")]
    assert Told([*names, held, moved, *late], 0, 0).days == [
        (date(2030, 1, 8), [(names[0], names[1:]), (held, ()), (moved, ())]),
        (date(2030, 1, 7), [(late[0], ()), (late[1], ())]),
    ]
