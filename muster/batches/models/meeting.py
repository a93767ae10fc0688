"""Which batches meet in which meetings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, OuterRef, Q

from muster.batches import triggers
from muster.batches.models.batch import Batch
from muster.core.history import tracked
from muster.core.subqueries import is_one_of
from muster.institutions.models import InstitutionPart, owned_key, same_institution
from muster.timetable.models import Meeting


@tracked(part_of="batch")
class BatchMeeting(InstitutionPart):
    """A batch that meets in a meeting: its own, which has its id, or one that it shares with others.

    The database makes a batch's own meeting with the batch, and keeps the dates, the people and whether it books of
    both kinds as their batches say.
    """

    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="meeting_links")
    meeting = owned_key(Meeting, on_delete=models.CASCADE, related_name="batch_links", db_index=False)
    is_own = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints: ClassVar = [
            same_institution("batch_meeting", "batch", "batches.Batch"),
            same_institution("batch_meeting", "meeting", "timetable.Meeting"),
            models.UniqueConstraint(fields=["meeting", "batch"], name="one_place_in_a_meeting"),
            models.CheckConstraint(
                condition=Q(is_own=True, meeting=F("batch")) | (Q(is_own=False) & ~Q(meeting=F("batch"))),
                name="own_meeting_has_the_id_of_its_batch",
            ),
        ]
        triggers: ClassVar = [
            triggers.batch_is_open("meeting_of_archived_batch_is_frozen"),
            triggers.batch_joins,
            triggers.batch_leaves,
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} in {self.meeting_id}"


def meets(batch: Batch | OuterRef | Any) -> Q:
    """Slots and sessions of the meetings of a batch, its own and those it shares, as a condition."""
    outer = OuterRef(batch) if isinstance(batch, OuterRef) else batch
    return is_one_of("meeting", BatchMeeting.objects.filter(batch=outer).values("meeting"))


def meets_one_of(batches: Mapping[str, Any]) -> Q:
    """Slots and sessions of the meetings of the batches with these values, as a condition."""
    asked = {f"batch__{name}": value for name, value in batches.items()}
    return is_one_of("meeting", BatchMeeting.objects.filter(**asked).values("meeting"))
