"""What was imported: the runs with their reports, what columns mean, and which batch came from which section."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.batches.models import Batch
from muster.core.text import Line
from muster.institutions.models import InstitutionPart, InstitutionRow, one_key, owned_key, same_institution


class ImportRun(InstitutionRow):
    """One reading of one file, tried (`dry_run`) or for good, with what came of it."""

    class Kind(models.TextChoices):
        STUDENTS = "students", _("Students")
        INSTRUCTORS = "instructors", _("Instructors")
        BATCHES = "batches", _("Batches")
        ENROLLMENTS = "enrollments", _("Enrollments")
        MARKS = "marks", _("Marks")
        SECTIONS = "sections", _("Timetable sections")
        REGISTER = "register", _("Register with students by date")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        # The file could not be read: `refusal` says why.
        REFUSED = "refused", _("Refused")
        # Our own fault; nothing was changed.
        FAILED = "failed", _("Failed")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.STUDENTS)
    dry_run = models.BooleanField(_("preview only"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    # Kept, out of reach of the web, until it has been imported or a week is over.
    file = models.FileField(_("file"), upload_to="imports/", blank=True)
    file_name = Line(_("file name"), max_length=150)
    file_digest = models.CharField(max_length=64)
    file_size = models.PositiveIntegerField(default=0)
    # The try-out that this run was started from.
    tried_as = owned_key("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="imports")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)
    # How it is to be imported (`ImportChoices`), and what comes of each row. Rows are many: lists leave them out.
    choices = models.JSONField(default=dict, blank=True, editable=False)
    rows = models.JSONField(default=list, blank=True, editable=False)
    refusal = models.TextField(blank=True)
    # The keys of what it has made, by kind; of daily records the dates by enrollment.
    made = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What went when it was undone, and what stays and why.
    undone = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            one_key("import_run"),
            same_institution("import_run", "tried_as", "exchange.ImportRun"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="import_progress_is_a_percentage"),
            models.UniqueConstraint(
                fields=["tried_as"], condition=~Q(status__in=["refused", "failed"]), name="a_trial_is_imported_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-created_at"], name="import_run_by_time")]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} from {self.file_name}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in (self.Status.WAITING, self.Status.RUNNING)


class ColumnMapping(InstitutionRow):
    """What the columns of an institution's files of one kind mean, by heading, kept for the next time."""

    kind = models.CharField(_("kind"), max_length=20, choices=ImportRun.Kind)
    columns = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "kind"], name="one_mapping_for_each_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


class ImportedBatch(InstitutionPart):
    """The section that a batch was imported from, so that importing again finds it under whatever code it has now."""

    key = models.CharField(max_length=60)
    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            same_institution("imported_batch", "batch", "batches.Batch"),
            models.UniqueConstraint(fields=["institution", "key"], name="one_batch_for_each_section"),
        ]

    def __str__(self) -> str:
        return self.key
