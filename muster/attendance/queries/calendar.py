"""The calendar: sessions between two days as events, as far as somebody may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from muster.attendance.queries.register import RegisterProgress, batches_met, marked_and_expected
from muster.batches.models import meets, meets_one_of
from muster.batches.permissions import IS_THERE, sessions
from muster.institutions.access import Actor
from muster.timetable.clock import moment
from muster.timetable.models import ClassSession
from muster.timetable.queries import named_teachers, taught_by, with_teachers

NOTHING = RegisterProgress(0, 0, is_taken=False)
# Sessions of no batch between two days that somebody may see, as a condition: apps above add theirs.
FURTHER: dict[str, Callable[[Actor, date, date], Q]] = {}


@dataclass(frozen=True)
class CalendarEvent:
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
    is_taken: bool
    may_change: bool

    @property
    def title(self) -> str:
        """What it is about: its title, its subject, else the name of its batch or meeting."""
        return self.session.title or (self.session.subject.title if self.session.subject else self.name)

    @property
    def name(self) -> str:
        """The batch, or the shared meeting."""
        return str(self.session.meeting.name)

    @property
    def code(self) -> str:
        return ", ".join(code for _pk, _name, code in self.batches)

    @property
    def batch_id(self) -> str:
        return self.batches[0][0] if self.batches else ""

    @property
    def teachers(self) -> str:
        """Who teaches it, the lead included, by name."""
        return ", ".join(named_teachers(self.session).values())

    @property
    def where(self) -> str:
        return self.session.location or (self.session.room.name if self.session.room else "")


# What an event tells of its session, and of what that leads to.
_SHOWN = (
    "date", "start_time", "end_time", "session_type", "title", "location", "status", "cancel_reason", "is_locked",
    "version", "meeting__name", "meeting__time_zone", "subject__title", "room__name",
)  # fmt: skip


def calendar_sessions(
    actor: Actor,
    first: date,
    last: date,
    *,
    batch_id: UUID | None = None,
    instructor_id: UUID | None = None,
    branch_id: UUID | None = None,
    room_id: UUID | None = None,
    of_batches: Mapping[str, Any] | None = None,
) -> QuerySet[ClassSession]:
    """The sessions from the first to the last day that the actor may see, in order, for `events_of`.

    `of_batches` are conditions that one of a session's batches meets. Sessions of no batch are shown where neither a
    batch nor a room is asked for.
    """
    shown = sessions.scope(actor) & IS_THERE
    if not (batch_id or room_id or of_batches):
        for concerns in FURTHER.values():
            shown |= concerns(actor, first, last)
    rows = ClassSession.objects.filter(shown, institution=actor.owner_id, date__range=(first, last))
    if batch_id is not None:
        rows = rows.filter(meets(batch_id))
    if of_batches:
        rows = rows.filter(meets_one_of(of_batches))
    if instructor_id is not None:
        rows = rows.filter(taught_by(instructor_id))
    if branch_id is not None:
        rows = rows.filter(meeting__branch=branch_id)
    if room_id is not None:
        rows = rows.filter(room=room_id)
    full = with_teachers(rows).select_related("meeting", "subject", "room").only(*_SHOWN)
    told = full.annotate(batches=batches_met(), may_change=sessions.right(actor, "change"))
    return told.order_by("date", "start_time", "pk")


def events_of(rows: Iterable[ClassSession]) -> list[CalendarEvent]:
    """Sessions of `calendar_sessions` as events, with how far their registers are taken: one further statement."""
    found = list(rows)
    marks = marked_and_expected([session.pk for session in found]) if found else {}
    return [_event(session, marks.get(session.pk, NOTHING)) for session in found]


def _event(session: Any, marks: RegisterProgress) -> CalendarEvent:
    starts, ends = session.moments or _whole_day(session)
    return CalendarEvent(
        session,
        starts,
        ends,
        session.start_time is None,
        tuple((one["id"], one["name"], one["code"]) for one in session.batches),
        marks.marked,
        marks.expected,
        marks.is_taken,
        session.may_change and session.status == ClassSession.Status.SCHEDULED and not session.is_locked,
    )


def _whole_day(session: ClassSession) -> tuple[datetime, datetime]:
    zone = session.meeting.zone
    return moment(session.date, time(), zone), moment(session.date + timedelta(days=1), time(), zone)
