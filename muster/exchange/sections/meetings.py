"""Which sections are one meeting: combined and cross-listed teaching, recognised before it looks like a clash.

Two sections share a meeting when they belong to the same part of the same term, meet on the same weekdays from the same
minute to the same minute, and one of these holds, looked for in this order:

1. they are in the same room, whoever teaches;
2. the same person leads them (is named first), and they are not in two different rooms;
3. they have the same title and any instructor in common, and they are not in two different rooms.

It is transitive, but a meeting never has two rooms: who is named in two rooms at one time cannot be in both, so nothing
is shared and the second section loses them as a true clash. A section without a room that would fit meetings in several
rooms joins none of them. Assistants of differently titled sections coordinate rather than teach, and clash as well.

Times that overlap without being equal, or on other days, or in other parts of term, are never shared. What is compared
is the weekly pattern, not the section: a lecture may be shared by sections whose laboratories are their own. Patterns
shared by the very same sections become one shared meeting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from muster.exchange.sections.reading import Section, WeeklyTime

When = tuple[str, str, str, tuple[int, ...], time, time]


@dataclass(frozen=True)
class SharedMeetingInput:
    """A meeting of several sections, in file order, with its weekly patterns."""

    sections: tuple[Section, ...]
    meetings: tuple[WeeklyTime, ...]

    @property
    def name(self) -> str:
        """Such as `CS-374-AL1 + ECE-374-AL1`, cut to what a name holds."""
        names = ["-".join(filter(None, (section.course_code, section.label))) for section in self.sections]
        return " + ".join(names)[:150]


@dataclass
class Unit:
    """Sections that hang together by shared meetings, or one that stands alone; imported together."""

    sections: list[Section]
    shared: list[SharedMeetingInput] = field(default_factory=list)

    def own_meetings(self, section: Section) -> list[WeeklyTime]:
        """The patterns of a section of this unit that it shares with nobody."""
        shared = {
            (meeting.days, meeting.start)
            for plan in self.shared
            if section in plan.sections
            for meeting in plan.meetings
        }
        return [meeting for meeting in section.meetings if (meeting.days, meeting.start) not in shared]


def units_of(sections: Sequence[Section]) -> list[Unit]:
    """The sections as units, in the order of the first section of each."""
    plans = _shared_plans(sections)
    joined = _Clusters(range(len(sections)))
    place = {id(section): index for index, section in enumerate(sections)}
    for plan in plans:
        for section in plan.sections[1:]:
            joined.join(place[id(plan.sections[0])], place[id(section)])
    units: dict[Hashable, Unit] = {}
    for index, section in enumerate(sections):
        units.setdefault(joined.of(index), Unit([])).sections.append(section)
    for plan in plans:
        units[joined.of(place[id(plan.sections[0])])].shared.append(plan)
    return list(units.values())


def _shared_plans(sections: Sequence[Section]) -> list[SharedMeetingInput]:
    by_time: dict[When, list[tuple[int, WeeklyTime]]] = defaultdict(list)
    for index, section in enumerate(sections):
        for meeting in section.meetings:
            when = (section.year, section.term, section.part_of_term, meeting.days, meeting.start, meeting.end)
            by_time[when].append((index, meeting))
    patterns: dict[tuple[int, ...], list[WeeklyTime]] = defaultdict(list)
    for found in by_time.values():
        if len(found) > 1:
            for members, meeting in _one_meetings(sections, dict(found)):
                patterns[members].append(meeting)
    return [
        SharedMeetingInput(tuple(sections[index] for index in members), tuple(meetings))
        for members, meetings in sorted(patterns.items())
    ]


def _one_meetings(sections: Sequence[Section], at: dict[int, WeeklyTime]) -> list[tuple[tuple[int, ...], WeeklyTime]]:
    """Among sections that meet at one time: those that are one meeting, with the meeting and its room."""
    clusters = _Clusters(at)
    rooms = {index: {meeting.room} - {""} for index, meeting in at.items()}

    def link(alike: Iterable[tuple[Hashable, int]]) -> None:
        groups: dict[Hashable, list[int]] = defaultdict(list)
        for what, index in alike:
            groups[what].append(index)
        for group in groups.values():
            _join_within_one_room(clusters, rooms, group)

    link((at[index].room, index) for index in at if at[index].room)
    link((sections[index].lead, index) for index in at if sections[index].lead)
    link(((sections[index].title.lower(), code), index) for index in at for code in sections[index].instructors)
    found: dict[Hashable, list[int]] = defaultdict(list)
    for index in at:
        found[clusters.of(index)].append(index)
    return [
        (tuple(members), replace(at[members[0]], room=next(iter(rooms[clusters.of(members[0])]), "")))
        for members in found.values()
        if len(members) > 1
    ]


def _join_within_one_room(clusters: _Clusters, rooms: dict[int, set[str]], group: Sequence[int]) -> None:
    """Join the whole group when it knows of one room at most; else each room's by themselves, and those without one."""
    known = set().union(*(rooms[clusters.of(index)] for index in group))
    by_room: dict[Hashable, list[int]] = defaultdict(list)
    for index in group:
        by_room[frozenset(rooms[clusters.of(index)]) if len(known) > 1 else None].append(index)
    for alike in by_room.values():
        for index in alike[1:]:
            both = rooms[clusters.of(alike[0])] | rooms[clusters.of(index)]
            rooms[clusters.join(alike[0], index)] = both


class _Clusters:
    """Disjoint sets of numbers; each is known by its smallest."""

    def __init__(self, members: Iterable[int]) -> None:
        self._parent = {member: member for member in members}

    def of(self, member: int) -> int:
        while self._parent[member] != member:
            member = self._parent[member]
        return member

    def join(self, one: int, other: int) -> int:
        first, second = sorted((self.of(one), self.of(other)))
        self._parent[second] = first
        return first
