"""The day's meetings as the home pages show them: divided by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.attendance.queries import Marked, marked_and_expected
from muster.batches.timetable import DatedMeeting
from muster.core.parts import Tone
from muster.people.links import batch_url

MOST = 14
STATES: dict[str, tuple[object, Tone, str]] = {
    "over": (gettext_lazy("Over"), "", "okc"),
    "on": (gettext_lazy("Now"), "accent", "half"),
    "later": (gettext_lazy("Later"), "", "ring"),
    "alone": (gettext_lazy("No instructor"), "bad", "person-off"),
}


@dataclass(frozen=True)
class RegisterLink:
    """Where the register of a meeting stands, and how far it is taken."""

    url: str
    words: str
    is_taken: bool


@dataclass(frozen=True)
class Row:
    """A meeting of the day, and where it stands."""

    meeting: DatedMeeting
    state: str
    url: str
    register: RegisterLink | None = None

    @property
    def word(self) -> object:
        return STATES[self.state][0]

    @property
    def tone(self) -> Tone:
        return STATES[self.state][1]

    @property
    def icon(self) -> str:
        return STATES[self.state][2]


@dataclass(frozen=True)
class Today:
    """The day's meetings, begun and to come; `hidden` is how many are left out of a long day."""

    now: datetime
    earlier: Sequence[Row]
    later: Sequence[Row]
    tally: Sequence[tuple[int, str]]
    hidden: int = 0


def registers_of(meetings: Sequence[DatedMeeting]) -> dict[UUID, RegisterLink]:
    """The registers of meetings, by session, in one statement."""
    sessions = [meeting.session_id for meeting in meetings if meeting.session_id]
    return {
        session: RegisterLink(reverse("attendance:register", args=(session,)), _taken(found), _is_taken(found))
        for session, found in (marked_and_expected(sessions) if sessions else {}).items()
    }


def _is_taken(found: Marked) -> bool:
    return found.marked >= found.expected > 0


def _taken(found: Marked) -> str:
    if _is_taken(found):
        return _("Register taken")
    if found.marked:
        return _("%(marked)d of %(expected)d marked") % {"marked": found.marked, "expected": found.expected}
    return _("Take the register")


def today_of(
    meetings: Sequence[DatedMeeting],
    now: datetime,
    *,
    whole: bool,
    registers: Mapping[UUID, RegisterLink] = MappingProxyType({}),
) -> Today:
    """The day divided by now; a long day is cut to what is near, unless the whole is asked for."""
    rows = [
        Row(
            meeting,
            _state_of(meeting, now),
            batch_url(meeting.batch.id),
            registers.get(meeting.session_id) if meeting.session_id else None,
        )
        for meeting in meetings
    ]
    states = [row.state for row in rows]
    words = {"over": _("over"), "on": _("now"), "later": _("later"), "alone": _("without an instructor")}
    tally = [(states.count(state), word) for state, word in words.items() if state in states]
    earlier = [row for row in rows if row.meeting.starts_at <= now]
    later = [row for row in rows if row.meeting.starts_at > now]
    if whole or len(rows) <= MOST:
        return Today(now, earlier, later, tally)
    running = [row for row in earlier if not row.meeting.is_over(now)]
    kept = running[-(MOST // 2) :] or earlier[-2:]
    coming = later[: MOST - len(kept)]
    return Today(now, kept, coming, tally, hidden=len(rows) - len(kept) - len(coming))


def _state_of(meeting: DatedMeeting, now: datetime) -> str:
    if meeting.is_over(now):
        return "over"
    if not meeting.people:
        return "alone"
    return "on" if meeting.is_on(now) else "later"
