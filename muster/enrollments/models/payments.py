"""What was paid for a student's place."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.core.history import tracked
from muster.core.text import Line
from muster.enrollments import triggers
from muster.enrollments.models.organisations import Organisation
from muster.enrollments.models.seats import Enrollment
from muster.institutions.models import (
    InstitutionPart,
    owned_key,
    same_institution,
)


@tracked(part_of="enrollment")
class Payment(InstitutionPart):
    """Money for an enrollment. Muster records payments; it does not process them."""

    known_by = "enrollment__student__full_name"

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        REFUNDED = "refunded", _("Refunded")

    enrollment = owned_key(Enrollment, on_delete=models.CASCADE, related_name="payments")
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    currency = Line(_("currency"), max_length=3)
    method = Line(_("method"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    transaction_id = Line(_("transaction"), max_length=100, blank=True)
    # A person, or an organisation, where it is not the student.
    payer = Line(_("paid by"), max_length=150, blank=True)
    organisation = owned_key(
        Organisation, null=True, blank=True, related_name="payments", verbose_name=_("organization")
    )
    # Of the receipt, counted in the institution. The database gives it when the payment is completed, and says when.
    receipt_number = models.PositiveIntegerField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    refunded_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            same_institution("payment", "enrollment", "enrollments.Enrollment"),
            same_institution("payment", "organisation", "enrollments.Organisation"),
            models.CheckConstraint(condition=Q(payer="") | Q(organisation__isnull=True), name="payment_has_one_payer"),
            models.UniqueConstraint(
                fields=["institution", "transaction_id"],
                condition=~Q(transaction_id=""),
                name="one_payment_for_each_transaction",
            ),
            models.UniqueConstraint(
                fields=["institution", "receipt_number"],
                condition=Q(receipt_number__isnull=False),
                name="one_payment_for_each_receipt",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "failed"], receipt_number__isnull=True)
                | Q(status__in=["completed", "refunded"], receipt_number__isnull=False),
                name="completed_payment_has_a_receipt",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_is_not_negative"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "completed", "failed", "refunded"]), name="payment_status_is_known"
            ),
        ]
        triggers: ClassVar = [
            triggers.archived_payment_is_frozen,
            triggers.payment_moves_step_by_step,
            triggers.receipts_are_numbered,
            triggers.payment_is_for_the_seat_now,
        ]
        ordering: ClassVar = ["created_at"]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @property
    def receipt(self) -> str:
        """The number of its receipt, as people read it; nothing for one that was never completed."""
        return f"{self.receipt_number:06d}" if self.receipt_number else ""

    @property
    def payer_name(self) -> str:
        """Who paid, where it was not the student."""
        return self.organisation.name if self.organisation else self.payer
