"""Every write around registers: one function per use case."""

from muster.attendance.rules.locking import lock_register, unlock_register
from muster.attendance.rules.marking import (
    UNCHANGED,
    MarkPlan,
    Outcome,
    Settled,
    mark_learners,
    mark_register,
)

__all__ = [
    "UNCHANGED",
    "MarkPlan",
    "Outcome",
    "Settled",
    "lock_register",
    "mark_learners",
    "mark_register",
    "unlock_register",
]
