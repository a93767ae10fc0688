"""Who may write to students, and who may read what was written."""

from __future__ import annotations

from django.db.models import Q

from muster.batches.models import Batch
from muster.batches.permissions import batches_being_taught
from muster.core.permissions import Access, Scope
from muster.institutions.access import ADMINS, Actor, Grant, all_of, students
from muster.institutions.models import Role
from muster.messaging.models import Message, MessageRecipient


def _of_part(**path: str) -> Scope:
    """Messages to the batches of the actor's own part, and those that they wrote themselves."""
    ((lookup, of_grant),) = path.items()
    return lambda actor, grant: Q(**{lookup: getattr(grant, of_grant)}) | Q(sent_by=actor.user)


def _of_taught_batches(actor: Actor, grant: Grant) -> Q:
    taught = Batch.objects.filter(batches_being_taught(actor, grant), institution=actor.institution)
    return Q(batch__in=taught.values("pk")) | Q(sent_by=actor.user)


def _received(actor: Actor, grant: Grant) -> Q:
    return Q(pk__in=MessageRecipient.objects.filter(user=actor.user).values("message"))


_SENDERS = ADMINS | {
    Role.BRANCH_MANAGER.value: _of_part(batch__branch_id="branch_id"),
    Role.DEPT_ADMIN.value: _of_part(batch__department_id="department_id"),
    Role.INSTRUCTOR.value: _of_taught_batches,
}

# Which batches and which students somebody may write to, their own permissions say.
messages = Access(
    Message,
    {
        "see": _SENDERS | students(_received),
        # To whom a message went: who received it, staff too, is not told of the others.
        "see_recipients": _SENDERS,
        "send": ADMINS | all_of(Role.BRANCH_MANAGER, Role.DEPT_ADMIN, Role.INSTRUCTOR),
    },
)
