"""How many seats a batch has."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.rules.inputs import must_be_sound
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as
from muster.core.errors import Invalid
from muster.core.history import recorded
from muster.enrollments.errors import CapacityBelowSeats
from muster.enrollments.rules.filling import fill_seats
from muster.institutions.access import Actor


@atomic
def change_capacity(
    *,
    by: Actor,
    batch: Batch,
    capacity: int | None,
    waitlist_capacity: int | None = None,
    reason: str = "",
    version: int | None = None,
) -> Batch:
    """Give the batch more seats, or fewer, never fewer than are held. Who and why is kept in its history.

    Seats that come go to the waitlist first. Locks the batch. Raises BatchArchived, Stale, Invalid, CapacityBelowSeats.
    """
    batch = locked_batch(batch, version=version)
    if capacity is None and batch.kind == Batch.Kind.COURSE:
        raise Invalid(_("Batch capacity is required"), field="capacity")
    batch.capacity = capacity
    if waitlist_capacity is not None:
        batch.waitlist_capacity = waitlist_capacity
    must_be_sound(batch, by.institution, places={batch.branch_id})
    if capacity is not None and capacity < batch.seats_held:
        raise CapacityBelowSeats(batch, capacity)
    with (
        recorded(by, "change_capacity", reason=reason),
        refused_as(seats_held_never_exceed_capacity=lambda: CapacityBelowSeats(locked_batch(batch), capacity or 0)),
    ):
        batch.save_version("capacity", "waitlist_capacity")
    if fill_seats(batch.pk):
        batch.refresh_from_db(fields=["enrolled_students", "seats_offered"])
    return batch
