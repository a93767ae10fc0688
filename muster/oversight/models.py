"""What regulators may see of an institution: what they ask for, what is granted, and each look at it."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.attendance.models.absences import doer
from muster.batches.models import Batch
from muster.core.history import tracked
from muster.core.ids import new_id
from muster.core.ownership import only_added_to
from muster.core.text import ShortLines
from muster.institutions.models import (
    InstitutionPart,
    of_institution,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)
from muster.oversight import triggers
from muster.timetable.models import ClassSession

MOST_PURPOSE, MOST_NOTE = 500, 500


# By the clock of the database, to the moment.
IN_FORCE = Q(status="approved", expires_at__gt=Now())
EXPIRED = Q(status="approved", expires_at__lte=Now())


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def pending(self) -> Self:
        return self.filter(status=AccessRequest.Status.PENDING)

    def in_force(self) -> Self:
        """Granted, and neither revoked nor expired at this moment."""
        return self.filter(IN_FORCE)


@tracked(exclude=("reminded_at",))
class AccessRequest(InstitutionPart):
    """A regulator asks to see the registers of some batches, or of all, over some days. Decided once.

    Once approved it is the grant. What is granted is what was asked or less, and never changes: it is extended while it
    is in force, it is revoked, or it expires at `expires_at` to the moment. That it expired is nowhere written.
    """

    counted = ngettext_lazy("%(count)s access request", "%(count)s access requests", "count")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Granted")
        REJECTED = "rejected", _("Rejected")
        REVOKED = "revoked", _("Revoked")

    # In the log: what a regulator came for says more than a number does.
    known_by = "purpose"
    # Not a status of its own: an approved request whose time is over.
    EXPIRED = "expired"

    asked_by = owned_key(settings.AUTH_USER_MODEL, related_name="access_requests", verbose_name=_("regulator"))
    all_batches = models.BooleanField(_("all batches"), default=False)
    batches = models.ManyToManyField(Batch, through="AccessBatch", related_name="+")
    first_date = models.DateField(_("registers from"))
    last_date = models.DateField(_("registers up to"))
    with_evidence = models.BooleanField(_("evidence files"), default=False)
    purpose = ShortLines(_("purpose"), max_length=MOST_PURPOSE)
    needed_until = models.DateField(_("needed until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    decided_by = doer()
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = ShortLines(_("note"), max_length=MOST_NOTE, blank=True)
    expires_at = models.DateTimeField(_("access ends"), null=True, blank=True)
    revoked_by = doer()
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoke_note = ShortLines(_("reason"), max_length=MOST_NOTE, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("access request")
        verbose_name_plural = _("access requests")
        constraints: ClassVar = [
            one_key("access_request"),
            person_of_institution("access_request", "asked_by"),
            models.CheckConstraint(condition=Q(last_date__gte=F("first_date")), name="access_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(purpose=""), name="access_has_a_purpose"),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True, expires_at__isnull=True)
                | Q(status="rejected", decided_at__isnull=False, expires_at__isnull=True) & ~Q(decision_note="")
                | Q(
                    status__in=["approved", "revoked"],
                    decided_at__isnull=False,
                    expires_at__isnull=False,
                    expires_at__gt=F("decided_at"),
                ),
                name="access_is_decided_with_an_expiry_or_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="revoked", revoked_at__isnull=False) & ~Q(revoke_note="")
                | ~Q(status="revoked") & Q(revoked_at__isnull=True, revoke_note=""),
                name="access_is_revoked_with_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution"], condition=Q(status="pending"), name="access_waiting"),
            models.Index(fields=["expires_at"], condition=Q(status="approved"), name="access_ending"),
        ]
        triggers: ClassVar = [triggers.access_is_decided_once]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def reference(self) -> str:
        """How the grant is called on paper, in two parts that can be read out."""
        letters = self.pk.hex.upper()
        return f"{letters[-8:-4]}-{letters[-4:]}"


@tracked(part_of="access")
class AccessBatch(InstitutionPart):
    """One of the batches that are asked for, and granted."""

    access = owned_key(AccessRequest, on_delete=models.CASCADE, related_name="batch_links", db_index=False)
    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="access_links")

    class Meta:
        verbose_name = _("requested batch")
        constraints: ClassVar = [
            one_key("access_batch"),
            same_institution("access_batch", "access", "oversight.AccessRequest"),
            same_institution("access_batch", "batch", "batches.Batch"),
            models.UniqueConstraint(fields=["access", "batch"], name="one_place_in_an_access_request"),
        ]
        triggers: ClassVar = [triggers.granted_batches_stay]

    def __str__(self) -> str:
        return f"{self.batch_id} in {self.access_id}"


@only_added_to
@tracked(exclude=("looked_by", "looked_at", "request_id"), part_of="access", is_look=True)
class AccessLook(models.Model):
    """A regulator was shown a register, given a file, or refused what was not granted. Only ever added to.

    Written before the first byte leaves, and refused by the database outside of a grant in force. What was looked at is
    kept in words, whatever becomes of it. The audit log has each look too, since the database writes it there.
    """

    counted = ngettext_lazy("%(count)s look", "%(count)s looks", "count")

    class How(models.TextChoices):
        OPENED = "opened", _("Opened")
        PDF = "pdf", _("Saved as PDF")
        XLSX = "xlsx", _("Saved as XLSX")
        CSV = "csv", _("Saved as CSV")
        EVIDENCE = "evidence", _("Evidence opened")
        DENIED = "denied", _("Denied, not granted")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    institution = of_institution()
    # None of what was denied.
    access = owned_key(AccessRequest, null=True, related_name="looks")
    looked_by = owned_key(settings.AUTH_USER_MODEL, related_name="access_looks", verbose_name=_("who"))
    looked_at = models.DateTimeField(_("when"), db_default=Now())
    how = models.CharField(_("how"), max_length=8, choices=How)
    # Of many registers at once neither of these, but how many they were. A session may go, and the look stays.
    session = models.ForeignKey(
        ClassSession, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    session_date = models.DateField(_("date"), null=True)
    registers = models.PositiveIntegerField(default=1)
    evidence_id = models.UUIDField(null=True)
    batch_codes = models.CharField(_("batches"), max_length=300, blank=True)
    # The id of the request, by which the log tells from where.
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("look of a regulator")
        verbose_name_plural = _("looks of regulators")
        constraints: ClassVar = [
            same_institution("access_look", "access", "oversight.AccessRequest"),
            person_of_institution("access_look", "looked_by"),
            models.CheckConstraint(
                condition=Q(how="denied", access__isnull=True) | ~Q(how="denied") & Q(access__isnull=False),
                name="look_has_its_grant_unless_denied",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-id"], name="access_look_by_time")]
        triggers: ClassVar = [triggers.looks_stay_as_they_are, triggers.look_is_within_its_grant]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.how} {self.session_id or ''}"
