"""Class sessions: the dated meetings of a batch, made from its weekly slots or by hand."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from muster.batches import triggers
from muster.batches.models.batch import Batch
from muster.batches.models.schedule import ScheduleSlot, SharedMeeting, meets
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


class ClassSessionQuerySet(models.QuerySet["ClassSession"]):
    """Class sessions by what they are, not by who asks."""

    def of_batch(self, batch: Batch) -> Self:
        """In which the batch meets, its own and those of its shared meetings."""
        return self.filter(meets(batch))

    def taking_place(self) -> Self:
        """Not cancelled."""
        return self.exclude(status=ClassSession.Status.CANCELLED)

    def locked_rows(self) -> Self:
        """Lock the rows, in the order of their ids, until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True).order_by("id")


@tracked(exclude=("version",))
class ClassSession(InstitutionRow):
    """One dated meeting of a batch, or of a meeting that several batches share.

    Clock times are local to the batch's branch, else to its institution; without them it books nobody. A session made
    from a slot (`slot`, and `slot_date`, the day the slot meant) is kept in step with it by the database until it is
    edited, held, locked or past; until then it may also be deleted when its day falls away, so what is written about it
    makes it `held` first, or goes by its date. A session made or edited by hand books its own hours, and takes those of
    its slot on `slot_date` away.
    """

    class Kind(models.TextChoices):
        THEORY = "THEORY", _("Theory")
        PRACTICAL = "PRACTICAL", _("Practical")
        WBL = "WBL", _("Work-based learning")
        ASSESSMENT = "ASSESSMENT", _("Assessment")
        ORIENTATION = "ORIENTATION", _("Orientation")
        OTHER = "OTHER", _("Other")

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    batch = owned(Batch, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    shared_meeting = owned(SharedMeeting, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    # A slot that goes takes its plain sessions with it and lets go of the others: the database does both.
    slot = owned(ScheduleSlot, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="sessions")
    slot_date = models.DateField(null=True, blank=True, editable=False)
    date = models.DateField(_("date"))
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(_("to"), null=True, blank=True)
    session_type = models.CharField(_("type"), max_length=12, choices=Kind, default=Kind.THEORY)
    subject = owned(Subject, null=True, blank=True, related_name="sessions", verbose_name=_("subject"))
    instructor = owned(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="sessions", verbose_name=_("instructor")
    )
    room = owned(Room, null=True, blank=True, related_name="sessions", verbose_name=_("room"))
    location = models.CharField(_("place"), max_length=150, blank=True)
    title = models.CharField(_("title"), max_length=150, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SCHEDULED)
    cancel_reason = models.CharField(_("reason for cancellation"), max_length=300, blank=True)
    is_edited = models.BooleanField(default=False, editable=False)
    is_locked = models.BooleanField(default=False, editable=False)
    locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    # SEQUENCE of RFC 5545: the database adds one whenever when, where, or whether it takes place changes.
    sequence = models.PositiveIntegerField(default=0, editable=False)

    objects = ClassSessionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_key("class_session"),
            same_institution("class_session", "batch", "batches.Batch"),
            same_institution("class_session", "shared_meeting", "batches.SharedMeeting"),
            same_institution("class_session", "slot", "batches.ScheduleSlot"),
            same_institution("class_session", "subject", "courses.Subject"),
            same_institution("class_session", "room", "institutions.Room"),
            person_of_institution("class_session", "instructor"),
            models.UniqueConstraint(fields=["slot", "slot_date"], name="one_session_of_a_slot_for_each_day"),
            models.CheckConstraint(
                condition=Q(batch__isnull=False, shared_meeting__isnull=True)
                | Q(batch__isnull=True, shared_meeting__isnull=False),
                name="session_is_of_one_batch_or_one_meeting",
            ),
            models.CheckConstraint(
                condition=Q(slot__isnull=True) | Q(slot_date__isnull=False), name="session_of_a_slot_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(slot_date__isnull=False) | Q(is_edited=True), name="session_without_a_slot_is_made_by_hand"
            ),
            models.CheckConstraint(
                condition=Q(start_time__isnull=True, end_time__isnull=True)
                | Q(start_time__isnull=False, end_time__isnull=False, end_time__gt=F("start_time")),
                name="session_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(session_type__in=["THEORY", "PRACTICAL", "WBL", "ASSESSMENT", "ORIENTATION", "OTHER"]),
                name="session_type_is_a_known_one",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["scheduled", "held", "cancelled"]), name="session_status_is_a_known_one"
            ),
            models.CheckConstraint(
                condition=Q(is_locked=False, locked_at__isnull=True) | Q(is_locked=True, locked_at__isnull=False),
                name="locked_session_says_since_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "date"], name="session_by_date"),
            models.Index(fields=["batch", "date"], condition=Q(batch__isnull=False), name="session_by_batch"),
            models.Index(
                fields=["shared_meeting", "date"], condition=Q(shared_meeting__isnull=False), name="session_by_meeting"
            ),
            models.Index(
                fields=["institution", "date"],
                condition=Q(is_locked=False) & ~Q(status="cancelled"),
                name="session_unlocked_by_date",
            ),
        ]
        triggers: ClassVar = [
            triggers.batch_is_open("session_of_archived_batch_is_frozen"),
            triggers.meeting_is_open_for("archived_meeting_has_no_new_session"),
            triggers.locked_session_is_frozen,
            triggers.session_counts_its_changes,
            triggers.rebook_session,
            triggers.unbook_session,
        ]
        ordering: ClassVar = ["date", "start_time", "id"]

    def __str__(self) -> str:
        return f"{self.date} {self.start_time or ''}".strip()

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def is_extra(self) -> bool:
        """Made by hand, not from the week of the batch."""
        return self.slot_date is None
