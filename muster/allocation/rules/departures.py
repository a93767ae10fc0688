"""People who leave, or change their roles, seen from those who were assigned to them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.functions import TransactionNow
from django.db.models import Q

from muster.accounts.models import User
from muster.allocation.errors import StandsIn
from muster.allocation.models import IndividualAssignment
from muster.allocation.notices import tell_ended
from muster.batches.clashes import clashes_of
from muster.batches.errors import ScheduleConflict
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import given_back
from muster.batches.workload import still_running
from muster.core.database import atomic, refused_as
from muster.core.errors import DomainError
from muster.institutions import rules as institutions
from muster.institutions.access import Actor
from muster.institutions.rules import PersonChange


@atomic
def change_person(*, by: Actor, user: User, change: PersonChange) -> User:
    """Change a person as `institutions.rules.change_person` does, and tell whom this leaves without each other.

    The database has ended those assignments by then. Locks and raises what that rule does, and StandsIn where the days
    of a substitute would fall back on a lead who is booked elsewhere.
    """
    with refused_as(
        instructor_is_in_one_place_at_a_time=lambda: _stands_in(by, user, "role" if change.active is None else "active")
    ):
        person = institutions.change_person(by=by, user=user, change=change)
    if change.roles is not None or change.active is False:
        tell_ended(by, _ended_just_now(by, person))
    return person


@atomic
def deactivate_person(*, by: Actor, user: User) -> User:
    """End a person's access as `institutions.rules.deactivate_person` does, and tell whom they were assigned to."""
    return change_person(by=by, user=user, change=PersonChange(active=False))


def _stands_in(by: Actor, person: User, field: str) -> DomainError:
    """Why the substitute cannot leave: the batch, and where its lead is booked instead."""
    held = (
        still_running()
        .filter(
            role=InstructorAssignment.Role.SUBSTITUTE,
            instructor=person,
            institution=by.institution,
            batch__in=Batch.objects.booking(),
        )
        .select_related("batch__institution", "batch__branch")
        .order_by("from_date", "pk")
    )
    for one in held:
        asked = given_back(one.batch, one, max(one.batch.today(), one.from_date) - timedelta(days=1))
        if asked is not None and (clashes := clashes_of(asked, seen_by=by)):
            return StandsIn(person.full_name, one.batch.code, clashes, field)
    return ScheduleConflict.unnamed()


def _ended_just_now(by: Actor, person: User) -> list[IndividualAssignment]:
    """What the database ended in this transaction because the person has left."""
    rows = IndividualAssignment.objects.filter(
        Q(student=person) | Q(instructor=person),
        institution=by.institution,
        end_reason__in=IndividualAssignment.BY_ITSELF,
        ended_at__gte=TransactionNow(),
    )
    return list(rows.select_related("student", "instructor").order_by("student__full_name__plain", "pk"))
