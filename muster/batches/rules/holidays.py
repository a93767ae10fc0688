"""Taking a holiday back: what then clashes, by name."""

from __future__ import annotations

from django.db import transaction

from muster.batches.clashes import crossed_bookings
from muster.batches.errors import DaysAreTaken
from muster.core.errors import DomainError
from muster.institutions.access import Actor
from muster.institutions.holidays import explain_taken_days
from muster.institutions.models import Holiday
from muster.timetable.rules import defer_bookings


@explain_taken_days
def what_clashes_without(by: Actor, holiday: Holiday) -> DomainError | None:
    """Who would be in two places, were the holiday gone: looked at without it, and left as it is."""
    stored = Holiday.objects.get(pk=holiday.pk)
    with transaction.atomic():
        defer_bookings()
        Holiday.objects.filter(pk=holiday.pk).delete()
        found = crossed_bookings(by, stored.start_date, stored.end_date)
        transaction.set_rollback(True)
    return DaysAreTaken(found) if found else None
