"""Registers, why somebody did not come, and what is asked of a register that is locked."""

from muster.attendance.models.absences import (
    MOST_DAYS,
    MOST_NOTE,
    MOST_REASON,
    AbsenceNotice,
    Evidence,
    EvidenceLook,
)
from muster.attendance.models.registers import (
    HAS_MARKS,
    MOST_MINUTES,
    MOST_NOTES,
    AttendanceRecord,
    BatchTally,
    CountedMark,
    LowAttendance,
    Mark,
    MarkEntry,
    RegisterChase,
)
from muster.attendance.models.requests import CorrectionRequest, UnlockRequest
from muster.attendance.models.signing import RegisterScan, RegisterSignature
