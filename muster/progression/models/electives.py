"""Which electives students chose."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.enrollments.models import Enrollment
from muster.institutions.models import InstitutionPart, owned_key, same_institution
from muster.progression import triggers
from muster.progression.models.mapping import SubjectMapping
from muster.progression.models.results import OF_MAPPING

BY: dict[str, Any] = {"on_delete": models.SET_NULL, "null": True, "related_name": "+", "editable": False}


@tracked(part_of="enrollment")
class ElectiveChoice(InstitutionPart):
    """An elective that a student of the batch takes, chosen by them or by staff."""

    known_by = "enrollment__student__full_name"

    enrollment = owned_key(Enrollment, related_name="elective_choices", db_index=False)
    mapping = owned_key(SubjectMapping, related_name="choices")
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, **BY)

    class Meta:
        constraints: ClassVar = [
            same_institution("elective_choice", "enrollment", "enrollments.Enrollment"),
            same_institution("elective_choice", "mapping", "progression.SubjectMapping"),
            models.UniqueConstraint(fields=["enrollment", "mapping"], name="an_elective_is_chosen_once"),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_choice_is_frozen", OF_MAPPING),
            triggers.choice_fits,
            triggers.scored_elective_stays,
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.enrollment_id} takes {self.mapping_id}"
