"""Check-ins as two lines from 1 to 5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.mentoring.models import MentoringCheckIn

MOST_PLOTTED = 10
# Across in percent, so that type keeps its size; down in pixels.
LEFT, RIGHT, TOP, STEP = 8.0, 79.0, 10, 22


@dataclass(frozen=True)
class CheckInPlot:
    """What `mentoring/plot.html` draws."""

    label: str
    mood: Sequence[tuple[str, int, str, int]]
    progress: Sequence[tuple[str, int, str, int]]
    points: Sequence[tuple[str, int]]
    mood_at: int
    progress_at: int
    first: str
    last: str


def plot_of(rows: Sequence[MentoringCheckIn], zone: tzinfo) -> CheckInPlot | None:
    """The latest check-ins of the student, the oldest on the left. None of fewer than two."""
    shown = [one for one in rows if one.by_student][:MOST_PLOTTED][::-1]
    if len(shown) < 2:
        return None
    across = [f"{LEFT + (RIGHT - LEFT) * place / (len(shown) - 1):.2f}%" for place in range(len(shown))]

    def lines(values: Sequence[int]) -> list[tuple[str, int, str, int]]:
        points = [(x, TOP + (5 - value) * STEP) for x, value in zip(across, values, strict=True)]
        return [(*one, *two) for one, two in pairwise(points)]

    mood, progress = lines([one.mood for one in shown]), lines([one.progress for one in shown])
    first, last = (date_format(one.created_at.astimezone(zone), "j M") for one in (shown[0], shown[-1]))
    said = {"mood": shown[-1].mood, "progress": shown[-1].progress, "before": shown[0].mood, "day": last}
    mood_at, progress_at = mood[-1][3], progress[-1][3]
    return CheckInPlot(
        label=_("Check-ins from 1 to 5. On %(day)s mood %(mood)d, from %(before)d at first; progress %(progress)d.")
        % said,
        mood=mood,
        progress=progress,
        points=[(mood[0][0], mood[0][1]), *((x, y) for _x, _y, x, y in mood)],
        mood_at=mood_at + 4,
        # The words never lie upon each other.
        progress_at=progress_at + 4 + (0 if progress_at != mood_at else -16 if mood_at > TOP + STEP else 16),
        first=first,
        last=last,
    )
