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
    # --- the pages
    Case("GET /institution/attendance/cohorts", own=f"{MANAGERS} instructor"),
    Case(
        "GET /institution/attendance/cohorts/{batch_id}",
        own=f"{MANAGERS} instructor",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor",
    ),
]
