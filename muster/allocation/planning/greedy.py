"""A good answer without a solver: the hardest first, then room is made by moving others, then exchanges improve it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from muster.allocation.planning.problem import NOBODY, Answer, StaffingProblem, bits

# How many others may be moved in a row to make room for one.
DEEPEST = 6
# How many steps are tried to make room for one.
MOST_STEPS = 2000
GREEDY = "greedy"


def greedy_answer(problem: StaffingProblem, *, seconds: float = 5.0, start: Sequence[int] = ()) -> Answer:
    """Staff as many as it finds, then raise the scores; it takes no longer than about `seconds`. No rule is broken.

    It begins with what of `start` can stand together, an answer that need not keep the rules.

    The bounds are what a glance tells: nobody takes what nobody can, and nothing scores more than its best.
    """
    deadline = time.monotonic() + seconds
    work = _Draft(problem)
    hardest = sorted(problem.wanted, key=lambda wanted: (len(problem.points[wanted]), wanted))
    for wanted in hardest:
        if start and start[wanted] != NOBODY and work.fits(wanted, start[wanted]):
            work.give(wanted, start[wanted])
    for wanted in hardest:
        if work.chosen[wanted] == NOBODY:
            work.give_best(wanted)
    for wanted in hardest:
        if work.chosen[wanted] == NOBODY and time.monotonic() < deadline:
            work.steps = MOST_STEPS
            work.make_room(wanted, frozenset([wanted]), DEEPEST)
    while time.monotonic() < deadline and work.improve(deadline):
        pass
    able = [max(row.values()) for row in problem.points if row]
    staffed = sum(person != NOBODY for person in work.chosen)
    most = len(able) if problem.soft else min(len(able), sum(max(0, room) for room in problem.room))
    return Answer(tuple(work.chosen), GREEDY, most, sum(able) if staffed == len(able) else None)


class _Draft:
    """An answer in the making: who has what, and how much room is left."""

    def __init__(self, problem: StaffingProblem) -> None:
        self.problem = problem
        self.chosen = [NOBODY] * len(problem.points)
        self.held = [0] * len(problem.room)
        self.left = [max(0, room) for room in problem.room]
        self.steps = 0

    def fits(self, wanted: int, person: int) -> bool:
        """Whether the person has the hours and the room."""
        return not self.held[person] & self.problem.excluded[wanted] and self._has_room(person)

    def _has_room(self, person: int) -> bool:
        return self.problem.soft or self.left[person] > 0

    def rank(self, wanted: int, person: int) -> tuple[bool, int, int, int]:
        """What is best for one: within the limit, the score, who carries least."""
        carried = self.problem.carries[person] + self.held[person].bit_count()
        return self.left[person] <= 0, -self.problem.points[wanted][person], carried, person

    def give(self, wanted: int, person: int) -> None:
        self.take(wanted)
        if person != NOBODY:
            self.chosen[wanted] = person
            self.held[person] |= 1 << wanted
            self.left[person] -= 1

    def take(self, wanted: int) -> int:
        person = self.chosen[wanted]
        if person != NOBODY:
            self.held[person] ^= 1 << wanted
            self.left[person] += 1
            self.chosen[wanted] = NOBODY
        return person

    def give_best(self, wanted: int) -> bool:
        able = [person for person in self.problem.points[wanted] if self.fits(wanted, person)]
        if able:
            self.give(wanted, min(able, key=lambda person: self.rank(wanted, person)))
        return bool(able)

    def make_room(self, wanted: int, moving: frozenset[int], depth: int) -> bool:
        """Give it to somebody, moving to others what is in the way; all stays as it was where that fails."""
        if self.give_best(wanted):
            return True
        if depth == 0 or self.steps <= 0:
            return False
        ways = [
            (mask.bit_count(), self.rank(wanted, person), person, mask)
            for person in self.problem.points[wanted]
            for mask in self._in_the_way(wanted, person)
            if not any(one in moving for one in bits(mask))
        ]
        for _count, _rank, person, mask in sorted(ways):
            self.steps -= 1
            if self.steps <= 0:
                return False
            before = list(self.chosen)
            out = list(bits(mask))
            for one in out:
                self.take(one)
            self.give(wanted, person)
            if all(self.make_room(one, moving | set(out), depth - 1) for one in out):
                return True
            self._restore(before)
        return False

    def _in_the_way(self, wanted: int, person: int) -> list[int]:
        """What the person would have to give away, one mask for each way to do so."""
        clashing = self.held[person] & self.problem.excluded[wanted]
        if clashing:
            return [clashing]
        return [1 << one for one in bits(self.held[person])]

    def _restore(self, before: Sequence[int]) -> None:
        changed = [wanted for wanted, person in enumerate(before) if self.chosen[wanted] != person]
        for wanted in changed:
            self.take(wanted)
        for wanted in changed:
            self.give(wanted, before[wanted])

    def improve(self, deadline: float) -> bool:
        """Move one, or exchange two, wherever that is better. Whether anything was."""
        better = False
        for wanted in self.problem.wanted:
            better |= self._move(wanted)
        for first in self.problem.wanted:
            if time.monotonic() > deadline:
                break
            for second in range(first):
                better |= self._exchange(first, second)
        return better

    def _move(self, wanted: int) -> bool:
        had = self.take(wanted)
        if had == NOBODY:
            return self.give_best(wanted)
        best = min(
            (person for person in self.problem.points[wanted] if person == had or self.fits(wanted, person)),
            key=lambda person: self.rank(wanted, person),
        )
        # Of equals the one who had it keeps it, or this would never end.
        if self.rank(wanted, best)[:3] >= self.rank(wanted, had)[:3]:
            best = had
        self.give(wanted, best)
        return best != had

    def _exchange(self, first: int, second: int) -> bool:
        one, other = self.chosen[first], self.chosen[second]
        if NOBODY in (one, other) or one == other:
            return False
        points = self.problem.points
        gain = points[first].get(other, -1000) + points[second].get(one, -1000)
        if gain <= points[first][one] + points[second][other]:
            return False
        held_other, held_one = self.held[other] ^ (1 << second), self.held[one] ^ (1 << first)
        excluded = self.problem.excluded
        if held_other & excluded[first] or held_one & excluded[second]:
            return False
        self.take(first)
        self.take(second)
        self.give(first, other)
        self.give(second, one)
        return True
