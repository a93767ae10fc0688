"""Every read around registers worth a name."""

from muster.attendance.queries.percent import percent_of, with_attendance
from muster.attendance.queries.register import (
    Marked,
    Register,
    RegisterRow,
    Summary,
    marked_and_expected,
    register_of,
    sessions_in_full,
)

__all__ = [
    "Marked",
    "Register",
    "RegisterRow",
    "Summary",
    "marked_and_expected",
    "percent_of",
    "register_of",
    "sessions_in_full",
    "with_attendance",
]
