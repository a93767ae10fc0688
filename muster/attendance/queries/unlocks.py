"""Reads of requests to unlock a register."""

from __future__ import annotations

from django.db.models import QuerySet

from muster.attendance.models import UnlockRequest
from muster.attendance.permissions import unlocks
from muster.institutions.access import Actor


def unlocks_in_full(rows: QuerySet[UnlockRequest]) -> QuerySet[UnlockRequest]:
    """Requests with everything that a decision looks at."""
    return rows.select_related("session__meeting", "asked_by", "decided_by")


def waiting_unlocks(actor: Actor, action: str = "decide") -> QuerySet[UnlockRequest]:
    """The requests that wait for the actor's decision, those who wait longest first."""
    waiting = unlocks.rows(actor, action).filter(status=UnlockRequest.Status.PENDING)
    return unlocks_in_full(waiting).order_by("created_at", "id")
