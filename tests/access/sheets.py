"""Registers as files and on paper: those who manage and teach, nobody else."""

from tests.access.attendance import NARROWED, ON_REGISTER
from tests.access.cases import ADMINS, MANAGERS, Case

CASES = [
    *(
        Case(
            f"GET {path}",
            own=f"{MANAGERS} instructor",
            sibling=ADMINS,
            elsewhere=f"{NARROWED} instructor",
            fill=ON_REGISTER,
        )
        for path in (
            "/api/institution/class-sessions/{session_id}/export",
            "/api/institution/class-sessions/{session_id}/sign-in-sheet",
            "/institution/attendance/sessions/{session_id}/export/",
            "/institution/attendance/sessions/{session_id}/sign-in-sheet/",
        )
    ),
    *(
        Case(f"GET {path}", own=f"{MANAGERS} instructor", sibling=ADMINS)
        for path in (
            "/api/institution/cohorts/{cohort_id}/register",
            "/api/institution/cohorts/{cohort_id}/sign-in-sheet",
            "/institution/attendance/cohorts/{batch_id}/sheets/",
        )
    ),
]
