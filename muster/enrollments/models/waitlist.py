"""A student's place in the line for a batch."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from muster.batches.models import Batch
from muster.core.history import tracked
from muster.core.text import ShortLines
from muster.enrollments import triggers
from muster.enrollments.models.seats import Enrollment
from muster.institutions.models import (
    InstitutionPart,
    owned_key,
    person_of_institution,
    same_institution,
)


class WaitlistQuerySet(models.QuerySet["WaitlistEntry"]):
    def current(self) -> Self:
        """Those that wait, and those that a seat is offered to."""
        return self.filter(status__in=WaitlistEntry.CURRENT)

    def waiting(self) -> Self:
        """Those that wait, the next first: by priority, then by when they joined."""
        return self.filter(status=WaitlistEntry.Status.WAITING).order_by(*WaitlistEntry.ORDER)


@tracked(part_of="batch")
class WaitlistEntry(InstitutionPart):
    """A student's place in the line for a batch, and what became of it.

    `offered_at` is when a seat came to them, offered or, where seats are given at once, taken.
    """

    known_by = "student__full_name"

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Lapsed")
        CANCELLED = "cancelled", _("Left")

    CURRENT: ClassVar = (Status.WAITING, Status.OFFERED)
    ORDER: ClassVar = ("-priority", "joined_at", "id")
    MOST_PRIORITY = 9

    student = owned_key(settings.AUTH_USER_MODEL, related_name="waitlist_entries", verbose_name=_("student"))
    batch = owned_key(Batch, related_name="waitlist", verbose_name=_("batch"), db_index=False)
    joined_at = models.DateTimeField(_("joined"), editable=False)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=0, validators=[MaxValueValidator(MOST_PRIORITY)], help_text=_("From 0 to 9, 9 first.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    offered_at = models.DateTimeField(null=True, blank=True, editable=False)
    offer_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = ShortLines(_("reason"), max_length=300, blank=True)
    enrollment = owned_key(Enrollment, null=True, blank=True, related_name="waited_for_in", editable=False)

    objects = WaitlistQuerySet.as_manager()

    class Meta:
        verbose_name = _("waitlist entry")
        verbose_name_plural = _("waitlist entries")
        constraints: ClassVar = [
            person_of_institution("waitlist_entry", "student"),
            same_institution("waitlist_entry", "batch", "batches.Batch"),
            same_institution("waitlist_entry", "enrollment", "enrollments.Enrollment"),
            models.UniqueConstraint(
                fields=["student", "batch"],
                condition=Q(status__in=["waiting", "offered"]),
                name="one_current_waitlist_entry",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "offered", "accepted", "declined", "expired", "cancelled"]),
                name="waitlist_status_is_known",
            ),
            models.CheckConstraint(condition=Q(priority__lte=9), name="waitlist_priority_is_0_to_9"),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offered_at__isnull=False, offer_expires_at__isnull=False),
                name="an_offer_ends_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(offer_expires_at__isnull=True) | Q(offer_expires_at__gt=F("offered_at")),
                name="offer_ends_after_it_was_made",
            ),
        ]
        indexes: ClassVar = [
            # The next in line, and how many wait.
            models.Index(
                "batch", F("priority").desc(), "joined_at", "id", condition=Q(status="waiting"), name="waiting_in_order"
            ),
            models.Index("offer_expires_at", condition=Q(status="offered"), name="offers_by_their_end"),
            models.Index("batch", "offered_at", name="waitlist_entry_by_batch"),
        ]
        triggers: ClassVar = [
            triggers.archived_waitlist_is_frozen,
            triggers.waiting_keeps_its_place,
            triggers.waiting_is_for_an_open_batch,
            triggers.offers_are_counted,
        ]
        ordering: ClassVar = ["-joined_at", "id"]

    def __str__(self) -> str:
        return f"{self.student_id} waits for {self.batch_id}"

    @property
    def is_current(self) -> bool:
        return self.status in self.CURRENT

    def is_offered(self, now: datetime) -> bool:
        """Whether a seat is held for the student at this moment."""
        return self.status == self.Status.OFFERED and self.offer_expires_at is not None and now < self.offer_expires_at
