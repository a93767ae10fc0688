"""A batch beside the others of its course: the figures of each over its own days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.replica import reads_what_may_lag
from muster.feedback.queries import QUESTIONS
from muster.insights.counts import (
    completion_by_batch,
    results_by_batch,
    rounds_closed,
    satisfaction_by,
    scores_by_batch,
    seats_at_end,
    students_at_risk,
)
from muster.insights.marks import Marks, attendance_counts
from muster.insights.periods import Period
from muster.insights.queries import BatchFigures
from muster.insights.scope import Scope, ScopePart
from muster.institutions.access import Actor

# The batch and those that began last.
MOST_SIBLINGS = 12
SAYS = gettext_lazy(
    "Batches of the same course that have begun and whose students you may see, the latest first. Each is counted over "
    "its own days, until today or its last one; of longer ones the last year."
)


class Sibling(NamedTuple):
    """A batch, and the days over which it is counted."""

    batch: UUID
    code: str
    name: str
    period: Period


@dataclass(frozen=True)
class Siblings:
    """The batch, then the others of its course; what each comes to."""

    rows: Sequence[Sibling]
    marks: Mapping[UUID, Marks]
    cohorts: BatchFigures


@reads_what_may_lag
def siblings_of(actor: Actor, batch: Batch, today: date) -> Siblings | None:
    """The batch beside the others of its course whose students the actor may see; None where there are none.

    A constant number of statements, one for each figure of them all.
    """
    if batch.course_id is None:
        return None
    begun = batches.rows(actor, "roster").filter(course=batch.course_id, start_date__lte=today)
    others: Any = begun.exclude(Q(pk=batch.pk) | Q(status=Batch.Status.CANCELLED)).order_by("-start_date", "pk")
    columns = ("pk", "branch_id", "department_id", "course_id", "end_date", "start_date", "code", "name")
    found = list(others.values_list(*columns)[: MOST_SIBLINGS - 1])
    if not found:
        return None
    rows, parts = [], []
    for *key, starts_on, code, name in ([getattr(batch, column) for column in columns], *found):
        days = Period.of_batch(starts_on, key[-1], today)
        rows.append(Sibling(key[0], code, name, days))
        parts.append(ScopePart(*key)._replace(first=days.first, last=days.last))
    return Siblings(rows, *_figures_of(Scope(actor, parts), Period(min(one.period.first for one in rows), today)))


def _figures_of(scope: Scope, period: Period) -> tuple[Mapping[UUID, Marks], BatchFigures]:
    """Eight statements. The period reaches until today: a round may close after the last day of its batch."""
    rounds = rounds_closed(scope, period)
    return attendance_counts(scope, period).by_batch, BatchFigures(
        seats_at_end(scope, period.last),
        completion_by_batch(scope, period),
        results_by_batch(scope, period),
        scores_by_batch(scope, period),
        {one.of: one for one in satisfaction_by(rounds, "batch", tuple(QUESTIONS))},
        students_at_risk(scope),
    )
