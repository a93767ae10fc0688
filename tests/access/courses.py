"""Courses and subjects: the API and the pages."""

from __future__ import annotations

from tests.access.cases import ADMINS, EVERYBODY, MANAGERS, Case

SEERS = EVERYBODY.replace(" regulator", "")
STAFF = f"{MANAGERS} instructor"


def seen(route: str) -> Case:
    """Seen by the staff, and by students where they are enrolled; the world's courses are not offered now."""
    return Case(route, own=f"{STAFF} student", sibling=STAFF, elsewhere="corporate-student")


def changed(route: str) -> Case:
    """Changed by administrators, and by department administrators in their own department."""
    return Case(route, own=f"{ADMINS} dept-admin", sibling=ADMINS, sees_sibling="dept-admin")


CASES = [
    Case("GET /api/courses", own=SEERS),
    Case("POST /api/courses", own=f"{ADMINS} dept-admin"),
    seen("GET /api/courses/{course_id}"),
    changed("PUT /api/courses/{course_id}"),
    changed("DELETE /api/courses/{course_id}"),
    seen("GET /api/courses/{course_id}/subjects"),
    changed("POST /api/courses/{course_id}/subjects"),
    seen("GET /api/courses/{course_id}/open-batches"),
    seen("GET /api/subjects/{subject_id}"),
    changed("PUT /api/subjects/{subject_id}"),
    changed("DELETE /api/subjects/{subject_id}"),
    # --- pages ---
    Case("GET /courses/", own=SEERS),
    seen("GET /courses/{course_id}/"),
    *(Case(f"{method} /courses/new/", own=f"{ADMINS} dept-admin") for method in ("GET", "POST")),
    *(
        changed(f"{method} /courses/{path}/")
        for path in (
            "{course_id}/edit",
            "{course_id}/delete",
            "{course_id}/subjects/new",
            "subjects/{subject_id}/edit",
            "subjects/{subject_id}/delete",
        )
        for method in ("GET", "POST")
    ),
    # Taking a seat for oneself is for students.
    *(
        Case(f"{method} /courses/{{course_id}}/enroll/{{batch_id}}/", own="student", elsewhere="corporate-student")
        for method in ("GET", "POST")
    ),
]
