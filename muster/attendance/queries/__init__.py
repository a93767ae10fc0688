"""Every read around registers worth a name."""

from muster.attendance.queries.cohorts import (
    Progress,
    cohorts_of,
    facilitators_of,
    progress_of,
    sessions_to_date,
    with_session_numbers,
)
from muster.attendance.queries.percent import percent_of, with_attendance, with_mark_counts
from muster.attendance.queries.register import (
    MarkCounts,
    Register,
    RegisterProgress,
    RegisterRow,
    late_from,
    marked_and_expected,
    proposed_mark,
    register_of,
    sessions_in_full,
    with_signature,
)
from muster.attendance.queries.signing import Signature, scans_of, signature_of, statement_of
