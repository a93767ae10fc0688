"""Batches by what their registers come to."""

from tests.access.cases import ADMINS, MANAGERS, Case

NARROWED = "branch-manager dept-admin"

CASES = [
    Case("GET /api/institution/cohorts", own=f"{MANAGERS} instructor"),
    Case("POST /api/institution/cohorts", own=MANAGERS),
    Case(
        "GET /api/institution/cohorts/{cohort_id}",
        own=f"{MANAGERS} instructor",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor",
    ),
    Case("GET /api/institution/attendance/daily", own=f"{MANAGERS} instructor student corporate-student"),
    Case("POST /api/institution/attendance/daily", own=f"{MANAGERS} instructor"),
    Case("GET /api/institution/attendance/not-taken", own=f"{MANAGERS} instructor"),
    # --- the pages
    Case("GET /institution/attendance/not-taken", own=f"{MANAGERS} instructor"),
    Case("GET /institution/attendance", own=f"{MANAGERS} instructor student corporate-student"),
    Case("GET /institution/attendance/day", own=f"{MANAGERS} instructor"),
    Case("POST /institution/attendance/day", own=f"{MANAGERS} instructor"),
    Case("GET /institution/attendance/cohorts", own=f"{MANAGERS} instructor"),
    Case(
        "GET /institution/attendance/cohorts/{batch_id}",
        own=f"{MANAGERS} instructor",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor",
    ),
]
