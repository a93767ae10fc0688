"""Bookings: every hour at which an instructor or a room is taken, guarded by exclusion constraints."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q

from muster.batches.models.schedule import ScheduleSlot
from muster.batches.models.session import ClassSession
from muster.core.constraints import SameId
from muster.institutions.models import Institution, Room


class SeededHash(models.Func):
    """The hash of an institution, mixed into the hash of an instructor: nothing crosses between two institutions."""

    function = "uuid_hash_extended"


class Booking(models.Model):
    """One occurrence of a slot, or one session made or edited by hand, for one instructor or one room.

    Written by the database alone, from slots, sessions, assignments, dates and status (`muster_rebook_slot`,
    `muster_rebook_session`); the period is half open, so touching times never clash.
    """

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot = models.ForeignKey(ScheduleSlot, on_delete=models.CASCADE, null=True, related_name="bookings")
    session = models.ForeignKey(
        ClassSession, on_delete=models.CASCADE, null=True, related_name="bookings", db_index=False
    )
    instructor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="bookings", db_index=False
    )
    room = models.ForeignKey(Room, on_delete=models.CASCADE, null=True, related_name="bookings", db_index=False)
    on_date = models.DateField()
    period = DateTimeRangeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(instructor__isnull=False, room__isnull=True)
                | Q(instructor__isnull=True, room__isnull=False),
                name="booking_is_of_one_instructor_or_one_room",
            ),
            models.CheckConstraint(
                condition=Q(slot__isnull=False, session__isnull=True) | Q(slot__isnull=True, session__isnull=False),
                name="booking_is_of_one_slot_or_one_session",
            ),
            ExclusionConstraint(
                name="instructor_is_in_one_place_at_a_time",
                expressions=[
                    (SameId(F("instructor_id"), SeededHash(F("institution_id"), 0)), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(instructor__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="room_holds_one_meeting_at_a_time",
                expressions=[(SameId(F("room_id"), 0), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                condition=Q(room__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["instructor", "on_date"], condition=Q(instructor__isnull=False), name="booking_by_instructor"
            ),
            models.Index(fields=["room", "on_date"], condition=Q(room__isnull=False), name="booking_by_room"),
            models.Index(fields=["session"], condition=Q(session__isnull=False), name="booking_by_session"),
        ]

    def __str__(self) -> str:
        return f"{self.instructor_id or self.room_id} {self.on_date}"
