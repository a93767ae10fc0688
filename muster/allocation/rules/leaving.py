"""People who leave, or change their roles, seen from those who were assigned to them."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db.models import Q

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.allocation.notices import tell_ended
from muster.core.database import atomic
from muster.institutions import rules as institutions
from muster.institutions.access import Actor
from muster.institutions.rules import PersonChange


@atomic
def change_person(*, by: Actor, user: User, change: PersonChange) -> User:
    """Change a person as `institutions.rules.change_person` does, and tell whom this leaves without each other.

    The database has ended those assignments by then. Locks and raises what that rule does.
    """
    person = institutions.change_person(by=by, user=user, change=change)
    if change.roles is not None or change.active is False:
        tell_ended(by, _ended_just_now(by, person))
    return person


@atomic
def deactivate_person(*, by: Actor, user: User) -> User:
    """End a person's access as `institutions.rules.deactivate_person` does, and tell whom they were assigned to."""
    return change_person(by=by, user=user, change=PersonChange(active=False))


def _ended_just_now(by: Actor, person: User) -> list[IndividualAssignment]:
    """What the database ended in this transaction because the person has left."""
    rows = IndividualAssignment.objects.filter(
        Q(student=person) | Q(instructor=person),
        institution=by.institution,
        end_reason__in=IndividualAssignment.BY_ITSELF,
        ended_at__gte=TransactionNow(),
    )
    return list(rows.select_related("student", "instructor").order_by("student__full_name", "pk"))
