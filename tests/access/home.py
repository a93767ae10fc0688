"""Home, search, and the pages of students and instructors."""

from tests.access.cases import ADMINS, EVERYBODY, MANAGERS, Case

CASES = [
    Case("GET /", own=EVERYBODY),
    Case("POST /home/batches/{batch_id}/lead/", own=MANAGERS, sibling=ADMINS),
    Case("GET /search/", own=EVERYBODY, query="q=batch"),
    Case("GET /students/", own=f"{MANAGERS} instructor"),
    Case(
        "GET /students/{student_id}/",
        own=f"{MANAGERS} instructor student",
        sibling=ADMINS,
        elsewhere="corporate-student",
    ),
    Case("GET /students/{student_id}/enroll/", own=MANAGERS, sibling=ADMINS),
    Case("GET /api/students", own=f"{MANAGERS} instructor"),
    Case("GET /api/instructors", own=MANAGERS),
    Case("GET /instructors/", own=MANAGERS),
    Case("GET /instructors/{instructor_id}/", own=f"{MANAGERS} instructor", sibling=MANAGERS),
]
