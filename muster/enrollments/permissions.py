"""Who may see and change enrollments and payments."""

from __future__ import annotations

from django.db.models import Q

from muster.batches.models import Batch
from muster.batches.permissions import batches_being_taught
from muster.core.permissions import Access, Scope
from muster.enrollments.models import Application, Enrollment, Organisation, Payment, TransferRequest, WaitlistEntry
from muster.institutions.access import ADMINS, Actor, Grant, all_of, own_branch, own_department, own_person, students
from muster.institutions.models import Role


def of_department(prefix: str = "") -> Scope:
    """Enrollments in the department's batches or courses."""

    def scope(actor: Actor, grant: Grant) -> Q:
        return Q(**{f"{prefix}batch__department_id": grant.department_id}) | Q(
            **{f"{prefix}course__department_id": grant.department_id}
        )

    return scope


def of_taught_batches(actor: Actor, grant: Grant) -> Q:
    """Enrollments in the batches in which the instructor teaches now or will."""
    taught = Batch.objects.filter(batches_being_taught(actor, grant), institution=actor.institution)
    return Q(batch_id__in=taught.values("pk"))


MANAGERS = ADMINS | {Role.BRANCH_MANAGER.value: own_branch("batch__branch_id"), Role.DEPT_ADMIN.value: of_department()}
STUDENTS = students(own_person("student_id"))

enrollments = Access(
    Enrollment,
    {
        "see": MANAGERS | {Role.INSTRUCTOR.value: of_taught_batches} | STUDENTS,
        "enroll": MANAGERS | STUDENTS,
        "change": MANAGERS,
        "cancel": MANAGERS | STUDENTS,
        # Bring back from hold; students, what they left.
        "resume": MANAGERS | STUDENTS,
        # Turn a trial into a full enrollment.
        "convert": MANAGERS | STUDENTS,
        "see_payments": MANAGERS | STUDENTS,
        "add_payment": ADMINS | {Role.BRANCH_MANAGER.value: own_branch("batch__branch_id")},
    },
)
payments = Access(
    Payment,
    {
        "see": ADMINS
        | {
            Role.BRANCH_MANAGER.value: own_branch("enrollment__batch__branch_id"),
            Role.DEPT_ADMIN.value: of_department("enrollment__"),
        }
        | students(own_person("enrollment__student_id")),
        "change": ADMINS | {Role.BRANCH_MANAGER.value: own_branch("enrollment__batch__branch_id")},
    },
)
_of_part = ADMINS | {
    Role.BRANCH_MANAGER.value: own_branch("batch__branch_id"),
    Role.DEPT_ADMIN.value: own_department("batch__department_id"),
}
waitlist = Access(
    WaitlistEntry,
    {
        "see": _of_part | {Role.INSTRUCTOR.value: of_taught_batches} | STUDENTS,
        # One's own place, or anybody's: join, leave, answer an offer.
        "join": _of_part | STUDENTS,
        "answer": _of_part | STUDENTS,
        # Give priority.
        "change": _of_part,
    },
)
applications = Access(Application, {"see": _of_part, "decide": _of_part})
_of_asker = students(own_person("enrollment__student_id"))
transfers = Access(
    TransferRequest,
    {"see": _of_part | _of_asker, "decide": _of_part, "ask": _of_asker, "withdraw": _of_asker},
)
# Its people and their payments, the permissions on those say.
organisations = Access(Organisation, {"see": ADMINS | all_of(Role.BRANCH_MANAGER, Role.DEPT_ADMIN), "change": ADMINS})
