"""Every read around registers worth a name."""

from muster.attendance.queries.cohorts import Progress, cohorts_of, facilitators_of, progress_of
from muster.attendance.queries.percent import percent_of, with_attendance
from muster.attendance.queries.register import (
    MarkCounts,
    Register,
    RegisterProgress,
    RegisterRow,
    marked_and_expected,
    register_of,
    sessions_in_full,
)
