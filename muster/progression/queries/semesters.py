"""When the semester of a batch is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from muster.batches.models import Batch
from muster.batches.queries import is_running
from muster.institutions.access import Actor
from muster.institutions.models import Term
from muster.institutions.queries import semester_terms
from muster.progression.models import RolloverRequest
from muster.progression.permissions import batch_rollovers


def with_last_move(rows: QuerySet[Batch]) -> QuerySet[Any]:
    """The batches with `moved_at`: when they came to their semester, if they did by a rollover."""
    executed = RolloverRequest.objects.filter(batch=OuterRef("pk"), status=RolloverRequest.Status.EXECUTED)
    return rows.annotate(moved_at=Subquery(executed.order_by("-created_at").values("decided_at")[:1]))


def end_of_semester(batch: Any, terms: Sequence[Term]) -> date | None:
    """The day on which the semester ended in which the batch (of `with_last_move`) is; None while it lasts.

    That is the last day of the first term (of `semester_terms`) of which the batch had at least half, or its own.
    """
    today = batch.today()
    begun = (
        batch.moved_at.astimezone(batch.zone).date()
        if batch.moved_at
        else batch.start_date or batch.created_at.astimezone(batch.zone).date()
    )
    ended = [
        one.end_date
        for one in terms
        if one.end_date < today and begun <= one.start_date + (one.end_date - one.start_date) / 2
    ]
    if batch.end_date is not None and batch.end_date <= today:
        ended.append(batch.end_date)
    return min(ended, default=None)


def semesters_over(actor: Actor) -> list[Any]:
    """The batch years whose semester is over, that the actor may roll over and nobody asked to, each with `ended_on`,
    the day on which it ended: the one that ended first before the others. At most two statements."""
    waiting = RolloverRequest.objects.filter(batch=OuterRef("pk"), status=RolloverRequest.Status.PENDING)
    years = batch_rollovers.rows(actor, "raise").filter(
        is_running(), ~Exists(waiting), kind=Batch.Kind.ACADEMIC, current_semester__isnull=False
    )
    rows: list[Any] = list(with_last_move(years).select_related("institution", "branch", "course"))
    terms = list(semester_terms(actor.institution).order_by("end_date")) if rows else []
    found = []
    for batch in rows:
        batch.ended_on = end_of_semester(batch, terms)
        if batch.ended_on is not None:
            found.append(batch)
    return sorted(found, key=lambda one: (one.ended_on, one.code))
