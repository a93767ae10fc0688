"""Registers: the marks, the log of every mark, and what hangs on them."""

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

__all__ = [
    "MOST_MINUTES",
    "MOST_NOTES",
    "AttendanceRecord",
    "BatchTally",
    "Mark",
    "MarkEntry",
    "RegisterChase",
    "of_institution",
]
