"""The pages of registers: who opens, marks, locks and unlocks them."""

from tests.access.attendance import NARROWED, ON_REGISTER
from tests.access.cases import ADMINS, MANAGERS, Case

REGISTER = "/institution/attendance/sessions/{session_id}"

CASES = [
    # Students are led to their own attendance.
    Case(
        f"GET {REGISTER}",
        own=f"{MANAGERS} instructor student",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor student corporate-student",
        fill=ON_REGISTER,
    ),
    Case(
        f"POST {REGISTER}",
        own=f"{MANAGERS} instructor",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor",
        fill=ON_REGISTER,
    ),
    *(
        Case(
            f"{method} {REGISTER}/{word}/",
            own=f"{MANAGERS} instructor",
            sibling=ADMINS,
            elsewhere=f"{NARROWED} instructor",
            fill=ON_REGISTER,
        )
        for method in ("GET", "POST")
        for word in ("lock", "ask-to-unlock")
    ),
    *(Case(f"{method} {REGISTER}/unlock/", own=ADMINS, sibling=ADMINS, fill=ON_REGISTER) for method in ("GET", "POST")),
    Case("GET /institution/attendance/offline/", own=f"{MANAGERS} instructor"),
    Case("GET /institution/attendance/offline/me/", public=True),
    Case("GET /register-worker.js", public=True),
]
