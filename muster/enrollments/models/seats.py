"""A student's place in a course, and the days it covered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from muster.batches.models import Batch
from muster.batches.warnings import PlanWarning
from muster.core.history import tracked
from muster.core.ownership import kept_by_triggers
from muster.core.text import Line, ShortLines
from muster.courses.models import Course
from muster.enrollments import triggers
from muster.enrollments.models.organisations import Organisation
from muster.institutions.models import (
    InstitutionPart,
    of_institution,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)


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

    known_by = "student__full_name"

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
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_reason = ShortLines(_("reason"), max_length=300, blank=True)
    # What it was when its batch was closed or deleted, for as long as it is over because of that.
    status_before_end = models.CharField(max_length=10, blank=True, default="", editable=False)
    transferred_to = owned_key("self", null=True, blank=True, related_name="transferred_from", editable=False)
    # The seat that the student has again since the transfer to this one was undone.
    returned_to = owned_key("self", null=True, blank=True, related_name="+", editable=False, db_index=False)
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
            same_institution("enrollment", "returned_to", "enrollments.Enrollment"),
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
            models.Index("returned_to", condition=Q(returned_to__isnull=False), name="enrollment_by_return"),
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
