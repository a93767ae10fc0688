"""Reports that were ordered, with their files, and those that are mailed again and again."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.core.history import tracked
from muster.core.mailing_days import Mailed
from muster.core.text import Line
from muster.institutions.models import (
    InstitutionPart,
    InstitutionRow,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)


class ReportKind(models.TextChoices):
    """What a report is about."""

    INSTITUTION_MONTH = "institution_month", _("Institution's month")
    DEPARTMENT_KPI = "department_kpi", _("Department KPI")
    BATCH_PROGRESS = "batch_progress", _("Batch progress")
    INSTRUCTOR_PERFORMANCE = "instructor_performance", _("Instructor performance")
    ATTENDANCE_SHEET = "attendance_sheet", _("Attendance sheet")
    ATTENDED_DAYS = "attended_days", _("Attended days")
    MENTORING = "mentoring", _("Mentoring report")


class ReportFormat(models.TextChoices):
    """What a report is written as."""

    PDF = "pdf", _("PDF")
    XLSX = "xlsx", _("XLSX")
    CSV = "csv", _("CSV")


class AskedReport(InstitutionRow):
    """What is asked for: a kind, narrowed, in a format, by somebody as whom it is made."""

    kind = models.CharField(_("report"), max_length=30, choices=ReportKind)
    format = models.CharField(_("format"), max_length=4, choices=ReportFormat, default=ReportFormat.PDF)
    # As `ReportFilters` writes them: keys of rows, days, or the name of a time.
    filters = models.JSONField(default=dict, blank=True, editable=False)
    # Of whatever institution: administrators of the platform order reports too.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("ordered by")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.format}"


@tracked(exclude=("mailed_on",))
class ReportSchedule(AskedReport):
    """A report that is made and mailed on its mornings, as long as whoever ordered it may see it."""

    counted = ngettext_lazy("%(count)s schedule", "%(count)s schedules", "count")

    often = models.CharField(
        _("how often"), max_length=10, choices=[one for one in Mailed.choices if one[0] != Mailed.NEVER]
    )
    # The last morning that was made; the day it was set up before there was one.
    mailed_on = models.DateField(editable=False)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Why it was paused by itself.
    stopped_because = Line(_("reason"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("scheduled report")
        verbose_name_plural = _("scheduled reports")
        constraints: ClassVar = [
            one_key("report_schedule"),
            models.CheckConstraint(
                condition=Q(often__in=["daily", "weekly", "monthly"]), name="scheduled_report_has_its_mornings"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-created_at"], name="report_schedule_by_time")]
        ordering: ClassVar = ["-created_at", "-id"]

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


@tracked(part_of="schedule")
class ReportRecipient(InstitutionPart):
    """Somebody to whom a report is mailed."""

    schedule = owned_key(ReportSchedule, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    person = owned_key(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        verbose_name = _("recipient of a report")
        verbose_name_plural = _("recipients of reports")
        constraints: ClassVar = [
            same_institution("report_recipient", "schedule", "reports.ReportSchedule"),
            person_of_institution("report_recipient", "person"),
            models.UniqueConstraint(fields=["schedule", "person"], name="report_is_mailed_to_somebody_once"),
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.person_id}"


class ReportOrder(AskedReport):
    """One report: ordered, made in the background, and kept as a private file for a while."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being made")
        DONE = "done", _("Ready")
        # `refusal` says why.
        REFUSED = "refused", _("Not made")
        # Our own fault.
        FAILED = "failed", _("Failed")

    counted = ngettext_lazy("%(count)s report", "%(count)s reports", "count")

    # What made it by itself, and the morning for which.
    schedule = owned_key(ReportSchedule, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders")
    due_on = models.DateField(null=True, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    # What it is about, in words, once it is made.
    subject = Line(_("subject"), max_length=300, blank=True)
    # Blank again when the period is over for which files are kept.
    file = models.CharField(max_length=100, blank=True, editable=False)
    file_name = Line(_("file name"), max_length=150, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    media_type = models.CharField(max_length=100, blank=True, editable=False)
    refusal = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints: ClassVar = [
            one_key("report_order"),
            same_institution("report_order", "schedule", "reports.ReportSchedule"),
            models.UniqueConstraint(fields=["schedule", "due_on"], name="one_report_for_each_morning"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="report_progress_is_a_percentage"),
            models.CheckConstraint(condition=Q(file="") | Q(status="done"), name="report_file_is_of_a_made_report"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "-created_at"], name="report_order_by_time"),
            models.Index(fields=["by", "-created_at"], name="report_order_by_person"),
        ]
        ordering: ClassVar = ["-created_at", "-id"]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in (self.Status.WAITING, self.Status.RUNNING)

    @property
    def is_kept(self) -> bool:
        """Whether its file is there."""
        return bool(self.file)


class ReportReader(InstitutionPart):
    """Somebody who was told that a report of a schedule is ready, and may open it while they see what it is about."""

    order = owned_key(ReportOrder, on_delete=models.CASCADE, related_name="readers", db_index=False)
    person = owned_key(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        verbose_name = _("reader of a report")
        verbose_name_plural = _("readers of reports")
        constraints: ClassVar = [
            same_institution("report_reader", "order", "reports.ReportOrder"),
            person_of_institution("report_reader", "person"),
            models.UniqueConstraint(fields=["order", "person"], name="reader_of_a_report_once"),
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.person_id}"
