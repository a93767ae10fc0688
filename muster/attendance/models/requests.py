"""What is asked of a locked register: another mark, or that it is unlocked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.attendance import triggers
from muster.attendance.models.absences import MOST_NOTE, AbsenceNotice, doer
from muster.attendance.models.registers import Mark
from muster.core.history import tracked
from muster.core.text import ShortLines
from muster.enrollments.models import Enrollment
from muster.institutions.models import InstitutionPart, one_key, owned_key, same_institution
from muster.timetable.models import ClassSession


@tracked()
class CorrectionRequest(InstitutionPart):
    """A mark in a locked register shall become another one, since evidence came later. Decided once."""

    known_by = "enrollment__student__full_name"

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    enrollment = owned_key(Enrollment, related_name="correction_requests")
    session = owned_key(ClassSession, related_name="correction_requests")
    notice = owned_key(AbsenceNotice, related_name="correction_requests")
    from_status = models.CharField(_("mark"), max_length=8, choices=Mark, null=True, blank=True)
    to_status = models.CharField(_("correction"), max_length=8, choices=Mark, default=Mark.EXCUSED)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    asked_by = doer()
    decided_by = doer()
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_reason = ShortLines(_("reason"), max_length=MOST_NOTE, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints: ClassVar = [
            one_key("correction_request"),
            same_institution("correction_request", "enrollment", "enrollments.Enrollment"),
            same_institution("correction_request", "session", "timetable.ClassSession"),
            same_institution("correction_request", "notice", "attendance.AbsenceNotice"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "approved", "rejected"]), name="correction_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | Q(status__in=["approved", "rejected"], decided_at__isnull=False) & ~Q(decision_reason=""),
                name="correction_is_decided_with_a_reason",
            ),
            models.CheckConstraint(condition=Q(to_status__in=Mark.values), name="correction_is_a_mark"),
            models.UniqueConstraint(
                fields=["session", "enrollment"],
                condition=Q(status="pending"),
                name="one_waiting_correction_for_each_mark",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution"], condition=Q(status="pending"), name="correction_waiting")
        ]
        triggers: ClassVar = [
            triggers.archived_correction_is_frozen,
            triggers.correction_is_decided_once,
            triggers.correction_is_never_deleted,
        ]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.session_id} {self.to_status}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING


@tracked()
class UnlockRequest(InstitutionPart):
    """A locked register shall be unlocked, since something in it needs correcting. Decided once."""

    known_by = "session__meeting__name"

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Unlocked")
        REJECTED = "rejected", _("Rejected")

    session = owned_key(ClassSession, related_name="unlock_requests")
    reason = ShortLines(_("reason"), max_length=MOST_NOTE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    asked_by = doer(db_index=False)
    decided_by = doer()
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_reason = ShortLines(_("reason"), max_length=MOST_NOTE, blank=True)

    class Meta:
        verbose_name = _("unlock request")
        verbose_name_plural = _("unlock requests")
        constraints: ClassVar = [
            one_key("unlock_request"),
            same_institution("unlock_request", "session", "timetable.ClassSession"),
            models.CheckConstraint(condition=~Q(reason=""), name="unlock_is_asked_with_a_reason"),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | Q(status__in=["approved", "rejected"], decided_at__isnull=False) & ~Q(decision_reason=""),
                name="unlock_is_decided_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["session"], condition=Q(status="pending"), name="one_waiting_unlock_for_each_register"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution"], condition=Q(status="pending"), name="unlock_waiting"),
            models.Index(fields=["asked_by", "created_at"], name="unlock_of_an_asker"),
        ]
        triggers: ClassVar = [
            triggers.archived_unlock_is_frozen,
            triggers.unlock_is_decided_once,
            triggers.unlock_is_never_deleted,
        ]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.session_id} {self.status}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING
