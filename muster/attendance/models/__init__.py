"""Registers: the marks, the log of every mark, and what hangs on them."""

from muster.attendance.models.absences import (
    MEDIA_TYPES,
    MOST_DAYS,
    MOST_NOTE,
    MOST_REASON,
    AbsenceNotice,
    CorrectionRequest,
    Evidence,
    EvidenceLook,
)
from muster.attendance.models.records import (
    MOST_MINUTES,
    MOST_NOTES,
    AttendanceRecord,
    BatchTally,
    Mark,
    MarkEntry,
    RegisterChase,
    of_institution,
)
