"""Who asks for access, decides on it, and reads what is granted."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.batches.models import Batch, BatchMeeting
from muster.core.permissions import Access
from muster.institutions.access import ADMINS, Actor, Grant, all_of, own_person
from muster.institutions.models import Role
from muster.oversight.models import AccessBatch, AccessLook, AccessRequest
from muster.timetable.models import ClassSession

_own = {Role.REGULATOR.value: own_person("asked_by_id")}

access_requests = Access(
    AccessRequest, {"see": ADMINS | _own, "ask": all_of(Role.REGULATOR), "withdraw": _own, "decide": ADMINS}
)
looks = Access(AccessLook, {"see": ADMINS | {Role.REGULATOR.value: own_person("looked_by_id")}})


def _is_there(actor: Actor, grant: Grant) -> Q:
    return Q(deleted_at__isnull=True)


# What may be asked for: their codes and names, and nothing else of them.
askable = Access(Batch, {"see": {Role.REGULATOR.value: _is_there}})


def grants_in_force(actor: Actor) -> QuerySet[AccessRequest]:
    """What is granted to the actor at this moment."""
    return AccessRequest.objects.in_force().filter(institution=actor.institution, asked_by=actor.user)


def places_covered(grants: QuerySet[AccessRequest], day: str) -> QuerySet[BatchMeeting]:
    """Where a batch meets, as far as one of the grants covers it: a subquery of rows whose date is `day`.

    The one answer to what a grant is of: its batches, on its days.
    """
    named = AccessBatch.objects.filter(access=OuterRef("pk"), batch=OuterRef(OuterRef("batch")))
    covering = grants.filter(
        Q(all_batches=True) | Q(Exists(named)),
        institution=OuterRef("institution"),
        first_date__lte=OuterRef(OuterRef(day)),
        last_date__gte=OuterRef(OuterRef(day)),
    )
    return BatchMeeting.objects.filter(Exists(covering), batch__deleted_at__isnull=True)


def covered_by(grants: QuerySet[AccessRequest]) -> Q:
    """Sessions of which the grants are; a cancelled one has no register."""
    places: Any = places_covered(grants, "date").filter(meeting=OuterRef("meeting"))
    return ~Q(status=ClassSession.Status.CANCELLED) & Q(Exists(places))


# The one answer to which registers a regulator may open.
granted_registers = Access(
    ClassSession, {"see": {Role.REGULATOR.value: lambda actor, grant: covered_by(grants_in_force(actor))}}
)


def registers_granted_to(actor: Actor) -> QuerySet[ClassSession]:
    """The registers that the actor was granted, and may open at this moment."""
    return granted_registers.rows(actor)
