"""Rollovers: a batch asks to move to its next semester, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches.models import Batch
from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.core.text import ShortLines
from muster.enrollments.models import Enrollment
from muster.institutions.models import InstitutionPart, InstitutionRow, one_key, owned_key, same_institution
from muster.progression import triggers

OF_REQUEST = "(SELECT batch_id FROM progression_rolloverrequest WHERE id = {0}.request_id)"


class RolloverRun(InstitutionRow):
    """Many batches rolled over in the background, and what came of each."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    from_semester = models.PositiveSmallIntegerField(_("from semester"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    # The keys of the batches as they were named, and what came of each so far.
    batch_ids = models.JSONField(default=list)
    outcomes = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            one_key("rollover_run"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="rollover_progress_is_a_percentage"),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-created_at"], name="rollover_run_by_time")]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{len(self.batch_ids)} batches from semester {self.from_semester}"


@tracked(exclude=("outcome",), part_of="batch")
class RolloverRequest(InstitutionPart):
    """A batch is to move to its next semester, or after its last one to be completed. Executed at most once.

    The semester of the batch moves with its status, by a trigger. Without `requested_by` Muster itself asked.
    """

    known_by = "batch__name"

    counted = ngettext_lazy("%(count)s rollover", "%(count)s rollovers", "count")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        REJECTED = "rejected", _("Rejected")
        EXECUTED = "executed", _("Rolled over")
        REVERTED = "reverted", _("Undone")

    batch = owned_key(Batch, related_name="rollovers", verbose_name=_("batch"), db_index=False)
    from_semester = models.PositiveSmallIntegerField(_("from semester"))
    # None: the batch has no further one, and is completed.
    to_semester = models.PositiveSmallIntegerField(_("to semester"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    note = ShortLines(_("note"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = ShortLines(_("note to the person who requested it"), max_length=300, blank=True)
    reverted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    reverted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Which it was executed by, where that was one for many batches.
    run = owned_key(RolloverRun, null=True, blank=True, related_name="rollovers", editable=False)
    # What executing came to, of everyone and every subject; and what reverting takes back.
    outcome = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("rollover")
        verbose_name_plural = _("rollovers")
        constraints: ClassVar = [
            one_key("rollover_request"),
            same_institution("rollover_request", "batch", "batches.Batch"),
            same_institution("rollover_request", "run", "progression.RolloverRun"),
            models.UniqueConstraint(fields=["batch"], condition=Q(status="pending"), name="one_waiting_rollover"),
            models.CheckConstraint(
                condition=Q(to_semester__isnull=True) | Q(to_semester=F("from_semester") + 1),
                name="rollover_leads_to_the_next_semester",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True, reverted_at__isnull=True)
                | Q(status__in=["rejected", "executed"], decided_at__isnull=False, reverted_at__isnull=True)
                | Q(status="reverted", decided_at__isnull=False, reverted_at__isnull=False),
                name="rollover_is_decided_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "created_at"], name="rollover_by_batch"),
            models.Index(fields=["institution"], condition=Q(status="pending"), name="rollover_waiting"),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_batch_is_not_rolled_over"),
            triggers.rollover_starts_from_now,
            triggers.rollover_moves_forward,
            triggers.semester_follows_its_rollover,
        ]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.batch_id} from semester {self.from_semester}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def completes(self) -> bool:
        """Whether the batch has had its last semester."""
        return self.to_semester is None


@tracked(part_of="request")
class HeldBack(InstitutionPart):
    """A student who keeps the old semester when the batch moves on, and why."""

    known_by = "enrollment__student__full_name"

    request = owned_key(RolloverRequest, on_delete=models.CASCADE, related_name="held_back", db_index=False)
    enrollment = owned_key(Enrollment, related_name="held_back")
    reason = ShortLines(_("reason"), max_length=300)

    class Meta:
        constraints: ClassVar = [
            same_institution("held_back", "request", "progression.RolloverRequest"),
            same_institution("held_back", "enrollment", "enrollments.Enrollment"),
            models.UniqueConstraint(fields=["request", "enrollment"], name="one_is_held_back_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="held_back_has_a_reason"),
        ]
        triggers: ClassVar = [
            batch_is_open("held_back_of_archived_batch_is_frozen", OF_REQUEST),
            triggers.held_back_stands_after_the_decision,
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.reason
