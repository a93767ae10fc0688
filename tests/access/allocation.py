"""Individual assignments, and upkeep."""

from typing import Any

from muster.allocation.rules import assign_student
from tests.access.cases import ADMINS, MANAGERS, Case
from tests.access.world import FURTHER
from tests.make import House

NARROWED = "branch-manager dept-admin"


def assigned(house: House, found: dict[str, Any]) -> dict[str, Any]:
    """The learner of the part has its teacher as mentor."""
    assign_student(by=house.admin, student=found["learner"], instructor=found["teacher"])
    return {}


FURTHER.append(assigned)

CASES = [
    Case("POST /api/v1/auth/assign-instructor-to-student", own=MANAGERS),
    Case(
        "GET /api/v1/auth/instructor-students/{instructor_id}",
        own=f"{MANAGERS} instructor",
        # Managers know every instructor of the institution, and of their students those of their own part.
        sibling=MANAGERS,
    ),
    Case(
        "DELETE /api/v1/auth/unassign-instructor-from-student/{student_id}",
        own=MANAGERS,
        sibling=ADMINS,
        elsewhere=NARROWED,
    ),
    Case("GET /api/v1/auth/get-all-students-with-instructors", own=MANAGERS),
    Case("POST /api/allocation/assignments/bulk", own=MANAGERS),
    Case("GET /api/analytics/student-distribution", own=f"{MANAGERS} instructor"),
    Case("GET /api/batches/{batch_id}/suggested-instructors", own=MANAGERS, sibling=ADMINS),
    Case("GET /api/students/{student_id}/suggested-instructors", own=MANAGERS, sibling=ADMINS, elsewhere=NARROWED),
    Case("POST /api/maintenance/recount", own=ADMINS),
    Case("POST /api/maintenance/orphans", own=ADMINS),
    # --- the pages
    Case("GET /mentoring/", own=f"{MANAGERS} instructor"),
    Case(
        "GET /mentoring/{student_id}/",
        own=f"{MANAGERS} instructor student",
        sibling=ADMINS,
        elsewhere=f"{NARROWED} instructor student corporate-student",
    ),
    Case("GET /mentoring/{student_id}/assign/", own=MANAGERS, sibling=ADMINS, elsewhere=NARROWED),
    Case("POST /mentoring/{student_id}/assign/", own=MANAGERS, sibling=ADMINS, elsewhere=NARROWED),
    Case("GET /mentoring/{student_id}/end/", own=MANAGERS, sibling=ADMINS, elsewhere=NARROWED),
    Case("POST /mentoring/{student_id}/end/", own=MANAGERS, sibling=ADMINS, elsewhere=NARROWED),
    Case("GET /mentoring/suggested/", own=MANAGERS),
    Case("POST /mentoring/suggested/", own=MANAGERS),
    Case("GET /mentoring/assign/", own=MANAGERS),
    Case("POST /mentoring/assign/", own=MANAGERS),
]
