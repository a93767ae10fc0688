"""Every write around registers: one function per use case."""

from muster.attendance.rules.absences import announce_absence, withdraw_absence
from muster.attendance.rules.corrections import decide_correction, decide_corrections
from muster.attendance.rules.evidence import (
    MOST_FILES,
    AddedEvidence,
    Upload,
    add_evidence,
    add_evidence_for_learner,
    look_at,
    remove_evidence,
    sweep_evidence,
)
from muster.attendance.rules.locking import lock_register, unlock_register
from muster.attendance.rules.marking import (
    UNCHANGED,
    MarkingResult,
    MarkInput,
    MarkOutcome,
    mark_learners,
    mark_register,
)

__all__ = [
    "MOST_FILES",
    "UNCHANGED",
    "AddedEvidence",
    "MarkInput",
    "MarkOutcome",
    "MarkingResult",
    "Upload",
    "add_evidence",
    "add_evidence_for_learner",
    "announce_absence",
    "decide_correction",
    "decide_corrections",
    "lock_register",
    "look_at",
    "mark_learners",
    "mark_register",
    "remove_evidence",
    "sweep_evidence",
    "unlock_register",
    "withdraw_absence",
]
