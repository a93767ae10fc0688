"""What the live check answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muster.batches.clashes import Clash

STEPS = ("basics", "week", "staff", "seats")


@dataclass(frozen=True)
class WayOut:
    """One way out of a clash: what to press, and what it would change (`time:0:Monday:08:00:10:00`)."""

    change: str
    label: str
    reason: str = ""


@dataclass(frozen=True)
class ClashAnswer:
    """A clash with its ways out."""

    clash: Clash
    sentence: str
    place: int | None
    times: Sequence[WayOut] = ()
    people: Sequence[WayOut] = ()
    rooms: Sequence[WayOut] = ()
    short_who: str = ""
    day: str = ""


@dataclass(frozen=True)
class SectionState:
    """How far a section of the form is: `done`, `bad`, or neither."""

    name: str
    number: int
    state: str


FRESH = {name: SectionState(name, number, "") for number, name in enumerate(STEPS, 1)}


@dataclass(frozen=True)
class LeadWorkload:
    """What a lead would have with the batch, and on which days they would be double booked."""

    name: str
    active: int
    limit: int
    hours: str
    clash_days: str

    @property
    def is_over(self) -> bool:
        return self.active > self.limit


@dataclass(frozen=True)
class SaveBar:
    """What the save bar says, its tone, and where it leads."""

    words: str
    tone: str = ""
    url: str = ""
