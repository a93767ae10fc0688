"""Scores, what was published of them, and what a semester came to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.core.text import Line, Lines
from muster.enrollments.models import Enrollment
from muster.enrollments.triggers import OF_ENROLLMENT
from muster.institutions.models import InstitutionPart, one_key, owned_key, same_institution
from muster.progression import triggers
from muster.progression.grading import Cell, State, Verdict
from muster.progression.models.mapping import SubjectMapping

OF_MAPPING = "(SELECT batch_id FROM progression_subjectmapping WHERE id = {0}.mapping_id)"
BY: dict[str, Any] = {"on_delete": models.SET_NULL, "null": True, "related_name": "+", "editable": False}


@tracked(part_of="mapping")
class ComponentScore(InstitutionPart):
    """A cell of the results sheet: a score, or what stands in its place. One that was cleared is blank.

    `marked_at` is when whoever marked says it was, never later than receipt: the newest stands.
    """

    known_by = "enrollment__student__full_name"

    enrollment = owned_key(Enrollment, related_name="scores", db_index=False)
    mapping = owned_key(SubjectMapping, related_name="scores")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    component = Line(_("component"), max_length=12)
    score = models.DecimalField(_("score"), max_digits=6, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, blank=True, choices=[(one.value, one.value) for one in State])
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, **BY)

    class Meta:
        constraints: ClassVar = [
            same_institution("component_score", "enrollment", "enrollments.Enrollment"),
            same_institution("component_score", "mapping", "progression.SubjectMapping"),
            models.UniqueConstraint(
                fields=["enrollment", "mapping", "attempt", "component"], name="one_score_in_a_cell"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=False, state="", score__gte=0)
                | Q(score__isnull=True, state__in=[one.value for one in State]),
                name="cell_has_a_score_or_a_state",
            ),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="score_is_of_an_attempt"),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_score_is_frozen", OF_MAPPING),
            triggers.score_is_of_the_batch,
            triggers.published_score_is_frozen,
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.component}: {self.state or self.score}"

    @property
    def cell(self) -> Cell:
        """The score, or what stands in its place."""
        return State(self.state) if self.score is None else self.score


@tracked(part_of="mapping")
class ScoreModeration(InstitutionPart):
    """A step by which the scores of a component were moderated, for everybody in the sheet; scores stay as given."""

    class Kind(models.TextChoices):
        SCALE = "scale", _("Multiply by")
        ADD = "add", _("Add")
        CAP = "cap", _("Cap at")

    mapping = owned_key(SubjectMapping, related_name="moderations")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    component = Line(_("component"), max_length=12)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=7, decimal_places=3)
    reason = Lines(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, **BY)

    class Meta:
        constraints: ClassVar = [
            same_institution("score_moderation", "mapping", "progression.SubjectMapping"),
            models.CheckConstraint(condition=~Q(reason=""), name="moderation_has_a_reason"),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_moderation_is_frozen", OF_MAPPING),
            triggers.moderation_is_only_added,
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


@tracked(part_of="mapping")
class SubjectResult(InstitutionPart):
    """A version of a student's result in a subject as it was published, with the scores and the scheme behind it.

    Opened again it stays the result until the next version is published; only then it is no longer current.
    """

    known_by = "enrollment__student__full_name"

    enrollment = owned_key(Enrollment, related_name="subject_results", db_index=False)
    mapping = owned_key(SubjectMapping, related_name="subject_results")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_current = models.BooleanField(default=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=[(one.value, one.value) for one in Verdict])
    total = models.DecimalField(_("total"), max_digits=8, decimal_places=2, null=True)
    percent = models.DecimalField(_("percent"), max_digits=6, decimal_places=2, null=True)
    grade = Line(_("grade"), max_length=12, blank=True)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True)
    worth = models.DecimalField(_("credits of the subject"), max_digits=5, decimal_places=1)
    earned = models.DecimalField(_("credits earned"), max_digits=5, decimal_places=1)
    counts = models.BooleanField(_("counts in averages"))
    grace = models.DecimalField(_("grace marks"), max_digits=6, decimal_places=2, default=0)
    # As they were: reasons of a failure, scores by component, moderation, scheme.
    basis = models.JSONField(default=dict)
    reason = Lines(_("reason"), blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, **BY)
    reopened_at = models.DateTimeField(null=True, editable=False)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, **BY)
    reopen_reason = Lines(_("reason"), blank=True)

    class Meta:
        constraints: ClassVar = [
            same_institution("subject_result", "enrollment", "enrollments.Enrollment"),
            same_institution("subject_result", "mapping", "progression.SubjectMapping"),
            models.UniqueConstraint(
                fields=["enrollment", "mapping", "attempt", "version"], name="one_result_for_each_version"
            ),
            models.UniqueConstraint(
                fields=["enrollment", "mapping", "attempt"],
                condition=Q(is_current=True),
                name="one_current_result_of_an_attempt",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["passed", "failed", "exempt"]), name="published_result_has_a_verdict"
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, reopen_reason="")
                | (Q(reopened_at__isnull=False) & ~Q(reopen_reason="")),
                name="reopened_result_has_a_reason",
            ),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_result_is_frozen", OF_MAPPING),
            triggers.result_is_of_the_batch,
            triggers.published_result_stays,
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.grade or self.verdict}, version {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether its scores may change: it was opened again, and no newer version was published."""
        return self.reopened_at is not None


@tracked(part_of="enrollment")
class AcademicRecord(InstitutionPart):
    """What a semester came to for a student, from the published results of its subjects."""

    known_by = "enrollment__student__full_name"

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")
        DETAINED = "detained", _("Held back")

    enrollment = owned_key(Enrollment, related_name="academic_records", db_index=False)
    semester = models.PositiveSmallIntegerField(_("semester"))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.IN_PROGRESS)
    sgpa = models.DecimalField(_("SGPA"), max_digits=5, decimal_places=2, null=True)
    worth = models.DecimalField(_("credits"), max_digits=6, decimal_places=1, default=0)
    earned = models.DecimalField(_("credits earned"), max_digits=6, decimal_places=1, default=0)

    class Meta:
        constraints: ClassVar = [
            one_key("academic_record"),
            same_institution("academic_record", "enrollment", "enrollments.Enrollment"),
            models.UniqueConstraint(fields=["enrollment", "semester"], name="one_record_of_a_semester"),
            models.CheckConstraint(
                condition=Q(status__in=["in_progress", "passed", "failed", "detained"], semester__gte=1),
                name="record_is_of_a_semester",
            ),
        ]
        triggers: ClassVar = [batch_is_open("archived_record_is_frozen", OF_ENROLLMENT)]
        ordering: ClassVar = ["semester"]

    def __str__(self) -> str:
        return f"{self.semester}: {self.status}"
