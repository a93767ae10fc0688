"""The day's meetings as the home pages show them: divided by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.attendance.queries.missing import RegisterState
from muster.batches.occurrences import Occurrence
from muster.people.links import batch_url
from muster.web.ui.components import Tone

MOST = 14
STATES: dict[str, tuple[object, Tone, str]] = {
    "over": (gettext_lazy("Past"), "", "okc"),
    "taken": (gettext_lazy("Taken"), "good", "okc"),
    "locked": (gettext_lazy("Locked"), "info", "lock"),
    "missing": (gettext_lazy("Not taken"), "bad", "alert"),
    "partly": (gettext_lazy("Not finished"), "warn", "half"),
    "taking": (gettext_lazy("Taking"), "accent", "half"),
    "on": (gettext_lazy("Now"), "accent", "half"),
    "later": (gettext_lazy("Later"), "", "ring"),
    "alone": (gettext_lazy("No instructor"), "bad", "person-off"),
}


TALLY: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("taken", "locked"), gettext_lazy("taken")),
    (("missing",), gettext_lazy("not taken")),
    (("partly",), gettext_lazy("not finished")),
    (("taking",), gettext_lazy("being taken")),
    (("over",), gettext_lazy("over")),
    (("on",), gettext_lazy("now")),
    (("later",), gettext_lazy("later")),
    (("alone",), gettext_lazy("no instructor")),
)


@dataclass(frozen=True)
class RegisterLink:
    """Where the register of a meeting stands, and how far it is taken."""

    url: str
    standing: RegisterState

    @property
    def is_taken(self) -> bool:
        return self.standing.marked >= self.standing.expected > 0

    @property
    def words(self) -> str:
        """How far it is taken, or that it is to be."""
        if self.is_taken:
            return _("Register taken")
        return self.marked if self.standing.marked else _("Take register")

    @property
    def marked(self) -> str:
        return _("%(marked)d of %(expected)d marked") % {
            "marked": self.standing.marked,
            "expected": self.standing.expected,
        }


@dataclass(frozen=True)
class TodayRow:
    """A meeting of the day, and where it stands."""

    meeting: Occurrence
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

    @property
    def is_begun(self) -> bool:
        """Whether the register has something to say: marks, or that there are none though the class is over."""
        return self.state in ("taken", "locked", "missing", "partly", "taking")


@dataclass(frozen=True)
class Today:
    """The day's meetings, begun and to come; `hidden` is how many are left out of a long day."""

    now: datetime
    earlier: Sequence[TodayRow]
    later: Sequence[TodayRow]
    tally: Sequence[tuple[int, str]]
    hidden: int = 0


def sessions_of(meetings: Iterable[Occurrence]) -> list[UUID]:
    """The sessions of meetings, as far as they are made."""
    return [meeting.session_id for meeting in meetings if meeting.session_id]


def links_to(standings: Mapping[UUID, RegisterState]) -> dict[UUID, RegisterLink]:
    """The registers by session."""
    return {
        session: RegisterLink(reverse("attendance:register", args=(session,)), standing)
        for session, standing in standings.items()
    }


def today_of(
    meetings: Sequence[Occurrence],
    now: datetime,
    *,
    whole: bool,
    registers: Mapping[UUID, RegisterLink] = MappingProxyType({}),
) -> Today:
    """The day divided by now; a long day is cut to what is near, unless the whole is asked for."""
    rows = []
    for meeting in meetings:
        register = registers.get(meeting.session_id) if meeting.session_id else None
        rows.append(TodayRow(meeting, _state_of(meeting, now, register), batch_url(meeting.batch.id), register))
    states = [row.state for row in rows]
    tally = [(count, word) for among, word in TALLY if (count := sum(states.count(state) for state in among))]
    earlier = [row for row in rows if row.meeting.starts_at <= now]
    later = [row for row in rows if row.meeting.starts_at > now]
    if whole or len(rows) <= MOST:
        return Today(now, earlier, later, tally)
    running = [row for row in earlier if not row.meeting.is_over(now)]
    kept = running[-(MOST // 2) :] or earlier[-2:]
    coming = later[: MOST - len(kept)]
    return Today(now, kept, coming, tally, hidden=len(rows) - len(kept) - len(coming))


def _state_of(meeting: Occurrence, now: datetime, register: RegisterLink | None) -> str:
    if register is not None and (said := _register_state(meeting, now, register)):
        return said
    if meeting.is_over(now):
        return "over"
    if not meeting.people:
        return "alone"
    return "on" if meeting.is_on(now) else "later"


def _register_state(meeting: Occurrence, now: datetime, register: RegisterLink) -> str:
    """What the register says of the meeting; empty before anybody is marked, until the class is over."""
    if register.standing.is_locked:
        return "locked"
    if register.is_taken:
        return "taken"
    if meeting.is_over(now):
        return "partly" if register.standing.marked else "missing" if register.standing.expected else ""
    return "taking" if register.standing.marked else ""
