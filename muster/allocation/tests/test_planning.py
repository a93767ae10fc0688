"""The two ways to an answer, against every answer there is."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.allocation.planning.greedy import greedy_answer
from muster.allocation.planning.optimal import CP_SAT, FLOW, optimal_answer
from muster.allocation.planning.problem import NOBODY, DatedHour, StaffingProblem, bits, largest, overlaps_of

HOUR = 3600


@st.composite
def weeks(draw: Any, number: int) -> list[list[DatedHour]]:
    """A few meetings for each of a few, some shared, some after midnight, many of them overlapping."""
    found = []
    for which in range(number):
        starts = draw(st.lists(st.integers(0, 9), min_size=0, max_size=3, unique=True))
        found.append(
            [
                DatedHour(at * HOUR, (at + draw(st.integers(1, 3))) * HOUR, draw(st.sampled_from([which, "shared"])))
                for at in starts
            ]
        )
    return found


@st.composite
def problems(draw: Any, *, clashing: bool = True) -> StaffingProblem:
    """Small enough that every answer can be tried."""
    number, people = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    found = overlaps_of(draw(weeks(number)) if clashing else [[] for _each in range(number)], [])
    return StaffingProblem(
        points=[
            draw(st.dictionaries(st.integers(0, people - 1), st.integers(0, 100), max_size=people))
            for _each in range(number)
        ],
        room=[draw(st.integers(-1, 3)) for _each in range(people)],
        carries=[draw(st.integers(0, 4)) for _each in range(people)],
        clashes=found.clashes,
        cliques=found.cliques,
        soft=draw(st.booleans()),
    )


def best_of_all(problem: StaffingProblem) -> tuple[int, ...]:
    """The best of every answer that breaks no rule."""
    choices = [[NOBODY, *row] for row in problem.points]
    allowed = (chosen for chosen in product(*choices) if not problem.broken(chosen))
    return max(problem.value(chosen) for chosen in allowed)


# --- what excludes what -----------------------------------------------------------------------------------------------
@given(st.data())
@settings(max_examples=300, deadline=None)
def test_one_pass_finds_what_a_look_at_every_pair_finds(data):
    wanted, booked = data.draw(weeks(5)), data.draw(weeks(3))
    found = overlaps_of(wanted, booked)
    for one, mine in enumerate(wanted):
        clashing = {
            other
            for other, theirs in enumerate(wanted)
            if other != one and any(a.excludes(b) for a in mine for b in theirs)
        }
        assert set(bits(found.clashes[one])) == clashing
        assert set(found.busy[one]) == {
            person for person, theirs in enumerate(booked) if any(a.excludes(b) for a in mine for b in theirs)
        }
        itself = any(a.excludes(b) for n, a in enumerate(mine) for b in mine[n + 1 :])
        assert (one in found.itself) == itself
    # The cliques say the same as the clashes, no more and no less.
    pairs = {(a, b) for clique in found.cliques for a in bits(clique) for b in bits(clique) if a != b}
    assert pairs == {(a, b) for a, mask in enumerate(found.clashes) for b in bits(mask)}


def test_touching_times_do_not_exclude_each_other_nor_does_the_same_meeting():
    early, late = DatedHour(0, HOUR, "a"), DatedHour(HOUR, 2 * HOUR, "b")
    shared = DatedHour(0, HOUR, "a")
    assert overlaps_of([[early], [late], [shared]], [[shared]]).clashes == [0, 0, 0]
    assert overlaps_of([[early]], [[shared]]).busy == [{}]


def test_only_the_largest_are_kept():
    assert largest([0b11, 0b111, 0b1100, 0b11, 0b100]) == [0b111, 0b1100]


# --- answers ----------------------------------------------------------------------------------------------------------
@given(problems())
@settings(max_examples=300, deadline=None)
def test_greedy_breaks_no_hard_rule_and_is_never_better_than_the_best(problem):
    answer = greedy_answer(problem)
    assert problem.broken(answer.chosen) == []
    best = best_of_all(problem)
    assert problem.value(answer.chosen) <= best
    assert answer.staffed_bound is not None
    assert answer.staffed_bound >= best[0]
    if answer.points_bound is not None:
        assert answer.points_bound >= best[2]


@given(problems())
@settings(max_examples=60, deadline=None)
def test_solver_gives_the_best_of_all_answers(problem):
    answer = optimal_answer(problem, greedy_answer(problem), seconds=10)
    assert problem.broken(answer.chosen) == []
    assert problem.value(answer.chosen) == best_of_all(problem)
    assert answer.gap(problem) == 0


@given(problems(clashing=False))
@settings(max_examples=60, deadline=None)
def test_flow_gives_the_best_of_all_answers(problem):
    answer = optimal_answer(problem, greedy_answer(problem))
    assert problem.broken(answer.chosen) == []
    assert problem.value(answer.chosen) == best_of_all(problem)
    assert answer.gap(problem) == 0


def test_one_more_staffed_is_worth_more_than_any_score():
    # The only one who could take the second has 100 points for the first.
    problem = StaffingProblem(points=[{0: 100, 1: 0}, {0: 1}], room=[1, 1], carries=[0, 0], clashes=[2, 1], cliques=[3])
    for answer in (greedy_answer(problem), optimal_answer(problem, greedy_answer(problem))):
        assert tuple(answer.chosen) == (1, 0)


def test_of_equals_whoever_carries_least_is_chosen():
    problem = StaffingProblem(points=[{0: 50, 1: 50}] * 3, room=[5, 5], carries=[2, 1], clashes=[2, 1, 0], cliques=[3])
    answer = optimal_answer(problem, greedy_answer(problem))
    assert answer.solver == CP_SAT
    assert problem.value(answer.chosen) == (3, 0, 150, -18)


def test_students_are_a_flow():
    problem = StaffingProblem(points=[{0: 50, 1: 50}] * 4, room=[2, 3], carries=[0, 0])
    answer = optimal_answer(problem, greedy_answer(problem))
    assert (answer.solver, answer.gap(problem)) == (FLOW, 0)
    assert problem.value(answer.chosen) == (4, 0, 200, -8)


def test_nobody_is_asked_for_nothing():
    problem = StaffingProblem(points=[{}, {}], room=[], carries=[])
    assert optimal_answer(problem, greedy_answer(problem)).gap(problem) == 0
    assert greedy_answer(problem).gap(problem) == 0


@pytest.mark.parametrize("number", [40, 120])
def test_greedy_comes_close_to_the_best_on_larger_ones(number):
    random = Random(number)
    meetings = [
        [DatedHour(at * HOUR, (at + 2) * HOUR, which) for at in random.sample(range(60), 2)] for which in range(number)
    ]
    found = overlaps_of(meetings, [])
    problem = StaffingProblem(
        points=[{person: random.randint(0, 100) for person in range(number // 3)} for _each in range(number)],
        room=[4] * (number // 3),
        carries=[0] * (number // 3),
        clashes=found.clashes,
        cliques=found.cliques,
    )
    near, best = greedy_answer(problem), optimal_answer(problem, greedy_answer(problem), seconds=10)
    assert problem.broken(near.chosen) == problem.broken(best.chosen) == []
    staffed, _over, points, _spread = problem.value(near.chosen)
    most, _none, top, _rest = problem.value(best.chosen)
    assert (staffed, best.gap(problem)) == (most, 0)
    assert points >= 0.95 * top
