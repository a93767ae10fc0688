"""The days on which something is due, for calendars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from muster.assessment.models import Assessment
from muster.assessment.permissions import assessments
from muster.assessment.queries.assessments import with_marked
from muster.batches.feeds import ALL_DAY, AllDayEvent
from muster.batches.models import Batch, CalendarFeed
from muster.batches.queries import taught_by
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import is_before_today, is_from_today

# How far ahead the calendar lists what is due, and after how many days missing marks are nobody's news any more.
DAYS_AHEAD, FORGOTTEN_AFTER = 14, 60


def due_soon(actor: Actor) -> QuerySet[Assessment]:
    """What is due within two weeks in the batches in which somebody learns or teaches, by each class's own clock."""
    soon = is_from_today("due_on", "batch__") & is_before_today("due_on", "batch__", days=DAYS_AHEAD + 1)
    return _concerning(actor, actor.user.pk if actor.user else None).filter(soon)


def marks_missing(actor: Actor) -> QuerySet[Any]:
    """What was due in the last weeks where somebody teaches, and isn't marked for everybody: with the numbers of
    `with_marked`, the longest due first. One statement."""
    over = is_before_today("due_on", "batch__") & is_from_today("due_on", "batch__", days=-FORGOTTEN_AFTER)
    taught: Any = Batch.objects.filter(taught_by(actor.user.pk)).order_by().values("pk") if actor.user else []
    rows = assessments.rows(actor, "change").filter(over, batch__in=taught, batch__archived_at__isnull=True)
    counted: QuerySet[Any] = with_marked(rows.select_related("batch"))
    return counted.filter(marked__lt=F("expected"))


def _concerning(actor: Actor, person: UUID | None) -> QuerySet[Assessment]:
    """Of the batches in which the person learns or teaches, as far as the actor sees them, by the day."""
    learns = Enrollment.objects.filter(student=person, status__in=Enrollment.SEATED).order_by().values("batch")
    teaches = Batch.objects.filter(taught_by(person)).order_by().values("pk")  # type: ignore[arg-type]
    rows = assessments.rows(actor).filter(Q(batch__in=learns) | Q(batch__in=teaches))
    return rows.filter(batch__archived_at__isnull=True).select_related("batch")


def _due_days(feed: CalendarFeed, actor: Actor) -> Sequence[AllDayEvent]:
    """What a feed tells of what is due: of its batch, else where its instructor or its owner teaches or learns."""
    if feed.batch_id is not None:
        rows = assessments.rows(actor).filter(batch=feed.batch_id).select_related("batch")
    else:
        rows = _concerning(actor, feed.instructor_id or feed.user_id)
    return [
        AllDayEvent(
            f"{one.pk}@muster",
            _("Due: %(title)s") % {"title": one.title},
            one.due_on,
            one.batch.code,
            one.created_at,
            one.updated_at,
        )
        for one in rows
    ]


ALL_DAY["assessments"] = _due_days
