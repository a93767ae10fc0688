"""The calendar: sessions between two days as events, as far as somebody may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Q, Value, When

from muster.attendance.queries.register import Marked, marked_and_expected, sessions_in_full
from muster.batches.attending import taught_on_the_day
from muster.batches.models import Batch, ClassSession, MeetingMember
from muster.batches.permissions import sessions
from muster.institutions.access import Actor

NOTHING = Marked(0, 0)


@dataclass(frozen=True)
class Event:
    """A session in the calendar. `starts` and `ends` are moments in the zone of its clock times.

    One without times lasts the whole day (`all_day`), from midnight to midnight.
    """

    session: ClassSession
    starts: datetime
    ends: datetime
    all_day: bool
    batches: tuple[tuple[str, str, str], ...]
    marked: int
    expected: int
    may_change: bool

    @property
    def title(self) -> str:
        """What it is about: its title, its subject, else the name of its batch or meeting."""
        return self.session.title or (self.session.subject.title if self.session.subject else self.name)

    @property
    def name(self) -> str:
        """The batch, or the shared meeting."""
        shared = self.session.shared_meeting
        return shared.name if shared else ", ".join(name for _pk, name, _code in self.batches)

    @property
    def code(self) -> str:
        return ", ".join(code for _pk, _name, code in self.batches)

    @property
    def batch_id(self) -> str:
        return self.batches[0][0] if self.batches else ""

    @property
    def where(self) -> str:
        return self.session.location or (self.session.room.name if self.session.room else "")


def events_between(
    actor: Actor,
    first: date,
    last: date,
    *,
    batch_id: UUID | None = None,
    instructor_id: UUID | None = None,
    most: int | None = None,
) -> list[Event]:
    """The sessions from the first to the last day that the actor may see, in order; three statements at most."""
    rows = sessions.rows(actor).filter(date__range=(first, last), batch__deleted_at__isnull=True)
    if batch_id is not None:
        shared = MeetingMember.objects.filter(batch=batch_id)
        rows = rows.filter(Q(batch=batch_id) | Q(shared_meeting__in=shared.values("shared_meeting")))
    if instructor_id is not None:
        rows = rows.filter(taught_on_the_day(instructor_id))
    may = Case(When(sessions.scope(actor, "change"), then=Value(True)), default=Value(False))
    full = sessions_in_full(actor, rows).annotate(may_change=may).order_by("date", "start_time", "pk")
    found: list[Any] = list(full if most is None else full[:most])
    marks = marked_and_expected([session.pk for session in found]) if found else {}
    zones = _zones(found)
    return [_event(session, zones, actor, marks.get(session.pk, NOTHING)) for session in found]


def _zones(found: list[Any]) -> dict[UUID, str]:
    """By shared meeting, the zone of its first batch by code, where that has one of its own. One statement at most."""
    meetings = {session.shared_meeting_id for session in found if session.shared_meeting_id}
    if not meetings:
        return {}
    rows = (
        Batch.objects.filter(shared_meetings__in=meetings)
        .order_by("shared_meetings", "code", "pk")
        .distinct("shared_meetings")
        .values_list("shared_meetings", "branch__time_zone")
    )
    return {meeting: zone for meeting, zone in rows if zone}


def _event(session: Any, zones: dict[UUID, str], actor: Actor, marks: Marked) -> Event:
    if session.batch is not None:
        branch = session.batch.branch
        zone = branch.time_zone if branch else ""
        batches: tuple[tuple[str, str, str], ...] = ((str(session.batch.pk), session.batch.name, session.batch.code),)
    else:
        zone = zones.get(session.shared_meeting_id, "")
        batches = tuple((one["id"], one["name"], one["code"]) for one in session.sharing)
    in_zone = ZoneInfo(zone or actor.institution.time_zone)
    all_day = session.start_time is None
    last_day = session.date + timedelta(days=1 if all_day else 0)
    return Event(
        session,
        datetime.combine(session.date, session.start_time or time(), in_zone),
        datetime.combine(last_day, session.end_time or time(), in_zone),
        all_day,
        batches,
        marks.marked,
        marks.expected,
        session.may_change and session.status == ClassSession.Status.SCHEDULED and not session.is_locked,
    )
