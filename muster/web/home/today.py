"""The day's sessions as the home pages show them, divided by now; and the next of somebody's sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.attendance.queries.missing import RegisterState
from muster.batches.occurrences import Occurrence
from muster.people.links import batch_url
from muster.web.home.words import day_name, until_moment
from muster.web.ui.components import Tone

MOST = 14


class SessionState(NamedTuple):
    """Where a session of the day stands, as a pill, and as what it is counted."""

    word: Any
    tone: Tone
    icon: str
    tally: Any
    # Whether the register has something to say: marks, or that there are none though the session is over.
    is_begun: bool = True


STATES: dict[str, SessionState] = {
    "taken": SessionState(gettext_lazy("Taken"), "good", "okc", gettext_lazy("taken")),
    "locked": SessionState(gettext_lazy("Locked"), "info", "lock", gettext_lazy("taken")),
    "missing": SessionState(gettext_lazy("Not taken"), "bad", "alert", gettext_lazy("not taken")),
    "partly": SessionState(gettext_lazy("Not finished"), "warn", "half", gettext_lazy("not taken")),
    "taking": SessionState(gettext_lazy("Taking"), "accent", "half", gettext_lazy("being taken")),
    "over": SessionState(gettext_lazy("Past"), "", "okc", gettext_lazy("over"), is_begun=False),
    "on": SessionState(gettext_lazy("Now"), "accent", "half", gettext_lazy("now"), is_begun=False),
    "later": SessionState(gettext_lazy("Later"), "", "ring", gettext_lazy("later"), is_begun=False),
    "alone": SessionState(gettext_lazy("No instructor"), "bad", "person-off", gettext_lazy("no instructor"), False),
}


@dataclass(frozen=True)
class RegisterLink:
    """Where the register of a meeting stands, and how far it is taken."""

    url: str
    standing: RegisterState

    @property
    def is_taken(self) -> bool:
        return self.standing.is_taken

    @property
    def words(self) -> str:
        """How far it is taken, or that it is to be."""
        if self.is_taken:
            return _("Register taken")
        return self.marked if self.standing.marked else _("Take register")

    @property
    def marked(self) -> str:
        words = {"marked": self.standing.marked, "expected": self.standing.expected}
        return _("%(marked)d of %(expected)d marked") % words


@dataclass(frozen=True)
class TodayRow:
    """A meeting of the day, and where it stands."""

    meeting: Occurrence
    state: SessionState
    url: str
    register: RegisterLink | None = None


def links_to(standings: Mapping[UUID, RegisterState]) -> dict[UUID, RegisterLink]:
    """The registers by session."""
    return {
        session: RegisterLink(reverse("attendance:register", args=(session,)), standing)
        for session, standing in standings.items()
    }


def today_of(
    meetings: Sequence[Occurrence], now: datetime, *, whole: bool, registers: Mapping[UUID, RegisterLink]
) -> dict[str, Any]:
    """What `home/today.html` shows: the day divided by now. A long day is cut to what is near, unless the `whole` of it
    is asked for; `hidden` says by how many."""
    rows = []
    for meeting in meetings:
        register = registers.get(meeting.session_id)
        rows.append(TodayRow(meeting, STATES[_state_of(meeting, now, register)], batch_url(meeting.batch.id), register))
    counts = Counter(str(row.state.tally) for row in rows)
    words = dict.fromkeys(str(state.tally) for state in STATES.values())
    tally = [(counts[word], word) for word in words if counts[word]]
    earlier = [row for row in rows if row.meeting.starts_at <= now]
    later = [row for row in rows if row.meeting.starts_at > now]
    if not whole and len(rows) > MOST:
        running = [row for row in earlier if not row.meeting.is_over(now)]
        earlier = running[-(MOST // 2) :] or earlier[-2:]
        later = later[: MOST - len(earlier)]
    hidden = len(rows) - len(earlier) - len(later)
    return {"now": now, "earlier": earlier, "later": later, "tally": tally, "hidden": hidden}


def _state_of(meeting: Occurrence, now: datetime, register: RegisterLink | None) -> str:
    if register and (register.standing.is_locked or register.is_taken):
        return "locked" if register.standing.is_locked else "taken"
    marked = bool(register and register.standing.marked)
    if meeting.is_over(now):
        return "partly" if marked else "missing" if register and register.standing.expected else "over"
    if marked:
        return "taking"
    if not meeting.people:
        return "alone"
    return "on" if meeting.is_on(now) else "later"


def next_session(to_come: Sequence[Occurrence], now: datetime) -> dict[str, Any]:
    """The context of `home/next.html`: the first of these meetings, when it is, and what comes after it."""
    if not to_come:
        return {"next": None}
    first, then = to_come[0], to_come[1:2]
    return {
        "next": first,
        "next_day": day_name(first.day, now.astimezone(first.starts_at.tzinfo).date()),
        "next_in": until_moment(first.starts_at, now),
        "then": _("Then %(moment)s.") % {"moment": date_format(then[0].starts, "D j M, H:i")} if then else "",
    }
