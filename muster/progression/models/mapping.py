"""Which subjects a batch is taught, in which semester, and by whom."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches.models import Batch
from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.courses.models import Subject
from muster.institutions.models import InstitutionPart, one_key, owned_key, person_of_institution, same_institution
from muster.progression.triggers import subject_is_of_the_course


@tracked(part_of="batch")
class SubjectMapping(InstitutionPart):
    """A subject that a batch is taught in one of its semesters, and who teaches it there, if anybody does yet."""

    counted = ngettext_lazy("%(count)d subject of a batch", "%(count)d subjects of batches", "count")

    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="subject_mappings", db_index=False)
    subject = owned_key(Subject, related_name="mappings", verbose_name=_("subject"))
    semester = models.PositiveSmallIntegerField(_("semester"), validators=[MinValueValidator(1)])
    instructor = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="subject_mappings", verbose_name=_("instructor")
    )
    is_elective = models.BooleanField(_("elective"), default=False)

    class Meta:
        verbose_name = _("subject of a batch")
        verbose_name_plural = _("subjects of batches")
        constraints: ClassVar = [
            one_key("subject_mapping"),
            same_institution("subject_mapping", "batch", "batches.Batch"),
            same_institution("subject_mapping", "subject", "courses.Subject"),
            person_of_institution("subject_mapping", "instructor"),
            models.UniqueConstraint(fields=["batch", "subject"], name="a_batch_is_taught_a_subject_once"),
            models.CheckConstraint(condition=Q(semester__gte=1), name="subject_is_taught_in_a_semester"),
        ]
        triggers: ClassVar = [batch_is_open("subject_of_archived_batch_is_frozen"), subject_is_of_the_course]
        ordering: ClassVar = ["semester", "subject__title__plain", "id"]

    def __str__(self) -> str:
        return str(self.subject)
