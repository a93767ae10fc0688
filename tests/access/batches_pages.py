"""The pages of batches and of what is done with their students."""

from tests.access.cases import ADMINS, EVERYBODY, MANAGERS, Case

SEERS = EVERYBODY.replace(" regulator", "")
LEARNERS = "student corporate-student"
YEAR = {"batch_id": "year_batch_id"}
DELETED = {"batch_id": "deleted_batch_id"}


def managed(path: str, **rest: object) -> list[Case]:
    """A form of those who manage the batch: shown, and sent."""
    return [Case(f"{method} {path}", own=MANAGERS, sibling=ADMINS, **rest) for method in ("GET", "POST")]


CASES = [
    Case("GET /batches/", own=SEERS),
    Case("GET /batches/deleted/", own=MANAGERS),
    Case("GET /batches/{batch_id}/", own=SEERS, sibling=f"{ADMINS} {LEARNERS}"),
    Case("GET /batches/{batch_id}/schedule/", own=SEERS, sibling=f"{ADMINS} {LEARNERS}"),
    Case("GET /batches/{batch_id}/students/", own=f"{MANAGERS} instructor", sibling=ADMINS),
    Case("GET /batches/{batch_id}/instructors/", own=f"{MANAGERS} instructor", sibling=ADMINS),
    Case("GET /batches/{batch_id}/history/", own=f"{MANAGERS} instructor", sibling=ADMINS),
    Case("GET /batches/{batch_id}/instructors/suggested/", own=MANAGERS, sibling=ADMINS),
    *managed("/batches/{batch_id}/instructors/assign/"),
    *managed("/batches/{batch_id}/instructors/{assignment_id}/end/"),
    *managed("/batches/{batch_id}/students/enroll/"),
    *managed("/batches/{batch_id}/capacity/"),
    *managed("/batches/{batch_id}/status/"),
    *managed("/batches/{batch_id}/delete/"),
    *managed("/batches/{batch_id}/auto-rollover/", fill=YEAR),
    *managed("/batches/{batch_id}/restore/", fill=DELETED),
    *managed("/enrollments/{enrollment_id}/hold/"),
    *managed("/enrollments/{enrollment_id}/resume/"),
    *(
        Case(f"{method} /batches/{{batch_id}}/archive/", own=f"{ADMINS} dept-admin", sibling=ADMINS)
        for method in ("GET", "POST")
    ),
    *(Case(f"{method} /batches/{{batch_id}}/unarchive/", own=ADMINS, sibling=ADMINS) for method in ("GET", "POST")),
    *(
        Case(
            f"{method} /enrollments/{{enrollment_id}}/cancel/",
            own=f"{MANAGERS} student",
            sibling=ADMINS,
            elsewhere="corporate-student",
        )
        for method in ("GET", "POST")
    ),
    *(Case(f"{method} /batches/{{batch_id}}/enroll/", own=LEARNERS, sibling=LEARNERS) for method in ("GET", "POST")),
]
