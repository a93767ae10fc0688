"""A student's place in a course, or in the line for it, the days it covered, and what was paid for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches.models import Batch
from muster.batches.warnings import PlanWarning
from muster.core.history import tracked
from muster.core.ownership import kept_by_triggers
from muster.core.text import Line, Lines, ShortLines
from muster.courses.models import Course
from muster.enrollments import triggers
from muster.institutions.models import (
    InstitutionPart,
    InstitutionRow,
    of_institution,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)


@tracked()
class Organisation(InstitutionRow):
    """A company or another body that pays for people's seats."""

    counted = ngettext_lazy("%(count)d organization", "%(count)d organizations", "count")

    name = Line(_("name"), max_length=150)
    contact_name = Line(_("contact person"), max_length=150, blank=True)
    contact_email = models.EmailField(_("contact email"), blank=True)
    contact_phone = Line(_("contact phone"), max_length=40, blank=True)
    invoice_address = Lines(
        _("invoice address"),
        blank=True,
        validators=[MaxLengthValidator(500, _("Keep the address to %(limit_value)d characters or fewer."))],
    )
    reference = Line(_("reference"), max_length=60, blank=True)
    # Who signs in to see its people: somebody of the institution, with whatever role or with none.
    contact = owned_key(settings.AUTH_USER_MODEL, null=True, blank=True, related_name="organisations", editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints: ClassVar = [
            one_key("organisation"),
            person_of_institution("organisation", "contact"),
            models.UniqueConstraint("institution", Lower("name"), name="one_organisation_for_each_name"),
        ]
        ordering: ClassVar = ["name__plain"]

    def __str__(self) -> str:
        return self.name


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def holding_seats(self) -> Self:
        """Those that keep a seat: active and on hold."""
        return self.filter(status__in=Enrollment.SEATED)

    def current(self) -> Self:
        """Those that keep the student from enrolling again; an archived batch's no longer do."""
        return self.holding_seats().filter(frozen=False)


@tracked(exclude=("frozen", "status_before_end", "access_end_announced", "welcome_due"), part_of="batch")
class Enrollment(InstitutionPart):
    """A student's place in a course, usually in a batch; without one it is individual study."""

    class Type(models.TextChoices):
        INDIVIDUAL = "individual", _("Individual")
        BATCH = "batch", _("Batch")
        CORPORATE = "corporate", _("Corporate")
        GROUP = "group", _("Group")
        SCHOLARSHIP = "scholarship", _("Scholarship")
        TRIAL = "trial", _("Trial")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")
        ON_HOLD = "on_hold", _("On hold")
        EXPIRED = "expired", _("Expired")

    SEATED: ClassVar = (Status.ACTIVE, Status.ON_HOLD)
    # What students may ask for themselves.
    SELF_SERVICE_TYPES: ClassVar = (Type.INDIVIDUAL, Type.BATCH, Type.TRIAL)

    student = owned_key(settings.AUTH_USER_MODEL, related_name="enrollments", verbose_name=_("student"))
    course = owned_key(Course, null=True, blank=True, related_name="enrollments", verbose_name=_("course"))
    batch = owned_key(Batch, null=True, blank=True, related_name="enrollments", verbose_name=_("batch"), db_index=False)
    enrollment_type = models.CharField(_("type"), max_length=12, choices=Type, default=Type.BATCH)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    source = Line(_("source"), max_length=60, blank=True)
    enrollment_date = models.DateField(_("enrolled on"))
    access_expiry_date = models.DateField(_("access until"), null=True, blank=True)
    # The first day of a trial that began with this enrollment. It stays, whatever that becomes: there is no second one.
    trial_began_on = models.DateField(null=True, blank=True, editable=False)
    # The last day of access of which the student was told that it comes; another one is announced again.
    access_end_announced = models.DateField(null=True, blank=True, editable=False)
    # Whether the student is still to be welcomed; said with the enrollment, so that enrolling waits for no telling.
    welcome_due = models.BooleanField(default=False, editable=False)
    progress = models.PositiveSmallIntegerField(_("progress (percent)"), default=0, validators=[MaxValueValidator(100)])
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_reason = ShortLines(_("reason"), max_length=300, blank=True)
    # What it was when its batch was closed or deleted, for as long as it is over because of that.
    status_before_end = models.CharField(max_length=10, blank=True, default="", editable=False)
    transferred_to = owned_key("self", null=True, blank=True, related_name="transferred_from", editable=False)
    # Follows the batch's archive: a frozen enrollment is history and no longer counts as current.
    frozen = models.BooleanField(default=False, editable=False)
    # Who pays for the seat, where it is not the student.
    organisation = owned_key(
        Organisation, null=True, blank=True, related_name="enrollments", verbose_name=_("organization")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    # What was passed over when it was made; only `enroll_student` says so, and nothing is stored.
    warnings: Sequence[PlanWarning] = ()

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_key("enrollment"),
            person_of_institution("enrollment", "student"),
            same_institution("enrollment", "course", "courses.Course"),
            same_institution("enrollment", "batch", "batches.Batch"),
            same_institution("enrollment", "transferred_to", "enrollments.Enrollment"),
            same_institution("enrollment", "organisation", "enrollments.Organisation"),
            models.UniqueConstraint(
                fields=["student", "course"],
                condition=Q(status__in=["active", "on_hold"], frozen=False, course__isnull=False),
                name="one_current_enrollment_in_a_course",
            ),
            models.UniqueConstraint(
                fields=["student", "batch"],
                condition=Q(status__in=["active", "on_hold"], frozen=False, batch__isnull=False),
                name="one_current_enrollment_in_a_batch",
            ),
            models.UniqueConstraint(
                fields=["student", "course"],
                condition=Q(trial_began_on__isnull=False, course__isnull=False),
                name="one_trial_of_a_course",
            ),
            models.CheckConstraint(
                condition=~Q(enrollment_type="trial") | Q(access_expiry_date__isnull=False), name="a_trial_ends"
            ),
            models.CheckConstraint(
                condition=Q(course__isnull=False) | Q(batch__isnull=False), name="enrollment_is_in_a_course_or_batch"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "completed", "cancelled", "on_hold", "expired"]),
                name="enrollment_status_is_known",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="progress_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(status_before_end="")
                | Q(status_before_end__in=["active", "on_hold"], status__in=["completed", "cancelled"]),
                name="only_ended_enrollments_were_something_before",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "status"], name="enrollment_by_batch"),
            models.Index(fields=["institution", "created_at"], name="enrollment_by_time"),
            models.Index("created_at", condition=Q(welcome_due=True), name="enrollment_to_welcome"),
        ]
        triggers: ClassVar = [
            triggers.archived_enrollment_is_frozen,
            triggers.enrollment_keeps_its_place,
            triggers.seat_is_in_an_open_batch,
            triggers.frozen_follows_the_batch,
            triggers.seats_are_counted,
            triggers.seat_periods_follow,
            triggers.end_of_the_batch_is_forgotten,
        ]
        ordering: ClassVar = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.student_id} in {self.batch_id or self.course_id}"

    @property
    def holds_a_seat(self) -> bool:
        return self.status in self.SEATED

    @property
    def is_own_trial(self) -> bool:
        """Whether the student can turn it into a full enrollment: it's a trial, and nobody else pays for it."""
        return self.enrollment_type == self.Type.TRIAL and self.organisation_id is None


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


class SeatPeriodQuerySet(models.QuerySet["SeatPeriod"]):
    def on(self, day: date | Any) -> Self:
        """The periods that cover a day."""
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)


@kept_by_triggers
class SeatPeriod(models.Model):
    """Days on which an enrollment was on its batch's register. The database alone writes it (`seat_periods_follow`)."""

    id = models.BigAutoField(primary_key=True)
    institution = of_institution()
    enrollment = owned_key(Enrollment, on_delete=models.DO_NOTHING, related_name="seat_periods")
    batch = owned_key(Batch, on_delete=models.DO_NOTHING, related_name="seat_periods")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = SeatPeriodQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            same_institution("seat_period", "enrollment", "enrollments.Enrollment"),
            same_institution("seat_period", "batch", "batches.Batch"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date") - 1),
                name="seat_period_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(until_date__isnull=True), name="one_open_seat_period"
            ),
        ]
        triggers: ClassVar = [triggers.archived_seat_period_is_frozen]
        ordering: ClassVar = ["from_date", "id"]

    def __str__(self) -> str:
        return f"{self.enrollment_id} from {self.from_date}"


@tracked(part_of="enrollment")
class Payment(InstitutionPart):
    """Money for an enrollment. Muster records payments; it does not process them."""

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
