"""Who may ask for feedback, answer, and see what came of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from muster.batches.models import Batch
from muster.batches.permissions import batches_being_taught, restrict_rows
from muster.core.permissions import Access, Scope, Table
from muster.feedback.models import FeedbackInvitation, FeedbackRound
from muster.institutions.access import ADMINS, Actor, Grant, own_branch, own_department, own_person, students
from muster.institutions.models import Role
from muster.mentoring.permissions import mentoring_sessions


def _of_taught(actor: Actor, grant: Grant) -> Q:
    """Rounds of the batches in which the instructor teaches, and of those they mentor."""
    taught = Batch.objects.filter(batches_being_taught(actor, grant), institution=actor.institution)
    return Q(batch__in=taught.order_by().values("pk")) | Q(instructor=actor.user, batch__isnull=True)


def _rounds_of_student(actor: Actor, grant: Grant) -> Q:
    invited: Any = FeedbackInvitation.objects.filter(institution=actor.institution)
    return Q(pk__in=invited.filter(own_person("student_id")(actor, grant)).values("round_id"))


THERE = Q(batch__deleted_at__isnull=True)


def _or_mentored(role: Role, scope: Scope) -> Table:
    """Rounds of batches in the scope, and of the mentoring that the role sees."""
    mentored = mentoring_sessions.tables["see"][role.value]
    return {role.value: lambda actor, grant: scope(actor, grant) | mentored(actor, grant)}


_managers = (
    ADMINS
    | _or_mentored(Role.BRANCH_MANAGER, own_branch("batch__branch_id"))
    | _or_mentored(Role.DEPT_ADMIN, own_department("batch__department_id"))
)
_staff = restrict_rows(THERE, _managers | {Role.INSTRUCTOR.value: _of_taught})
_students = restrict_rows(THERE, students(_rounds_of_student))

feedback_rounds = Access(
    FeedbackRound,
    {
        "see": _staff | _students,
        # What was answered: students see no more than that they did.
        "read": _staff,
        "open": restrict_rows(THERE, _managers),
        "answer": _students,
    },
)
