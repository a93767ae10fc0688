"""Who may see and change what a batch is taught."""

from __future__ import annotations

from django.db.models import Q

from muster.batches.models import Batch
from muster.batches.permissions import ARCHIVERS, MANAGERS, batches, batches_being_taught, own_only
from muster.core.permissions import Access, Scope, Table
from muster.institutions.access import Actor, Grant, students
from muster.institutions.models import Role
from muster.progression.models import SubjectMapping

# Administrators, and those of the batch's own department.
_MAPPERS = ARCHIVERS
_READERS = MANAGERS | {Role.INSTRUCTOR.value: batches_being_taught} | students(own_only)

# What may be done with the subjects of a batch as a whole.
batch_subjects = Access(Batch, {"see": batches.tables["see"], "list": _READERS, "map": _MAPPERS})


def _in_batches(table: Table) -> Table:
    """The same roles, on what hangs on the batches that they reach."""
    return {role: _in_batch(scope) for role, scope in table.items()}


def _in_batch(scope: Scope) -> Scope:
    def condition(actor: Actor, grant: Grant) -> Q:
        reached = Batch.objects.filter(scope(actor, grant), institution=actor.institution)
        return Q(batch__in=reached.order_by().values("pk"))

    return condition


mappings = Access(SubjectMapping, {"see": _in_batches(_READERS), "change": _in_batches(_MAPPERS)})
