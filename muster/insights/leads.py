"""The figures of every instructor of a scope at once, of the days on which each led."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from muster.batches.models import InstructorAssignment
from muster.core.replica import reads_what_may_lag
from muster.insights.counts import (
    completion_by_batch,
    registers_by_lead,
    results_by_batch,
    rounds_closed,
    satisfaction_by,
    total_completion,
    total_results,
    total_satisfaction,
)
from muster.insights.definitions import Figure
from muster.insights.marks import NO_MARKS, attendance_counts
from muster.insights.periods import Period
from muster.insights.scope import Scope, ScopePart


class LeadFigures(NamedTuple):
    """How many batches an instructor led within the days, and the figures of these days by their names."""

    batches: int
    figures: Mapping[str, Figure]


@reads_what_may_lag
def figures_by_lead(scope: Scope, period: Period) -> dict[UUID, LeadFigures]:
    """Of each who led a batch of the scope within the period the same figures as `insight_into` counts of them alone:
    attendance, registers taken, completion, results, and what was said of them. Seven statements."""
    led = _parts_of_leads(scope, period)
    marks, registers = attendance_counts(scope, period).by_instructor, registers_by_lead(scope, period)
    courses, results = completion_by_batch(scope, period), results_by_batch(scope, period)
    rounds, found = rounds_closed(scope, period), {}
    for pk, parts in led.items():
        own = Scope(scope.actor, parts, pk)
        batches = set(own.batches)
        said = [one for one in rounds if one.instructor == pk and one.batch in batches]
        figures = (
            marks.get(pk, NO_MARKS).figure,
            registers.get(pk, Figure("registers_taken", 0, 0)),
            *total_completion(courses[one] for one in own.ended_in(period) if one in courses).figures,
            *total_results(results[one] for one in batches if one in results).figures,
            *total_satisfaction(satisfaction_by(said, "instructor", ("instructor",))),
        )
        found[pk] = LeadFigures(len(batches), {one.name: one for one in figures})
    return found


def _parts_of_leads(scope: Scope, period: Period) -> dict[UUID, list[ScopePart]]:
    """Of each instructor the days that they led, as far as they touch the period. One statement."""
    parts = {part.batch: part for part in scope.parts}
    touches = Q(Q(until_date__isnull=True) | Q(until_date__gte=period.first), from_date__lte=period.last)
    led = InstructorAssignment.objects.leads().filter(
        touches, institution=scope.actor.institution, batch__one_of=scope.batches
    )
    rows: Any = led.order_by("batch_id", "from_date").values_list("instructor", "batch", "from_date", "until_date")
    found: dict[UUID, list[ScopePart]] = defaultdict(list)
    for instructor, batch, first, last in rows:
        found[instructor].append(parts[batch]._replace(first=first, last=last))
    return found
