"""The weekly timetable: slots, and meetings that several batches share."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches import triggers
from muster.batches.models.batch import Batch
from muster.core.history import tracked
from muster.courses.models import Subject
from muster.institutions.models import (
    InstitutionRow,
    Room,
    one_key,
    owned,
    person_of_institution,
    same_institution,
)


class Weekday(models.IntegerChoices):
    """Days of the week as ISO 8601 counts them."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


@tracked()
class SharedMeeting(InstitutionRow):
    """One meeting of several batches (combined, cross-listed teaching): it books its instructor and room once."""

    name = models.CharField(_("name"), max_length=150)
    batches = models.ManyToManyField(Batch, through="MeetingMember", related_name="shared_meetings")

    class Meta:
        constraints: ClassVar = [one_key("shared_meeting")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class MeetingMember(InstitutionRow):
    """A batch that takes part in a shared meeting."""

    shared_meeting = owned(SharedMeeting, on_delete=models.CASCADE, related_name="members")
    batch = owned(Batch, on_delete=models.CASCADE, related_name="meeting_members")

    class Meta:
        constraints: ClassVar = [
            same_institution("meeting_member", "shared_meeting", "batches.SharedMeeting"),
            same_institution("meeting_member", "batch", "batches.Batch"),
            models.UniqueConstraint(fields=["shared_meeting", "batch"], name="one_place_in_a_shared_meeting"),
        ]
        triggers: ClassVar = [
            triggers.batch_is_open("member_of_archived_batch_is_frozen"),
            triggers.rebook_member,
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} in {self.shared_meeting_id}"


class _EqualsAny(models.Func):
    """`column = ANY(ARRAY(subquery))`: an index answers it within an OR; `column IN (subquery)` would read all rows."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


def meets(batch: Batch | OuterRef) -> Q:
    """The slots in which a batch meets, its own and those of its shared meetings, as a condition on slots."""
    outer = OuterRef(batch) if isinstance(batch, OuterRef) else batch
    shared = MeetingMember.objects.filter(batch=outer).values("shared_meeting")
    return Q(batch=batch) | Q(_EqualsAny(F("shared_meeting"), ArraySubquery(shared)))


@tracked()
class ScheduleSlot(InstitutionRow):
    """One weekly meeting time of a batch, or of a meeting that several batches share.

    Clock times are local to the batch's branch, else to its institution.
    """

    counted = ngettext_lazy("%(count)d weekly slot", "%(count)d weekly slots", "count")

    batch = owned(Batch, on_delete=models.CASCADE, null=True, blank=True, related_name="slots")
    shared_meeting = owned(SharedMeeting, on_delete=models.CASCADE, null=True, blank=True, related_name="slots")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    start_time = models.TimeField(_("from"))
    end_time = models.TimeField(_("to"))
    room = owned(Room, null=True, blank=True, related_name="slots", verbose_name=_("room"))
    subject = owned(Subject, null=True, blank=True, related_name="slots", verbose_name=_("subject"))
    instructor = owned(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="slots", verbose_name=_("instructor")
    )

    class Meta:
        constraints: ClassVar = [
            one_key("schedule_slot"),
            same_institution("schedule_slot", "batch", "batches.Batch"),
            same_institution("schedule_slot", "shared_meeting", "batches.SharedMeeting"),
            same_institution("schedule_slot", "room", "institutions.Room"),
            same_institution("schedule_slot", "subject", "courses.Subject"),
            person_of_institution("schedule_slot", "instructor"),
            models.CheckConstraint(
                condition=Q(batch__isnull=False, shared_meeting__isnull=True)
                | Q(batch__isnull=True, shared_meeting__isnull=False),
                name="slot_is_of_one_batch_or_one_meeting",
            ),
            models.CheckConstraint(condition=Q(end_time__gt=F("start_time")), name="slot_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="weekday_is_one_of_seven"),
        ]
        triggers: ClassVar = [
            triggers.batch_is_open("slot_of_archived_batch_is_frozen"),
            triggers.meeting_is_open,
            triggers.rebook_slot,
            triggers.unbook_slot,
            triggers.make_sessions("new_slots_make_sessions", pgtrigger.Insert),
            triggers.make_sessions("changed_slots_make_sessions", pgtrigger.Update),
        ]
        ordering: ClassVar = ["weekday", "start_time", "id"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start_time:%H:%M} to {self.end_time:%H:%M}"
