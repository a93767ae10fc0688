"""When the semester of a batch is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from muster.batches.models import Batch
from muster.institutions.models import Term
from muster.progression.models import RolloverRequest


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
