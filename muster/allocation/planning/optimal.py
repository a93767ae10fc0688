"""The best answer, proved or with what it could be better by at most: OR-Tools, where it is installed.

It is imported here when it is needed: the import is heavy, and a Muster without it plans too.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Sequence
from typing import Any

from muster.allocation.planning.greedy import greedy_answer
from muster.allocation.planning.problem import NOBODY, Answer, StaffingProblem, bits

CP_SAT, FLOW = "cp-sat", "flow"
WORKERS = 2
SEED = 1
# How much of the seconds is kept for spreading the work evenly among the best answers.
FOR_SPREADING = 3.0
# Pairs: making the model of more takes longer than a more even spread is worth.
MOST_TO_SPREAD = 40_000


def solver_is_here() -> bool:
    """Whether the extra `muster[planner]` is installed."""
    return importlib.util.find_spec("ortools") is not None


def optimal_answer(problem: StaffingProblem, hint: Answer, *, seconds: float = 15.0) -> Answer:
    """Staff as many as possible; of those answers one that keeps to limits; of those the one with the most points; of
    those one that spreads the work. Within the time, beginning from `hint`.

    Leaving the clashes aside it is a flow, which is quickly solved to its end. Where that answer happens to clash
    nowhere it is the best, else it bounds the best; an answer that reaches the bound is proved. Only what is then left
    open is searched.
    """
    if not any(problem.points):
        return Answer(hint.chosen, CP_SAT, 0, 0)
    begun = time.monotonic()
    flow = _flow(problem)
    if not problem.broken(flow.chosen):
        return flow
    mended = greedy_answer(problem, seconds=seconds / 5, start=flow.chosen)
    nearer = max(hint, mended, key=lambda answer: problem.value(answer.chosen))
    return _search(problem, nearer, problem.value(flow.chosen), seconds - (time.monotonic() - begun))


# --- with clashes: CP-SAT ---------------------------------------------------------------------------------------------
def _search(problem: StaffingProblem, hint: Answer, most: tuple[int, int, int, int], seconds: float) -> Answer:
    """The best by search. No answer has more value than `most`."""
    from ortools.sat.python import cp_model  # noqa: PLC0415  (heavy, and an extra)

    begun = time.monotonic()
    chosen, proved = hint.chosen, problem.value(hint.chosen)[:3] == most[:3]
    staffed_bound, points_bound = most[0], None
    if not proved:
        chosen, staffed, points_bound = _best_by_search(
            cp_model, problem, hint, seconds - min(FOR_SPREADING, seconds / 4)
        )
        staffed_bound = min(staffed_bound, staffed_bound if staffed is None else staffed)
    number, over, _points, _spread = problem.value(chosen)
    if (number, over) == most[:2]:
        points_bound = most[2] if points_bound is None else min(points_bound, most[2])
    left = seconds - (time.monotonic() - begun)
    if left > FOR_SPREADING / 2 and sum(map(len, problem.points)) <= MOST_TO_SPREAD:
        chosen = _spread_out(cp_model, problem, chosen, min(left, FOR_SPREADING))
    return Answer(chosen, CP_SAT, staffed_bound, points_bound)


def _best_by_search(
    cp_model: Any, problem: StaffingProblem, hint: Answer, seconds: float
) -> tuple[Sequence[int], int | None, int | None]:
    """The best that is found, with the most that could be staffed, and the most points; making the model counts."""
    begun = time.monotonic()
    # What one within the limit counts, and what one staffed: more than all points together.
    within = 100 * len(problem.points) + 1
    staffed = within * (len(problem.points) + 1)
    first = _Model(cp_model, problem)
    goal = sum((staffed + problem.points[w][p]) * taken for (w, p), taken in first.taken.items())
    goal -= within * sum(first.over())
    first.model.maximize(goal)
    first.hint(hint.chosen)
    solver = _solver(cp_model, seconds - (time.monotonic() - begun))
    status = solver.solve(first.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return hint.chosen, hint.staffed_bound, hint.points_bound
    chosen: Sequence[int] = max(first.read(solver), hint.chosen, key=problem.value)
    most = int(solver.best_objective_bound + 1e-6)
    number, over, points, _spread = problem.value(chosen)
    if status == cp_model.OPTIMAL:
        return chosen, number, points
    # Each that is staffed adds at least this much, whether it is within the limit or not.
    each = staffed - within if problem.soft else staffed
    staffed_bound = max(number, min(sum(map(bool, problem.points)), most // each))
    points_bound = None
    if staffed_bound == number:
        # What is left of the bound after what is staffed and within limits can only be points.
        points_bound = max(points, min(most - staffed * number - within * over, 100 * number))
    return chosen, staffed_bound, points_bound


def _spread_out(cp_model: Any, problem: StaffingProblem, chosen: Sequence[int], seconds: float) -> Sequence[int]:
    """As many, as good, and more evenly shared: the sum of the squares of what people carry is made small."""
    begun = time.monotonic()
    number, over, points, _spread = problem.value(chosen)
    model = _Model(cp_model, problem)
    model.model.add(sum(model.taken.values()) == number)
    model.model.add(sum(problem.points[w][p] * taken for (w, p), taken in model.taken.items()) >= points)
    overs = model.over()
    if overs:
        model.model.add(sum(overs) <= -over)
    squares = []
    for person, of_person in model.of_person.items():
        had, most = problem.carries[person], len(of_person)
        if not problem.soft:
            most = min(most, problem.room[person])
        square = model.model.new_int_var(0, (had + most) ** 2, "")
        given = sum(of_person)
        # Between two whole numbers a square lies under its chord: at whole numbers the chords give it exactly.
        for step in range(most):
            low = had + step
            model.model.add(square >= (2 * low + 1) * (had + given) - low * (low + 1))
        squares.append(square)
    model.model.minimize(sum(squares))
    model.hint(chosen)
    solver = _solver(cp_model, seconds - (time.monotonic() - begun))
    if solver.solve(model.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return chosen
    return max(chosen, model.read(solver), key=problem.value)


class _Model:
    """The hard rules: one choice for each pair that is possible."""

    def __init__(self, cp_model: Any, problem: StaffingProblem) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.taken: dict[tuple[int, int], Any] = {}
        self.of_person: dict[int, list[Any]] = {}
        able: dict[int, int] = {}
        for wanted, row in enumerate(problem.points):
            for person in row:
                self.taken[wanted, person] = taken = self.model.new_bool_var("")
                self.of_person.setdefault(person, []).append(taken)
                able[person] = able.get(person, 0) | 1 << wanted
            if len(row) > 1:
                self.model.add_at_most_one(self.taken[wanted, person] for person in row)
        for person, mask in able.items():
            # One constraint for all that is wanted at one moment, instead of one for each two of it.
            for clique in {clique & mask for clique in problem.cliques}:
                if clique.bit_count() > 1:
                    self.model.add_at_most_one(self.taken[wanted, person] for wanted in bits(clique))
            if not problem.soft and mask.bit_count() > problem.room[person]:
                self.model.add(sum(self.of_person[person]) <= max(0, problem.room[person]))

    def over(self) -> list[Any]:
        """How far each person is beyond their limit."""
        if not self.problem.soft:
            return []
        found = []
        for person, of_person in self.of_person.items():
            room = max(0, self.problem.room[person])
            if len(of_person) > room:
                over = self.model.new_int_var(0, len(of_person), "")
                self.model.add(over >= sum(of_person) - room)
                found.append(over)
        return found

    def hint(self, chosen: Sequence[int]) -> None:
        """Begin the search here."""
        for (wanted, person), taken in self.taken.items():
            self.model.add_hint(taken, chosen[wanted] == person)

    def read(self, solver: Any) -> tuple[int, ...]:
        """The answer that was found."""
        chosen = [NOBODY] * len(self.problem.points)
        for (wanted, person), taken in self.taken.items():
            if solver.boolean_value(taken):
                chosen[wanted] = person
        return tuple(chosen)


def _solver(cp_model: Any, seconds: float) -> Any:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.1, seconds)
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = SEED
    return solver


# --- leaving clashes aside: a flow ------------------------------------------------------------------------------------
def _flow(problem: StaffingProblem) -> Answer:
    """The cheapest flow from what is wanted over people to the end, where each unit more of a person costs more."""
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415  (heavy, and an extra)

    number, people = len(problem.points), len(problem.room)
    most_carried = max(problem.carries, default=0) + number
    point = number * (2 * most_carried + 1) + 1
    within = point * 100 * number + 1
    staffed = within * (number + 1)
    source, sink = number + people, number + people + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = {}
    for wanted, row in enumerate(problem.points):
        flow.add_arc_with_capacity_and_unit_cost(source, wanted, 1, 0)
        for person, points in row.items():
            arc = flow.add_arc_with_capacity_and_unit_cost(wanted, number + person, 1, -staffed - points * point)
            arcs[arc] = wanted, person
        flow.add_arc_with_capacity_and_unit_cost(wanted, sink, 1, 0)
    asked = [0] * people
    for row in problem.points:
        for person in row:
            asked[person] += 1
    for person in range(people):
        room = max(0, problem.room[person])
        for step in range(asked[person] if problem.soft else min(asked[person], room)):
            cost = 2 * (problem.carries[person] + step) + 1 + (within if step >= room else 0)
            flow.add_arc_with_capacity_and_unit_cost(number + person, sink, 1, cost)
    flow.set_node_supply(source, number)
    flow.set_node_supply(sink, -number)
    if flow.solve() != flow.OPTIMAL:
        return greedy_answer(problem)
    chosen = [NOBODY] * number
    for arc, (wanted, person) in arcs.items():
        if flow.flow(arc):
            chosen[wanted] = person
    given, _over, points, _spread = problem.value(chosen)
    return Answer(tuple(chosen), FLOW, given, points)
