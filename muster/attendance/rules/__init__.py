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
from muster.attendance.rules.locking import ask_to_unlock, decide_unlock, lock_register, unlock_register
from muster.attendance.rules.marking import (
    UNCHANGED,
    MarkedRegister,
    MarkingResult,
    MarkInput,
    MarkOutcome,
    mark_learners,
    mark_register,
)
from muster.attendance.rules.scans import add_scan, sweep_scans
