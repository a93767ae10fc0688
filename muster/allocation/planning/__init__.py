"""Staffing plans: what is read, the problem in numbers, two ways to an answer, and its words.

`inputs_for_batches` and `inputs_for_students` read everything at once into plain values; `PlanningInput.problem` has
the same in numbers alone. `greedy` answers quickly and well; `optimal` answers best, and says so, where OR-Tools is
installed.

Hard: nobody is needed in two places, by bookings that stand or by the answer itself, occurrence by occurrence; nobody
gets more than their limit, unless limits are soft. One more staffed is worth more than anything else; then come
the limits where they are soft, then the sum of the scores, then an even spread of what people carry.
"""

from muster.allocation.planning.explain import reasons_for, reasons_of, why_nobody
from muster.allocation.planning.greedy import greedy_answer
from muster.allocation.planning.inputs import (
    PlanningInput,
    Vacancy,
    booked_hours,
    inputs_for_batches,
    inputs_for_students,
    meetings_of,
)
from muster.allocation.planning.optimal import optimal_answer, solver_is_here
from muster.allocation.planning.problem import NOBODY, Answer, DatedHour, StaffingProblem
from muster.allocation.planning.scope import unassigned_students, unstaffed_batches, workload_after
from muster.allocation.planning.validity import outdated_items
