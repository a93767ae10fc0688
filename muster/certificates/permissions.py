"""Who may see, issue and revoke certificates."""

from __future__ import annotations

from muster.certificates.models import Certificate
from muster.core.permissions import Access
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import MANAGERS, STUDENTS, of_department
from muster.enrollments.permissions import enrollments as seats
from muster.institutions.access import ADMINS, own_branch, own_person, students
from muster.institutions.models import Role

_managers = ADMINS | {
    Role.BRANCH_MANAGER.value: own_branch("enrollment__batch__branch_id"),
    Role.DEPT_ADMIN.value: of_department("enrollment__"),
}
certificates = Access(
    Certificate,
    {
        "see": _managers | students(own_person("enrollment__student_id")),
        "revoke": _managers,
        "own": students(own_person("enrollment__student_id")),
    },
)
# The enrollments for which a certificate may be issued, and whose requirements one sees.
completions = Access(
    Enrollment,
    {"see": seats.tables["see"], "issue": MANAGERS, "own": STUDENTS},
)
