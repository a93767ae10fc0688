"""When a batch meets: its weekly slots as words, and its sessions ahead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.dates import WEEKDAYS_ABBR

from muster.batches.models import Batch
from muster.timetable.models import ClassSession


def sessions_ahead(batch: Batch, now: datetime) -> list[ClassSession]:
    """The sessions of a batch from yesterday on, those too that were moved from there to another day. One query."""
    yesterday = now.astimezone(batch.zone).date() - timedelta(days=1)
    rows = batch.sessions.filter(Q(date__gte=yesterday) | Q(slot_date__gte=yesterday))
    return list(rows.select_related("meeting", "subject", "room", "instructor"))


def week_in_words(week: Iterable[dict[str, Any]]) -> str:
    """The week in few words, such as "Mon Wed 17:30" or "Mon 09:00, Sat 08:30"."""
    days: dict[str, list[str]] = {}
    for slot in week:
        named = days.setdefault(slot["start_time"][:5], [])
        day = str(WEEKDAYS_ABBR[slot["weekday"] - 1])
        if day not in named:
            named.append(day)
    return ", ".join(f"{' '.join(named)} {start}" for start, named in days.items())
