"""Who may see and change what a batch is taught."""

from __future__ import annotations

from django.db.models import Q

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.permissions import ARCHIVERS, MANAGERS, batches, batches_being_taught, own_only
from muster.core.permissions import Access, Scope, Table
from muster.enrollments.models import Enrollment
from muster.institutions.access import ADMINS, Actor, Grant, all_of, own_department, own_person, students
from muster.institutions.models import Department, Role
from muster.institutions.permissions import departments
from muster.people.permissions import students as people
from muster.progression.models import ElectiveGroup, RolloverRequest, RolloverRun, SubjectMapping

# Administrators, and those of the batch's own department.
_MAPPERS = ARCHIVERS
_READERS = MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught} | students(own_only)

# Results: who manages the batch reads them, its department and whoever teaches the subject enter them.
_RESULT_READERS = MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught}
_MARKERS = _MAPPERS | {Role.INSTRUCTOR.value: batches_being_taught}

# What may be done with the subjects of a batch as a whole, and the results of one of them.
batch_subjects = Access(
    Batch,
    {
        "see": batches.tables["see"],
        "list": _READERS,
        "map": _MAPPERS,
        "results": _RESULT_READERS,
        "mark": _MARKERS,
        # Who chose which electives; and choosing, for others or for oneself.
        "choices": _RESULT_READERS,
        "choose": _MAPPERS | students(own_only),
        "sheets": MANAGERS,
    },
)
# Rolling a batch over: who manages it sees what it would come to, its department raises, decides and takes it back.
batch_rollovers = Access(
    Batch,
    {
        "see": batches.tables["see"],
        "list": MANAGERS,
        "raise": _MAPPERS,
        "approve": _MAPPERS,
    },
)


def in_batches(table: Table) -> Table:
    """The same roles, on what hangs on the batches that they reach."""
    return {role: in_batch(scope) for role, scope in table.items()}


def in_batch(scope: Scope) -> Scope:
    def condition(actor: Actor, grant: Grant) -> Q:
        reached = Batch.objects.filter(scope(actor, grant), institution=actor.institution)
        return Q(batch__in=reached.order_by().values("pk"))

    return condition


rollovers = Access(
    RolloverRequest,
    {"see": in_batches(MANAGERS), "decide": in_batches(_MAPPERS), "revert": in_batches(_MAPPERS)},
)
# Many at once are followed by whoever started them, and by administrators.
_starters = ADMINS | {Role.DEPT_ADMIN.value: own_person("asked_by_id")}
rollover_runs = Access(RolloverRun, {"see": _starters, "start": _starters})
mappings = Access(SubjectMapping, {"see": in_batches(_READERS), "change": in_batches(_MAPPERS)})
elective_groups = Access(ElectiveGroup, {"see": in_batches(_READERS), "change": in_batches(_MAPPERS)})


def _own_seat(actor: Actor, grant: Grant) -> Q:
    """The seats of a student in batches to which they have access."""
    return own_person("student_id")(actor, grant) & in_batch(own_only)(actor, grant)


# Whose electives somebody chooses.
_choosers = in_batches(_MAPPERS) | students(_own_seat)
choosers = Access(Enrollment, {"see": _choosers, "choose": _choosers})


def _of_own_subject(actor: Actor, grant: Grant) -> Q:
    """Subjects that the instructor is named for in batches in which they teach."""
    return Q(instructor=actor.user) & in_batch(batches_being_taught)(actor, grant)


results = Access(
    SubjectMapping,
    {
        "see": in_batches(MANAGERS) | {Role.INSTRUCTOR.value: _of_own_subject},
        "mark": in_batches(_MAPPERS) | {Role.INSTRUCTOR.value: _of_own_subject},
    },
)
# What the batch years of a department come to: over those of them that the reader manages.
department_figures = Access(
    Department,
    {
        "see": departments.tables["see"],
        "figures": ADMINS | all_of(Role.BRANCH_MANAGER) | {Role.DEPT_ADMIN.value: own_department("pk")},
    },
)
# What a student achieved: for themselves, and for who manages them.
records = Access(
    User,
    {
        "see": {role: scope for role, scope in people.tables["see"].items() if role != Role.INSTRUCTOR.value},
        "own": students(own_person("pk")),
    },
    owner=people.owner,
)
