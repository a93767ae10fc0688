"""What an institution hands in to an authority, as frozen files, and who opened them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches.models import Batch
from muster.core.history import tracked
from muster.core.ids import new_id
from muster.core.ownership import only_added_to
from muster.core.text import Line, Lines, is_one_line
from muster.institutions.models import (
    InstitutionPart,
    InstitutionRow,
    of_institution,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)
from muster.submissions import triggers
from muster.submissions.models.templates import ExportTemplate


def _by() -> Any:
    """Who did something, of whatever institution."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )


# What the manifest says, the key and the signature stand in the row, and nobody reads them in its history.
@tracked(exclude=("manifest", "signature"))
class Submission(InstitutionRow):
    """Files for an authority. From when it is submitted on they stay as they are: a correction is a new submission."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RECEIVED = "received", _("Received")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REPLACED = "replaced", _("Replaced")

    # Those that were handed in, and count.
    IN_FORCE = (Status.SUBMITTED, Status.RECEIVED)

    counted = ngettext_lazy("%(count)s submission", "%(count)s submissions", "count")

    title = Line(_("title"), max_length=150)
    # Without one it is handed over outside of Muster.
    regulator = owned_key(settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+")
    replaces = owned_key("self", null=True, blank=True, related_name="replacements")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    created_by = _by()
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = _by()
    # When the regulator first opened it.
    received_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = _by()
    withdrawal_reason = Lines(_("reason"), blank=True)
    # The very text that is signed, and its signature (DER, in hexadecimal) by the key of that thumbprint.
    manifest = models.TextField(blank=True, editable=False)
    signature = models.CharField(max_length=200, blank=True, editable=False)
    key_id = models.CharField(max_length=60, blank=True, editable=False)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints: ClassVar = [
            one_key("submission"),
            person_of_institution("submission", "regulator"),
            same_institution("submission", "replaces", "submissions.Submission"),
            is_one_line("title", "submission_has_a_title"),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at__isnull=True, manifest="", signature="", key_id="")
                | (Q(submitted_at__isnull=False) & ~Q(status="draft") & ~Q(manifest="") & ~Q(signature="")),
                name="submitted_with_a_signed_manifest",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")
                | ~Q(status="withdrawn") & Q(withdrawn_at__isnull=True, withdrawal_reason=""),
                name="withdrawn_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="submission_replaces_another_one"
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(status__in=["submitted", "received"]),
                name="one_submission_in_place_of_another",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-created_at"], name="submission_by_time")]
        triggers: ClassVar = [triggers.submitted_stays, triggers.submission_begins_as_draft]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_in_force(self) -> bool:
        return self.status in self.IN_FORCE


@tracked(part_of="submission")
class SubmissionResource(InstitutionPart):
    """One thing that a submission holds: a kind of list, of a batch, over days; once submitted, its frozen file."""

    class Type(models.TextChoices):
        ATTENDANCE_REGISTER = "ATTENDANCE_REGISTER", _("Attendance registers")
        ENROLMENT_LIST = "ENROLMENT_LIST", _("Enrollment list")
        RESULTS = "RESULTS", _("Results")
        TEMPLATE = "TEMPLATE", _("File from an export template")

    counted = ngettext_lazy("%(count)s item of a submission", "%(count)s items of submissions", "count")

    submission = owned_key(Submission, on_delete=models.CASCADE, related_name="resources", db_index=False)
    place = models.PositiveSmallIntegerField(default=1)
    type = models.CharField(_("type"), max_length=20, choices=Type)
    template = owned_key(ExportTemplate, null=True, blank=True, related_name="submissions")
    batch = owned_key(Batch, related_name="+")
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("to"))
    file = models.CharField(max_length=100, blank=True, editable=False)
    file_name = Line(max_length=120, blank=True, editable=False)
    media_type = models.CharField(max_length=100, blank=True, editable=False)
    file_size = models.PositiveBigIntegerField(default=0, editable=False)
    file_digest = models.CharField(max_length=64, blank=True, editable=False)
    # Lines below the headings.
    row_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("item of a submission")
        verbose_name_plural = _("items of submissions")
        constraints: ClassVar = [
            one_key("submission_resource"),
            same_institution("submission_resource", "submission", "submissions.Submission"),
            same_institution("submission_resource", "template", "submissions.ExportTemplate"),
            same_institution("submission_resource", "batch", "batches.Batch"),
            models.CheckConstraint(
                condition=Q(type="TEMPLATE", template__isnull=False) | ~Q(type="TEMPLATE") & Q(template__isnull=True),
                name="template_of_a_template_resource",
            ),
            models.CheckConstraint(
                condition=Q(to_date__gte=F("from_date")), name="submission_resource_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(file="", file_digest="") | ~Q(file="") & Q(file_digest__regex="^[0-9a-f]{64}$"),
                name="submitted_file_has_a_checksum",
            ),
            models.UniqueConstraint(fields=["submission", "place"], name="one_submission_resource_for_each_place"),
            models.UniqueConstraint(
                fields=["submission", "file_name"],
                condition=~Q(file_name=""),
                name="one_file_of_a_name_in_a_submission",
            ),
        ]
        triggers: ClassVar = [triggers.submitted_files_stay]
        ordering: ClassVar = ["place"]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.batch_id}"


@only_added_to
@tracked(exclude=("looked_by", "looked_at", "request_id"), part_of="submission", is_look=True)
class SubmissionLook(models.Model):
    """The regulator opened a submission, its manifest or one of its files. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    institution = of_institution()
    submission = owned_key(Submission, related_name="looks")
    looked_by = _by()
    looked_at = models.DateTimeField(db_default=Now())
    # The name of the file; nothing for the submission itself.
    file_name = Line(max_length=120, blank=True)
    # The id of the request, by which the log tells from where.
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("look at a submission")
        verbose_name_plural = _("looks at submissions")
        constraints: ClassVar = [same_institution("submission_look", "submission", "submissions.Submission")]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.file_name}"
