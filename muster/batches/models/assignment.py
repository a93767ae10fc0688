"""Who teaches a batch, from when until when."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches import triggers
from muster.batches.models.batch import Batch
from muster.core.constraints import DaysOf, SameId
from muster.core.history import tracked
from muster.core.ownership import kept_by_triggers
from muster.core.text import Lines
from muster.courses.models import Subject
from muster.institutions.models import InstitutionPart, owned_key, person_of_institution, same_institution
from muster.timetable.models import SeededHash


class AssignmentQuerySet(models.QuerySet["InstructorAssignment"]):
    def on(self, day: date | Any) -> Self:
        """Those in force on a day."""
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)

    def leads(self) -> Self:
        return self.filter(role=InstructorAssignment.Role.LEAD)


@tracked(part_of="batch")
class InstructorAssignment(InstitutionPart):
    """An instructor to a batch, as lead, assistant or substitute. Ended rows stay: they are the history.

    `until_date` is the last day; one that was replaced on its first day ends the day before and so covers none.
    """

    known_by = "instructor__full_name"

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        ASSISTANT = "assistant", _("Assistant")
        SUBSTITUTE = "substitute", _("Substitute")

    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="instructor_assignments", db_index=False)
    instructor = owned_key(settings.AUTH_USER_MODEL, related_name="instructor_assignments", db_index=False)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.LEAD)
    from_date = models.DateField(_("from"))
    until_date = models.DateField(_("until"), null=True, blank=True)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    notes = Lines(_("notes"), blank=True)
    # Of an assistant of a batch year: they come for the subjects that they teach there, and for nothing else.
    for_subjects = models.BooleanField(default=False, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            same_institution("instructor_assignment", "batch", "batches.Batch"),
            person_of_institution("instructor_assignment", "instructor"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date") - 1),
                name="assignment_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["lead", "assistant", "substitute"]), name="assignment_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(for_subjects=False) | Q(role="assistant"), name="assistants_alone_come_for_subjects"
            ),
            ExclusionConstraint(
                name="one_lead_on_one_day",
                expressions=[
                    (SameId(F("batch_id"), 0), RangeOperators.OVERLAPS),
                    (DaysOf(F("from_date"), F("until_date") + 1), RangeOperators.OVERLAPS),
                ],
                condition=Q(role="lead"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "role"], name="assignment_by_batch"),
            models.Index(fields=["instructor", "until_date"], name="assignment_by_instructor"),
            models.Index(fields=["institution", "instructor"], name="assignment_by_institution"),
        ]
        triggers: ClassVar = [
            triggers.batch_is_open("assignment_to_archived_batch_is_frozen"),
            triggers.teacher_holds_the_role,
            triggers.assignments_came,
            triggers.assignments_changed,
            triggers.assignments_went,
        ]
        ordering: ClassVar = ["from_date", "id"]

    def __str__(self) -> str:
        return f"{self.instructor_id} {self.role} of {self.batch_id}"

    def covers(self, day: date) -> bool:
        """Whether it is in force on the day."""
        return self.from_date <= day and not self.ended_before(day)

    def ended_before(self, day: date) -> bool:
        return self.until_date is not None and self.until_date < day


@kept_by_triggers
class SubjectFaculty(InstitutionPart):
    """Who teaches a subject in a batch year, from when until when: on those days its sessions are theirs alone.

    What is taught by whom is written by a later app, whose triggers keep this; it counts on the days on which they are
    assigned to the batch.
    """

    counted = ngettext_lazy("%(count)s subject taught in a batch", "%(count)s subjects taught in batches", "count")

    batch = owned_key(Batch, on_delete=models.DO_NOTHING, related_name="faculty", db_index=False)
    subject = owned_key(Subject, related_name="faculty")
    instructor = owned_key(settings.AUTH_USER_MODEL, related_name="subjects_taught")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            same_institution("subject_faculty", "batch", "batches.Batch"),
            same_institution("subject_faculty", "subject", "courses.Subject"),
            person_of_institution("subject_faculty", "instructor"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")),
                name="faculty_teaches_on_some_day",
            ),
            ExclusionConstraint(
                name="one_faculty_of_a_subject_on_one_day",
                expressions=[
                    (SameId(F("batch_id"), SeededHash(F("subject_id"), 0)), RangeOperators.OVERLAPS),
                    (DaysOf(F("from_date"), F("until_date") + 1), RangeOperators.OVERLAPS),
                ],
                # One follows the other in one statement.
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        triggers: ClassVar = [triggers.faculty_came, triggers.faculty_changed, triggers.faculty_went]

    def __str__(self) -> str:
        return f"{self.instructor_id} teaches {self.subject_id} in {self.batch_id}"
