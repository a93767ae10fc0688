"""Who mentors whom, now and before."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from muster.allocation import triggers
from muster.core.history import tracked
from muster.core.text import Lines, ShortLines
from muster.institutions.models import InstitutionPart, one_key, owned_key, person_of_institution


class IndividualQuerySet(models.QuerySet["IndividualAssignment"]):
    def current(self) -> Self:
        """Those in force."""
        return self.filter(ended_at__isnull=True)


@tracked(part_of="student")
class IndividualAssignment(InstitutionPart):
    """An instructor to one student. At most one is current for a student; ended rows stay: they are the history."""

    known_by = "student__full_name"

    class Type(models.TextChoices):
        MENTOR = "mentor", _("Mentor")
        TUTOR = "tutor", _("Tutor")
        ADVISOR = "advisor", _("Advisor")
        SUPERVISOR = "supervisor", _("Supervisor")

    # What the database writes when it ends an assignment by itself.
    BY_ITSELF: ClassVar = {
        "instructor_left": _("Instructor is no longer active here"),
        "student_left": _("Student is no longer active here"),
    }

    student = owned_key(settings.AUTH_USER_MODEL, related_name="individual_assignments", db_index=False)
    instructor = owned_key(settings.AUTH_USER_MODEL, related_name="mentee_assignments")
    assignment_type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.MENTOR)
    notes = Lines(_("notes"), blank=True)
    assigned_at = models.DateTimeField(_("assigned"), default=timezone.now)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    end_reason = ShortLines(_("reason it ended"), max_length=300, blank=True)

    objects = IndividualQuerySet.as_manager()

    class Meta:
        verbose_name = _("individual assignment")
        verbose_name_plural = _("individual assignments")
        constraints: ClassVar = [
            one_key("individual_assignment"),
            person_of_institution("individual_assignment", "student"),
            person_of_institution("individual_assignment", "instructor"),
            models.UniqueConstraint(
                fields=["institution", "student"],
                condition=Q(ended_at__isnull=True),
                name="one_current_instructor_for_each_student",
            ),
            models.CheckConstraint(
                condition=Q(assignment_type__in=["mentor", "tutor", "advisor", "supervisor"]),
                name="individual_assignment_type_is_known",
            ),
            models.CheckConstraint(condition=~Q(student=F("instructor")), name="nobody_is_their_own_instructor"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("assigned_at")),
                name="individual_assignment_ends_after_it_starts",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["institution", "instructor"],
                condition=Q(ended_at__isnull=True),
                name="current_mentees_of_instructor",
            ),
            models.Index(fields=["student", "assigned_at"], name="assignments_of_student"),
            models.Index(fields=["institution", "student"], name="assigned_in_institution"),
        ]
        triggers: ClassVar = [triggers.roles_are_held, triggers.past_stays]
        ordering: ClassVar = ["-assigned_at", "-id"]

    def __str__(self) -> str:
        return f"{self.instructor_id} {self.assignment_type} of {self.student_id}"

    @property
    def why_ended(self) -> str:
        """The reason in words, also where the database ended it."""
        return str(self.BY_ITSELF.get(self.end_reason, self.end_reason))
