"""When a batch meets: its weekly slots as words, and its sessions and slots as dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.dates import WEEKDAYS_ABBR

from muster.batches.models import Batch, ClassSession
from muster.institutions.models import Holiday

# How far ahead the next meetings of a batch without a last day are looked for.
HORIZON = timedelta(days=400)


@dataclass(frozen=True)
class Meeting:
    """One occurrence of a weekly slot, or a session; moments carry the zone of the batch's branch.

    `slot` is what it says of room, subject and instructor; `session_id` is None where no session is made yet.
    """

    starts: datetime
    ends: datetime
    slot: dict[str, Any]
    session_id: UUID | None = None

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


def sessions_ahead(batch: Batch, now: datetime) -> list[ClassSession]:
    """The sessions of a batch from yesterday on, those too that were moved from there to another day. One query."""
    yesterday = now.astimezone(zone_of(batch)).date() - timedelta(days=1)
    rows = ClassSession.objects.of_batch(batch).filter(Q(date__gte=yesterday) | Q(slot_date__gte=yesterday))
    return list(rows.select_related("subject", "room", "instructor"))


def meetings_of(
    batch: Batch, holidays: Sequence[Holiday], now: datetime, sessions: Sequence[ClassSession] = ()
) -> list[Meeting]:
    """The meetings that are not over, the soonest first: the sessions (`sessions_ahead`) that have times and are not
    cancelled, and beyond them what the week means, none on a holiday.

    The batch comes from `queries.in_full`.
    """
    zone = zone_of(batch)
    now = now.astimezone(zone)
    found = [
        Meeting(
            datetime.combine(session.date, session.start_time, zone),
            datetime.combine(session.date, session.end_time, zone),
            {
                "subject": session.title or (session.subject.title if session.subject else ""),
                "room": session.location or (session.room.name if session.room else ""),
                "instructor": session.instructor.full_name if session.instructor else "",
            },
            session.pk,
        )
        for session in sessions
        if session.start_time and session.end_time and not session.is_cancelled
    ]
    made = {(str(session.slot_id), session.slot_date) for session in sessions}
    found += [
        meeting
        for meeting in _occurrences(batch, holidays, now)
        if (str(meeting.slot["slot_id"]), meeting.starts.date()) not in made
    ]
    return sorted((meeting for meeting in found if meeting.ends > now), key=lambda meeting: meeting.starts)


def _occurrences(batch: Batch, holidays: Sequence[Holiday], now: datetime) -> Iterator[Meeting]:
    week: list[dict[str, Any]] = batch.week  # type: ignore[attr-defined]
    if not week:
        return
    zone = now.tzinfo
    day = max(filter(None, (batch.start_date, now.date())))
    end = min(filter(None, (batch.end_date, now.date() + HORIZON)))
    if batch.start_date is not None and batch.start_date > now.date():
        end = min(filter(None, (batch.end_date, batch.start_date + HORIZON)))
    while day <= end:
        if not any(holiday.start_date <= day <= holiday.end_date for holiday in holidays):
            for slot in week:
                if slot["weekday"] == day.isoweekday():
                    yield Meeting(
                        datetime.combine(day, time.fromisoformat(slot["start_time"]), zone),
                        datetime.combine(day, time.fromisoformat(slot["end_time"]), zone),
                        slot,
                    )
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
