"""Every write of individual assignments and cover, and the upkeep of what is stored."""

from muster.allocation.rules.applying import MOST_ITEMS, PlanApplication, apply_plan, change_item
from muster.allocation.rules.assigning import (
    MOST_AT_ONCE,
    MOST_NOTES,
    MOST_REASON,
    AssignmentOutcome,
    Wish,
    assign_many,
    assign_student,
    take_back_assignments,
    unassign_student,
)
from muster.allocation.rules.covering import (
    MOST_COVER_NOTE,
    answer_cover,
    ask_for_cover,
    decline_cover,
    fill_cover,
    problems_of_cover_days,
    reopen_cover,
    withdraw_cover,
)
from muster.allocation.rules.departures import change_person, deactivate_person
from muster.allocation.rules.maintenance import mend_orphans, recount_seats
from muster.allocation.rules.proposing import forget_plans, propose_plan, work_out_plan
