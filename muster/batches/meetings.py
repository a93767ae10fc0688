"""When a batch meets: its weekly slots as words, and as dates. Reads what `queries.in_full` gave, and holidays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.dates import WEEKDAYS_ABBR

from muster.batches.models import Batch
from muster.institutions.models import Holiday

# How far ahead the next meetings of a batch without a last day are looked for.
HORIZON = timedelta(days=400)


@dataclass(frozen=True)
class Meeting:
    """One occurrence of a weekly slot; moments carry the zone of the batch's branch."""

    starts: datetime
    ends: datetime
    slot: dict[str, Any]

    def is_on(self, now: datetime) -> bool:
        """Whether it is running at this moment."""
        return self.starts <= now < self.ends


def zone_of(batch: Batch) -> tzinfo:
    """The zone of a batch's clock times: its branch's, else its institution's."""
    return ZoneInfo((batch.branch.time_zone if batch.branch else "") or batch.institution.time_zone)


def holidays_of(batch: Batch, first: date, last: date) -> list[Holiday]:
    """The holidays of the institution and of the batch's branch that touch these days, in order. One query."""
    return list(
        Holiday.objects.filter(institution_id=batch.institution_id, start_date__lte=last, end_date__gte=first)
        .filter(Q(branch__isnull=True) | Q(branch_id=batch.branch_id))
        .order_by("start_date", "name")
    )


def meetings_of(
    batch: Batch, holidays: Sequence[Holiday], now: datetime, *, most: int | None = None, last: date | None = None
) -> list[Meeting]:
    """The meetings that are not over, the soonest first: at most `most`, none on a holiday, none after `last`.

    The batch comes from `queries.in_full`.
    """
    found: list[Meeting] = []
    for meeting in _occurrences(batch, holidays, now.astimezone(zone_of(batch)), last):
        if most is not None and len(found) >= most:
            break
        found.append(meeting)
    return found


def _occurrences(batch: Batch, holidays: Sequence[Holiday], now: datetime, last: date | None) -> Iterator[Meeting]:
    week: list[dict[str, Any]] = batch.week  # type: ignore[attr-defined]
    if not week:
        return
    zone = now.tzinfo
    day = max(filter(None, (batch.start_date, now.date())))
    end = min(filter(None, (batch.end_date, last, now.date() + HORIZON)))
    if batch.start_date is not None and batch.start_date > now.date():
        end = min(filter(None, (batch.end_date, last, batch.start_date + HORIZON)))
    while day <= end:
        if not any(holiday.start_date <= day <= holiday.end_date for holiday in holidays):
            for slot in week:
                if slot["weekday"] == day.isoweekday():
                    meeting = Meeting(
                        datetime.combine(day, time.fromisoformat(slot["start_time"]), zone),
                        datetime.combine(day, time.fromisoformat(slot["end_time"]), zone),
                        slot,
                    )
                    if meeting.ends > now:
                        yield meeting
        day += timedelta(days=1)


def week_in_words(week: Iterable[dict[str, Any]]) -> str:
    """The week in few words, such as "Mon Wed 17:30" or "Mon 09:00, Sat 08:30"."""
    days: dict[str, list[str]] = {}
    for slot in week:
        named = days.setdefault(slot["start_time"][:5], [])
        day = str(WEEKDAYS_ABBR[slot["weekday"] - 1])
        if day not in named:
            named.append(day)
    return ", ".join(f"{' '.join(named)} {start}" for start, named in days.items())
