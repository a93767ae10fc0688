"""The API of batches."""

from tests.access.cases import ADMINS, EVERYBODY, MANAGERS, Case

SEERS = EVERYBODY.replace(" regulator", "")
LEARNERS = "student corporate-student"
TAUGHT = f"{MANAGERS} instructor"

CASES = [
    Case("GET /api/batches", own=SEERS),
    Case("POST /api/batches", own=MANAGERS),
    # Courses are seen by all who manage or teach, whatever their part.
    Case("GET /api/batches/courses/{course_id}/batches", own=TAUGHT, sibling=TAUGHT),
    Case("POST /api/batches/courses/{course_id}/batches", own=MANAGERS, sibling=MANAGERS),
    Case("GET /api/batches/{batch_id}", own=SEERS, sibling=f"{ADMINS} {LEARNERS}"),
    Case("PUT /api/batches/{batch_id}", own=MANAGERS, sibling=ADMINS),
    Case("DELETE /api/batches/{batch_id}", own=MANAGERS, sibling=ADMINS),
    Case("PUT /api/batches/{batch_id}/archive", own=f"{ADMINS} dept-admin", sibling=ADMINS),
    Case(
        "POST /api/batches/{batch_id}/restore",
        own=MANAGERS,
        sibling=ADMINS,
        fill={"batch_id": "deleted_batch_id"},
    ),
    Case("PUT /api/batches/{batch_id}/capacity", own=MANAGERS, sibling=ADMINS),
    Case("GET /api/batches/{batch_id}/students", own=TAUGHT, sibling=ADMINS),
    Case("GET /api/batches/{batch_id}/history", own=TAUGHT, sibling=ADMINS),
    Case("PUT /api/batches/{batch_id}/assign-instructor/{instructor_id}", own=MANAGERS, sibling=ADMINS),
    Case("POST /api/batches/check-conflicts", own=MANAGERS),
    # Students know who teaches them, and of the batches they could enroll in nothing of the kind.
    Case(
        "GET /api/batches/{batch_id}/instructors",
        own=f"{TAUGHT} student",
        sibling=ADMINS,
        sees_own="corporate-student",
        sees_sibling=LEARNERS,
        elsewhere="corporate-student",
    ),
    Case("POST /api/batches/{batch_id}/instructors", own=MANAGERS, sibling=ADMINS),
    Case("DELETE /api/batches/{batch_id}/instructors", own=MANAGERS, sibling=ADMINS),
]
