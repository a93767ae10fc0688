"""The batch: a group that learns together."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from muster.batches import triggers
from muster.core.clocks import today_in
from muster.core.history import tracked
from muster.core.text import Line, Lines, is_one_line
from muster.courses.models import Course
from muster.institutions.models import (
    Branch,
    Department,
    InstitutionRow,
    one_key,
    owned_key,
    same_institution,
    zone_of,
)
from muster.timetable.models import ClassSession, ClassSessionQuerySet, Meeting, ScheduleSlot


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches by what they are, not by who asks."""

    def existing(self) -> Self:
        """Without the deleted."""
        return self.filter(deleted_at__isnull=True)

    def current(self) -> Self:
        """Neither deleted nor archived."""
        return self.existing().filter(archived_at__isnull=True)

    def booking(self) -> Self:
        """Those that keep their instructors and rooms busy."""
        return self.current().filter(status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE))

    def locked(self) -> Self:
        """Lock the rows, in the order of their ids, until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True).order_by("id")


@tracked(exclude=("enrolled_students", "seats_offered", "version"))
class Batch(InstitutionRow):
    """A group that learns together: of a course (dated, scheduled, capped) or academic (department, year, semester)."""

    counted = ngettext_lazy("%(count)s batch", "%(count)s batches", "count")

    class Kind(models.TextChoices):
        COURSE = "course", _("Course batch")
        ACADEMIC = "academic", _("Batch year")

    class Status(models.TextChoices):
        UPCOMING = "Upcoming", _("Upcoming")
        ACTIVE = "Active", _("Active")
        COMPLETED = "Completed", _("Completed")
        CANCELLED = "Cancelled", _("Cancelled")

    name = Line(_("name"), max_length=150)
    code = Line(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COURSE)
    course = owned_key(Course, null=True, blank=True, related_name="batches", verbose_name=_("course"), db_index=False)
    branch = owned_key(Branch, null=True, blank=True, related_name="batches", verbose_name=_("branch"))
    department = owned_key(Department, null=True, blank=True, related_name="batches", verbose_name=_("department"))
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2200)]
    )
    current_semester = models.PositiveSmallIntegerField(_("current semester"), null=True, blank=True)
    auto_rollover = models.BooleanField(_("auto-rollover"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPCOMING)
    # A status that a person gave stays until a person changes it; otherwise the dates move it on.
    status_pinned = models.BooleanField(default=False)
    start_date = models.DateField(_("first day"), null=True, blank=True)
    end_date = models.DateField(_("last day"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True, validators=[MinValueValidator(1)])
    waitlist_capacity = models.PositiveIntegerField(_("waitlist capacity"), null=True, blank=True)
    # From this day on no seats are kept back; without it the institution's setting says when.
    buffer_released_on = models.DateField(_("spare seats released on"), null=True, blank=True)
    enrolled_students = models.PositiveIntegerField(default=0, editable=False)
    seats_offered = models.PositiveIntegerField(default=0, editable=False)
    attended_count = models.PositiveIntegerField(null=True, blank=True, editable=False)
    notes = Lines(_("notes"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    meetings = models.ManyToManyField(Meeting, through="BatchMeeting", related_name="batches", editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            is_one_line("name", "name_of_a_batch_is_one_line"),
            one_key("batch"),
            same_institution("batch", "course", "courses.Course"),
            same_institution("batch", "branch", "institutions.Branch"),
            same_institution("batch", "department", "institutions.Department"),
            models.UniqueConstraint(
                "institution",
                Lower("code"),
                condition=Q(deleted_at__isnull=True),
                name="one_batch_for_each_code",
                violation_error_message=_("Another batch has this code."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=F("enrolled_students") + F("seats_offered")),
                name="seats_held_never_exceed_capacity",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1), name="capacity_is_at_least_one"
            ),
            models.CheckConstraint(
                condition=Q(start_date__isnull=True) | Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="batch_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(kind="course")
                | Q(course__isnull=False, start_date__isnull=False, end_date__isnull=False, capacity__isnull=False),
                name="course_batch_is_dated_and_capped",
            ),
            models.CheckConstraint(
                condition=~Q(kind="academic")
                | Q(department__isnull=False, year__isnull=False, current_semester__isnull=False),
                name="academic_batch_has_department_and_year",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["Upcoming", "Active", "Completed", "Cancelled"]), name="status_is_a_known_one"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "status", "start_date"], name="batch_by_status"),
            models.Index(fields=["institution", "start_date", "id"], name="batch_by_start"),
            models.Index(fields=["course"], name="batch_by_course"),
        ]
        triggers: ClassVar = [
            triggers.counters_are_kept,
            triggers.counters_begin_at_nothing,
            triggers.archived_is_frozen,
            triggers.status_moves,
            triggers.semester_is_moved_by_rollover,
            triggers.own_meeting_comes,
            triggers.meetings_follow,
        ]
        ordering: ClassVar = ["start_date", "name__plain", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def sessions(self) -> ClassSessionQuerySet:
        """Those of its own meeting and of the meetings that it shares."""
        return ClassSession.objects.filter(meeting__in=self.meeting_links.values("meeting"))

    @property
    def slots(self) -> models.QuerySet[ScheduleSlot]:
        """The weekly times of its own meeting."""
        return ScheduleSlot.objects.filter(meeting=self.pk)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its clock times."""
        return zone_of(self.institution, self.branch)

    def today(self) -> date:
        """What day it is where it meets."""
        return today_in(self.zone)

    @property
    def is_academic(self) -> bool:
        """A batch year, which goes from semester to semester."""
        return self.kind == self.Kind.ACADEMIC

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def marked(self, words: str) -> str:
        """What the batch is called here, with a mark where it is archived: "[ARCHIVED] DA-1"."""
        return f"[{gettext('ARCHIVED')}] {words}" if self.is_archived else words

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def last_semester(self) -> int:
        """With which it ends: its course's last, or what the institution says of batches without one."""
        return (self.course.semesters if self.course else 0) or self.institution.last_semester

    @property
    def seats_held(self) -> int:
        """Seats taken by students or held by open offers."""
        return self.enrolled_students + self.seats_offered

    @property
    def learners(self) -> int:
        """How many have seats, or had them when the batch was completed."""
        return self.enrolled_students if self.attended_count is None else self.attended_count

    @property
    def available_spots(self) -> int | None:
        """Seats that are free; None where the capacity is open."""
        return None if self.capacity is None else self.capacity - self.seats_held

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.seats_held >= self.capacity

    @property
    def is_over(self) -> bool:
        """Completed or cancelled."""
        return self.status in (self.Status.COMPLETED, self.Status.CANCELLED)

    @property
    def takes_enrollments(self) -> bool:
        """Neither over, archived nor deleted: it keeps its people and rooms busy. Full or not is another question."""
        return not (self.is_over or self.is_archived or self.is_deleted)

    def status_on(self, day: date, *, has_lead: bool) -> str:
        """The status that the dates alone give: a course batch without a lead stays Upcoming."""
        if self.start_date is None or day < self.start_date or (self.kind == self.Kind.COURSE and not has_lead):
            return self.Status.UPCOMING
        return self.Status.COMPLETED if self.end_date is not None and day > self.end_date else self.Status.ACTIVE

    def save_version(self, *columns: str) -> None:
        """Store these columns as the next version."""
        self.version += 1
        self.save(update_fields=[*columns, "version", "updated_at"])

    def mark_archived(self, at: datetime | None, by_id: object) -> None:
        """Set or clear the archive mark; saving is the rule's."""
        self.archived_at = at
        self.archived_by_id = by_id  # type: ignore[assignment]
