"""Every write of individual assignments and cover, and the upkeep of what is stored."""

from muster.allocation.rules.applying import MOST_ITEMS, PlanApplication, apply_plan, change_item, name_of
from muster.allocation.rules.assigning import (
    MOST_AT_ONCE,
    MOST_NOTES,
    MOST_REASON,
    AssignmentOutcome,
    Wish,
    assign_many,
    assign_student,
    unassign_student,
)
from muster.allocation.rules.covering import (
    MOST_COVER_DAYS,
    MOST_COVER_NOTE,
    answer_cover,
    ask_for_cover,
    decline_cover,
    fill_cover,
    problems_of_cover_days,
    withdraw_cover,
)
from muster.allocation.rules.departures import change_person, deactivate_person
from muster.allocation.rules.maintenance import mend_orphans, recount_seats
from muster.allocation.rules.proposing import forget_plans, propose_plan, work_out_plan

__all__ = [
    "MOST_AT_ONCE",
    "MOST_COVER_DAYS",
    "MOST_COVER_NOTE",
    "MOST_ITEMS",
    "MOST_NOTES",
    "MOST_REASON",
    "AssignmentOutcome",
    "PlanApplication",
    "Wish",
    "answer_cover",
    "apply_plan",
    "ask_for_cover",
    "assign_many",
    "assign_student",
    "change_item",
    "change_person",
    "deactivate_person",
    "decline_cover",
    "fill_cover",
    "forget_plans",
    "mend_orphans",
    "name_of",
    "problems_of_cover_days",
    "propose_plan",
    "recount_seats",
    "unassign_student",
    "withdraw_cover",
    "work_out_plan",
]
