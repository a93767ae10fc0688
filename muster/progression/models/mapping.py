"""Which subjects a batch is taught, in which semester, and by whom."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches.models import Batch
from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.core.text import Line
from muster.courses.models import Subject
from muster.institutions.models import InstitutionPart, one_key, owned_key, person_of_institution, same_institution
from muster.progression import triggers


@tracked(part_of="batch")
class ElectiveGroup(InstitutionPart):
    """Electives of a semester of which students choose some: a number of subjects, or credits that they must reach.

    They choose from the first to the last day, by the class's own clock; staff may choose for them at any time.
    """

    counted = ngettext_lazy("%(count)s group of electives", "%(count)s groups of electives", "count")

    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="elective_groups", db_index=False)
    semester = models.PositiveSmallIntegerField(_("semester"), validators=[MinValueValidator(1)])
    name = Line(_("name"), max_length=100)
    choose = models.PositiveSmallIntegerField(_("subjects to choose"), null=True, blank=True)
    least_credits = models.DecimalField(
        _("credits to reach"), max_digits=5, decimal_places=1, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    # When those who have not chosen were last reminded, by the class's own clock.
    reminded_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("group of electives")
        verbose_name_plural = _("groups of electives")
        constraints: ClassVar = [
            one_key("elective_group"),
            same_institution("elective_group", "batch", "batches.Batch"),
            models.UniqueConstraint(fields=["batch", "semester", "name"], name="one_group_for_each_name"),
            models.CheckConstraint(
                condition=Q(choose__gte=1, least_credits__isnull=True) | Q(choose__isnull=True, least_credits__gt=0),
                name="group_asks_for_subjects_or_credits",
            ),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="group_closes_after_it_opens"),
        ]
        triggers: ClassVar = [batch_is_open("archived_group_is_frozen"), triggers.group_keeps_its_semester]
        ordering: ClassVar = ["semester", "name__plain", "id"]

    def __str__(self) -> str:
        return self.name

    def is_open(self, today: date) -> bool:
        """Whether students choose on this day."""
        return self.opens_on <= today <= self.closes_on


@tracked(part_of="batch")
class SubjectMapping(InstitutionPart):
    """A subject that a batch is taught in one of its semesters, and who teaches it there, if anybody does yet."""

    counted = ngettext_lazy("%(count)s subject of a batch", "%(count)s subjects of batches", "count")
    # What histories call it.
    known_by = "subject__title"

    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="subject_mappings", db_index=False)
    subject = owned_key(Subject, related_name="mappings", verbose_name=_("subject"))
    semester = models.PositiveSmallIntegerField(_("semester"), validators=[MinValueValidator(1)])
    instructor = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="subject_mappings", verbose_name=_("instructor")
    )
    is_elective = models.BooleanField(_("elective"), default=False)
    # Of an elective: what it is chosen from, without which only staff choose it; how many may take it, if limited.
    group = owned_key(
        ElectiveGroup,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="mappings",
        verbose_name=_("group of electives"),
    )
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)

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
            same_institution("subject_mapping", "group", "progression.ElectiveGroup"),
            models.CheckConstraint(
                condition=Q(is_elective=True) | Q(group__isnull=True, seats__isnull=True),
                name="electives_alone_have_seats_and_a_group",
            ),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_subject_is_frozen"),
            triggers.subject_is_of_the_course,
            triggers.group_is_of_the_semester,
            triggers.chosen_subject_stays_an_elective,
            triggers.chosen_seats_stay,
            triggers.subjects_came,
            triggers.subjects_changed,
            triggers.subjects_went,
        ]
        ordering: ClassVar = ["semester", "subject__title__plain", "id"]

    def __str__(self) -> str:
        return str(self.subject)
