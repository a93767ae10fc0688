"""What is asked of those who give seats: one for a stranger, or another one."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from muster.batches.models import Batch
from muster.core.history import tracked
from muster.core.text import Line, ShortLines
from muster.enrollments import triggers
from muster.enrollments.models.seats import Enrollment
from muster.institutions.models import (
    InstitutionPart,
    owned_key,
    same_institution,
)


@tracked(part_of="batch")
class Application(InstitutionPart):
    """Somebody without a sign-in asks for a seat in a published batch. Decided once; the accepted become students."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")

    batch = owned_key(Batch, related_name="applications", db_index=False)
    full_name = Line(_("name"), max_length=150)
    # In small letters, as people's are.
    email = models.EmailField(_("email"))
    phone = Line(_("phone"), max_length=40, blank=True)
    note = ShortLines(_("note"), max_length=1000, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = ShortLines(_("note to the applicant"), max_length=500, blank=True)
    enrollment = owned_key(Enrollment, null=True, blank=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints: ClassVar = [
            same_institution("application", "batch", "batches.Batch"),
            same_institution("application", "enrollment", "enrollments.Enrollment"),
            models.UniqueConstraint(
                fields=["batch", "email"], condition=Q(status="pending"), name="one_waiting_application_for_each_email"
            ),
            models.CheckConstraint(condition=~Q(full_name="") & ~Q(email=""), name="applicant_is_named"),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True, enrollment__isnull=True)
                | Q(status="accepted", decided_at__isnull=False, enrollment__isnull=False)
                | Q(status="rejected", decided_at__isnull=False, enrollment__isnull=True) & ~Q(decision_note=""),
                name="application_is_decided_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "created_at"], name="application_by_batch"),
            models.Index(fields=["institution"], condition=Q(status="pending"), name="application_waiting"),
        ]
        triggers: ClassVar = [triggers.archived_application_is_frozen, triggers.application_is_decided_once]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING


@tracked(part_of="batch")
class TransferRequest(InstitutionPart):
    """A student asks to be moved to another batch of the course. Decided once."""

    known_by = "enrollment__student__full_name"

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    enrollment = owned_key(Enrollment, on_delete=models.CASCADE, related_name="transfer_requests")
    # That of the enrollment.
    batch = owned_key(Batch, related_name="transfer_requests", verbose_name=_("batch"), db_index=False)
    # Without one, any batch of the course will do.
    wanted = owned_key(Batch, null=True, blank=True, related_name="wanted_in_transfers", verbose_name=_("new batch"))
    reason = ShortLines(_("reason"), max_length=300)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = ShortLines(_("note to the student"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("transfer request")
        verbose_name_plural = _("transfer requests")
        constraints: ClassVar = [
            same_institution("transfer_request", "enrollment", "enrollments.Enrollment"),
            same_institution("transfer_request", "batch", "batches.Batch"),
            same_institution("transfer_request", "wanted", "batches.Batch"),
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(status="pending"), name="one_waiting_transfer_request"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="transfer_request_says_why"),
            models.CheckConstraint(condition=~Q(wanted=F("batch")), name="transfer_request_is_for_another_batch"),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | Q(status__in=["approved", "withdrawn"], decided_at__isnull=False)
                | Q(status="rejected", decided_at__isnull=False) & ~Q(decision_note=""),
                name="transfer_request_is_decided_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "created_at"], name="transfer_request_by_batch"),
            models.Index(fields=["institution"], condition=Q(status="pending"), name="transfer_request_waiting"),
        ]
        triggers: ClassVar = [triggers.archived_transfer_request_is_frozen, triggers.transfer_request_is_decided_once]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.enrollment_id} to {self.wanted_id or 'another batch'}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING
