"""A staffing problem in numbers: who could take what, what excludes each other, and how good an answer is."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

# Nobody, in a choice.
NOBODY = -1


@dataclass(frozen=True, order=True)
class DatedHour:
    """One dated hour, in seconds since 1970. The hour of one slot or session (`source`) is one meeting, whoever
    shares it."""

    start: int
    end: int
    source: Any = field(compare=False)

    def excludes(self, other: DatedHour) -> bool:
        """Whether nobody can be at both. Touching times do not, nor does the very same meeting."""
        if self.start >= other.end or other.start >= self.end:
            return False
        return not (self.source == other.source and self.start == other.start and self.end == other.end)


@dataclass(frozen=True)
class StaffingProblem:
    """`points[w][p]`: the score, from 0 to 100, of person `p` for what is wanted at `w`; a pair that is not there is
    impossible. `clashes[w]` has bit `v` where nobody can take both. `room[p]` is how many more `p` may take, and
    `carries[p]` what they have. With `soft` limits more than that is possible, though worse than any points."""

    points: Sequence[Mapping[int, int]]
    room: Sequence[int]
    carries: Sequence[int]
    clashes: Sequence[int] = ()
    cliques: Sequence[int] = ()
    soft: bool = False

    @property
    def wanted(self) -> range:
        return range(len(self.points))

    @cached_property
    def excluded(self) -> Sequence[int]:
        """The clashes, also where there are none at all."""
        return self.clashes or [0] * len(self.points)

    def value(self, chosen: Sequence[int]) -> tuple[int, int, int, int]:
        """How good an answer is; the larger the better: how many are staffed, minus how many beyond limits, the sum of
        the scores, minus the sum of the squares of what people then carry."""
        given = [0] * len(self.room)
        total = 0
        for wanted, person in enumerate(chosen):
            if person != NOBODY:
                given[person] += 1
                total += self.points[wanted][person]
        over = sum(max(0, more - max(0, room)) for more, room in zip(given, self.room, strict=True))
        spread = sum((had + more) ** 2 for had, more in zip(self.carries, given, strict=True))
        return sum(given), -over, total, -spread

    def broken(self, chosen: Sequence[int]) -> list[str]:
        """The hard rules that an answer breaks, in words for a test."""
        found = []
        masks = [0] * len(self.room)
        given = [0] * len(self.room)
        for wanted, person in enumerate(chosen):
            if person == NOBODY:
                continue
            if person not in self.points[wanted]:
                found.append(f"{person} cannot take {wanted}")
            if masks[person] & self.excluded[wanted]:
                found.append(f"{person} is needed twice at {wanted}")
            masks[person] |= 1 << wanted
            given[person] += 1
        if not self.soft:
            found += [f"{person} has too many" for person, room in enumerate(self.room) if given[person] > max(0, room)]
        return found


@dataclass(frozen=True)
class Answer:
    """Who takes what, and how good it is known to be. The bounds are None where nothing is known."""

    chosen: Sequence[int]
    solver: str
    staffed_bound: int | None = None
    points_bound: int | None = None

    def gap(self, problem: StaffingProblem) -> float | None:
        """What the best could be better by, as a part of it; 0 where this is proved to be the best.

        Compared is what counts more: how many are staffed, and where no more could be, the sum of the scores.
        """
        staffed, _over, points, _spread = problem.value(self.chosen)
        if self.staffed_bound is None:
            return None
        if self.staffed_bound > staffed:
            return (self.staffed_bound - staffed) / self.staffed_bound
        if self.points_bound is None:
            return None
        return max(0, self.points_bound - points) / max(1, self.points_bound)


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@dataclass
class Overlaps:
    """What a look along the time line finds. `clashes` and `itself` are about what is wanted, `busy` gives for each of
    it the people who are booked meanwhile, with the first meeting at which they are."""

    clashes: list[int]
    cliques: list[int]
    itself: dict[int, tuple[DatedHour, DatedHour]]
    busy: list[dict[int, DatedHour]]


def overlaps_of(wanted: Sequence[Sequence[DatedHour]], booked: Sequence[Sequence[DatedHour]]) -> Overlaps:
    """Everything that excludes each other, in one pass over all meetings in the order of time.

    What is wanted at one moment by many is a clique: nobody takes more than one of it. Cliques cover all clashes.
    """
    found = Overlaps([0] * len(wanted), [], {}, [{} for _each in wanted])
    cliques: set[int] = set()
    now_wanted: list[tuple[int, int, DatedHour]] = []
    now_booked: list[tuple[int, int, DatedHour]] = []
    for meeting, is_booked, who in _in_time(wanted, booked):
        while now_wanted and now_wanted[0][0] <= meeting.start:
            heapq.heappop(now_wanted)
        while now_booked and now_booked[0][0] <= meeting.start:
            heapq.heappop(now_booked)
        if is_booked:
            for _end, index, other in now_wanted:
                if other.excludes(meeting):
                    found.busy[index].setdefault(who, other)
            heapq.heappush(now_booked, (meeting.end, who, meeting))
            continue
        for _end, person, other in now_booked:
            if other.excludes(meeting):
                found.busy[who].setdefault(person, meeting)
        at_once: list[int] = []
        for _end, index, other in now_wanted:
            if not other.excludes(meeting):
                continue
            if index == who:
                found.itself.setdefault(who, (other, meeting))
                continue
            found.clashes[who] |= 1 << index
            found.clashes[index] |= 1 << who
            at_once.append(index)
        cliques.update(_cliques(found.clashes, who, at_once))
        heapq.heappush(now_wanted, (meeting.end, who, meeting))
    found.cliques = _clique_cover(found.clashes, cliques)
    return found


def _cliques(clashes: Sequence[int], who: int, others: Sequence[int]) -> Iterable[int]:
    """Cliques of one and the others that meet at once with it. Mostly it is one; who share a meeting are in several."""
    left = list(dict.fromkeys(others))
    while left:
        clique = 1 << who
        for index in (*left, *others):
            if clique & ~clashes[index] & ~(1 << index) == 0:
                clique |= 1 << index
        left = [index for index in left if not clique >> index & 1]
        yield clique


def _in_time(
    wanted: Sequence[Sequence[DatedHour]], booked: Sequence[Sequence[DatedHour]]
) -> Iterable[tuple[DatedHour, bool, int]]:
    """All meetings by their start, with whether they are booked and the number of the batch or the person."""
    rows = [(one.start, one.end, False, number, one) for number, group in enumerate(wanted) for one in group]
    rows += [(one.start, one.end, True, number, one) for number, group in enumerate(booked) for one in group]
    rows.sort(key=lambda row: row[:4])
    return ((meeting, is_booked, number) for _start, _end, is_booked, number, meeting in rows)


def _clique_cover(clashes: Sequence[int], cliques: Iterable[int]) -> list[int]:
    """Cliques, the largest first, until each clash lies in one of them; a pair for each that lies in none."""
    kept: list[int] = []
    left = list(clashes)
    for clique in largest(cliques):
        if any(left[one] & clique for one in bits(clique)):
            kept.append(clique)
            for one in bits(clique):
                left[one] &= ~clique
    for one, mask in enumerate(left):
        kept += [1 << one | 1 << other for other in bits(mask) if other > one]
    return kept


def largest(masks: Iterable[int]) -> list[int]:
    """The masks that lie in no other, the largest first."""
    kept: list[int] = []
    for mask in sorted(set(masks), key=lambda one: (-one.bit_count(), one)):
        if not any(mask & other == mask for other in kept):
            kept.append(mask)
    return kept
