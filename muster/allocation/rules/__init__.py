"""Every write of individual assignments, and the upkeep of what is stored."""

from muster.allocation.rules.assigning import (
    MOST_AT_ONCE,
    MOST_NOTES,
    MOST_REASON,
    Outcome,
    Wish,
    assign_many,
    assign_student,
    unassign_student,
)
from muster.allocation.rules.leaving import change_person, deactivate_person
from muster.allocation.rules.upkeep import mend_orphans, recount

__all__ = [
    "MOST_AT_ONCE",
    "MOST_NOTES",
    "MOST_REASON",
    "Outcome",
    "Wish",
    "assign_many",
    "assign_student",
    "change_person",
    "deactivate_person",
    "mend_orphans",
    "recount",
    "unassign_student",
]
