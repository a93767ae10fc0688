"""Students are reminded of what is due, and instructors of marks that are missing: once each."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from muster.assessment.models import Assessment
from muster.assessment.notices import tell_due, tell_marks_missing
from muster.assessment.queries.assessments import with_marked
from muster.assessment.queries.calendar import FORGOTTEN_AFTER
from muster.batches.models import Batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic
from muster.core.rows import lock_row
from muster.institutions.access import Actor
from muster.institutions.models import is_before_today, is_from_today

# So many days before it is due students are reminded, and so many after it instructors of what is not marked. What was
# due long ago is nobody's news, such as what was taken over from another system.
DUE_IN, CHASED_AFTER = 2, 7


def remind_before_due(*, by: Actor) -> int:
    """Remind students of what is due within two days, by the class's own clock, each assessment once; answers of how
    many. Nobody is reminded of what has published marks. Each is a transaction of its own."""
    near = is_from_today("due_on", "batch__") & is_before_today("due_on", "batch__", days=DUE_IN + 1)
    rows = _open_ones(by, near, announced_at__isnull=True, published_at__isnull=True)
    return sum(_announce(by=by, assessment=one) for one in rows)


def chase_missing_marks(*, by: Actor) -> int:
    """Remind the instructors of marks that are missing a week after something was due, each assessment once; answers of
    how many. Each is a transaction of its own."""
    over = is_before_today("due_on", "batch__", days=1 - CHASED_AFTER)
    lately = is_from_today("due_on", "batch__", days=-FORGOTTEN_AFTER)
    return sum(_chase(by=by, assessment=one) for one in _open_ones(by, over & lately, chased_at__isnull=True))


@atomic
def _announce(*, by: Actor, assessment: Assessment) -> int:
    """Locks the batch."""
    row = _hold(assessment)
    if row.announced_at is not None:
        return 0
    tell_due(by, row)
    row.announced_at = timezone.now()
    row.save(update_fields=["announced_at", "updated_at"])
    return 1


@atomic
def _chase(*, by: Actor, assessment: Assessment) -> int:
    """Locks the batch."""
    row = _hold(assessment)
    if row.chased_at is not None:
        return 0
    counted: Any = with_marked(Assessment.objects.filter(pk=row.pk))
    expected, marked = counted.values_list("expected", "marked").get()
    if missing := expected - marked:
        tell_marks_missing(by, row, missing)
    row.chased_at = timezone.now()
    row.save(update_fields=["chased_at", "updated_at"])
    return int(missing > 0)


def _hold(assessment: Assessment) -> Assessment:
    batch = locked_batch(assessment.batch)
    row = lock_row(assessment)
    row.batch = batch
    return row


def _open_ones(by: Actor, condition: Q, **which: bool) -> QuerySet[Assessment]:
    """Those of batches that are neither cancelled nor archived: jobs leave these alone."""
    kept = Batch.objects.filter(institution=by.institution, archived_at__isnull=True, deleted_at__isnull=True)
    batches = kept.exclude(status=Batch.Status.CANCELLED).order_by().values("pk")
    rows = Assessment.objects.filter(condition, batch__in=batches, institution=by.institution, **which)
    return rows.select_related("batch").order_by("batch", "pk")
