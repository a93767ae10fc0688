"""Certificates: which document was handed out for which enrollment."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches.triggers import batch_is_open
from muster.certificates import triggers
from muster.core.history import tracked
from muster.core.text import Lines
from muster.documents.models import IssuedDocument
from muster.enrollments.models import Enrollment
from muster.enrollments.triggers import OF_ENROLLMENT
from muster.institutions.models import InstitutionPart, one_key, owned_key, same_institution


@tracked(part_of="enrollment")
class Certificate(InstitutionPart):
    """A certificate for an enrollment. What it says, its serial, and whether it is valid stand in its document.

    `exception_reason` is why it was issued although something was missing; only staff see it.
    """

    known_by = "enrollment__student__full_name"

    counted = ngettext_lazy("%(count)s certificate", "%(count)s certificates", "count")

    enrollment = owned_key(Enrollment, related_name="certificates", verbose_name=_("enrollment"))
    document = owned_key(IssuedDocument, related_name="certificates", verbose_name=_("document"), db_index=False)
    exception_reason = Lines(_("reason for the exception"), blank=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints: ClassVar = [
            one_key("certificate"),
            same_institution("certificate", "enrollment", "enrollments.Enrollment"),
            same_institution("certificate", "document", "documents.IssuedDocument"),
            models.UniqueConstraint(fields=["document"], name="one_certificate_for_each_document"),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_batch_issues_no_certificate", OF_ENROLLMENT, allowed=("updated_at",)),
            triggers.certificate_fits,
            triggers.issued_certificate_stays,
        ]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return str(self.document)
