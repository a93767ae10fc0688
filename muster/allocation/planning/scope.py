"""Which batches and students a plan is about, and what it would have people carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from muster.allocation.models import Plan, PlanItem
from muster.allocation.queries import students_with_instructors
from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import without_lead
from muster.core.search import plain
from muster.institutions.access import Actor, Grant
from muster.institutions.models import Branch, Department, Role
from muster.people.permissions import of_branch, of_department


def unstaffed_batches(
    actor: Actor, *, branch: Branch | None = None, department: Department | None = None
) -> QuerySet[Batch]:
    """The batches `without_lead` that the actor may staff."""
    rows = Batch.objects.filter(without_lead())
    if branch is not None:
        rows = rows.filter(branch=branch)
    if department is not None:
        rows = rows.filter(department=department)
    return batches.rows(actor, "staff", rows)


def unassigned_students(
    actor: Actor, *, branch: Branch | None = None, department: Department | None = None
) -> QuerySet[Any]:
    """The active students without an instructor of their own whom the actor may assign."""
    narrowed = Q()
    if branch is not None:
        narrowed &= of_branch(actor, Grant(Role.BRANCH_MANAGER, branch_id=branch.pk))
    if department is not None:
        narrowed &= of_department(actor, Grant(Role.DEPT_ADMIN, department_id=department.pk))
    return students_with_instructors(actor).filter(narrowed, assignment_id__isnull=True)


def workload_after(plan: Plan, items: Iterable[PlanItem]) -> list[dict[str, Any]]:
    """What everybody carried when the plan was made, and what its items `given` them more: most given first."""
    given = Counter(str(item.instructor_id) for item in items if item.instructor_id)
    rows = [{**one, "given": given.pop(one["_id"], 0)} for one in plan.workload]
    return sorted(rows, key=lambda one: (-one["given"], -one["carries"], plain(one["full_name"]), one["_id"]))
