"""The API of enrollments."""

from tests.access.cases import ADMINS, MANAGERS, Case

CASES = [
    Case("GET /api/enrollments", own=f"{MANAGERS} instructor student corporate-student"),
    Case(
        "POST /api/enrollments/students/{student_id}/enroll",
        own=f"{MANAGERS} student",
        sibling=ADMINS,
        elsewhere="corporate-student",
    ),
    Case(
        "GET /api/enrollments/{enrollment_id}",
        own=f"{MANAGERS} instructor student",
        sibling=ADMINS,
        elsewhere="corporate-student",
    ),
    Case("PUT /api/enrollments/{enrollment_id}", own=MANAGERS, sibling=ADMINS),
    Case(
        "DELETE /api/enrollments/{enrollment_id}",
        own=f"{MANAGERS} student",
        sibling=ADMINS,
        elsewhere="corporate-student",
    ),
]
