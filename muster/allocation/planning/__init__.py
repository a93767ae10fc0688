"""Staffing plans: what is read, the problem in numbers, two ways to an answer, and its words.

`situation_of_batches` and `situation_of_students` read everything at once into plain values; `Situation.problem` has
the same in numbers alone. `greedy` answers quickly and well; `optimal` answers best, and says so, where OR-Tools is
installed.

Hard: nobody is needed in two places, by bookings that stand or by the answer itself, occurrence by occurrence; nobody
gets more than their limit, unless limits are soft. One more staffed is worth more than anything else; then come
the limits where they are soft, then the sum of the scores, then an even spread of what people carry.
"""

from muster.allocation.planning.explain import reasons_for, reasons_of, why_nobody
from muster.allocation.planning.greedy import greedy
from muster.allocation.planning.optimal import optimal, solver_is_here
from muster.allocation.planning.problem import NOBODY, Answer, DatedHour, Problem
from muster.allocation.planning.scope import unassigned_students, unstaffed_batches, workload_after
from muster.allocation.planning.situation import (
    Situation,
    Wanted,
    booked_hours,
    meetings_of,
    score_of,
    situation_of_batches,
    situation_of_students,
)
from muster.allocation.planning.standing import overtaken

__all__ = [
    "NOBODY",
    "Answer",
    "DatedHour",
    "Problem",
    "Situation",
    "Wanted",
    "booked_hours",
    "greedy",
    "meetings_of",
    "optimal",
    "overtaken",
    "reasons_for",
    "reasons_of",
    "score_of",
    "situation_of_batches",
    "situation_of_students",
    "solver_is_here",
    "unassigned_students",
    "unstaffed_batches",
    "why_nobody",
    "workload_after",
]
