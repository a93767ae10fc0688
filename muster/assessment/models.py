"""What a batch is assessed by beside its subjects' results: categories, assessments, and each student's mark."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.assessment import triggers
from muster.batches.models import Batch
from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.core.text import Line, Lines
from muster.core.validators import between
from muster.enrollments.models import Enrollment
from muster.institutions.models import InstitutionPart, one_key, owned_key, same_institution
from muster.progression.grading import State
from muster.progression.models import SubjectMapping

OF_ASSESSMENT = "(SELECT batch_id FROM assessment_assessment WHERE id = {0}.assessment_id)"
ZERO = Decimal(0)
# The highest score that a mark takes.
MOST_SCORE = Decimal("9999.99")
BY: dict[str, Any] = {"on_delete": models.SET_NULL, "null": True, "related_name": "+", "editable": False}


@tracked(part_of="batch")
class AssessmentCategory(InstitutionPart):
    """A kind of assessment of a batch, and what all of them together weigh in the total, in percent."""

    counted = ngettext_lazy("%(count)s category", "%(count)s categories", "count")

    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="assessment_categories", db_index=False)
    name = Line(_("name"), max_length=60)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, validators=between(0, 100))

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints: ClassVar = [
            one_key("assessment_category"),
            same_institution("assessment_category", "batch", "batches.Batch"),
            models.UniqueConstraint("batch", Lower("name"), name="one_category_for_each_name"),
            models.CheckConstraint(condition=Q(weight__gte=0, weight__lte=100), name="category_weighs_a_percentage"),
            models.CheckConstraint(condition=~Q(name=""), name="category_has_a_name"),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_category_is_frozen"),
            triggers.category_stays_in_its_batch,
        ]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name


@tracked(part_of="batch", exclude=("announced_at", "chased_at"))
class Assessment(InstitutionPart):
    """Something by which the students of a batch are assessed: an assignment, a test, an exam.

    `weight` is its share within its category, against the others; with none it does not count. A score goes up to
    `maximum`, and by as much as `extra_credit` beyond. Mapped to a component of a subject's results, publishing writes
    it there.
    """

    counted = ngettext_lazy("%(count)s assessment", "%(count)s assessments", "count")
    # What histories call it.
    known_by = "title"

    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="assessments", db_index=False)
    category = owned_key(AssessmentCategory, related_name="assessments", verbose_name=_("category"))
    title = Line(_("title"), max_length=120)
    maximum = models.DecimalField(
        _("maximum"), max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    extra_credit = models.DecimalField(
        _("extra credit"), max_digits=6, decimal_places=2, default=ZERO, validators=[MinValueValidator(ZERO)]
    )
    due_on = models.DateField(_("due"))
    weight = models.DecimalField(
        _("weight in its category"), max_digits=5, decimal_places=2, default=Decimal(1), validators=between(0, 100)
    )
    mapping = owned_key(
        SubjectMapping,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="assessments",
        verbose_name=_("subject"),
    )
    component = Line(_("component"), max_length=12, blank=True)
    # When marks of it were first published; each mark says for itself whether it is.
    published_at = models.DateTimeField(null=True, editable=False)
    # When students were reminded of the day, and the instructors of marks that are missing.
    announced_at = models.DateTimeField(null=True, editable=False)
    chased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints: ClassVar = [
            one_key("assessment"),
            same_institution("assessment", "batch", "batches.Batch"),
            same_institution("assessment", "category", "assessment.AssessmentCategory"),
            same_institution("assessment", "mapping", "progression.SubjectMapping"),
            models.UniqueConstraint("batch", Lower("title"), name="one_assessment_for_each_title"),
            models.CheckConstraint(
                condition=Q(
                    maximum__gt=0, extra_credit__gte=0, weight__gte=0, maximum__lte=MOST_SCORE - F("extra_credit")
                ),
                name="assessment_can_be_marked",
            ),
            models.CheckConstraint(
                condition=Q(mapping__isnull=True, component="") | Q(mapping__isnull=False) & ~Q(component=""),
                name="mapped_assessment_names_a_component",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="assessment_has_a_title"),
        ]
        indexes: ClassVar = [models.Index(fields=["batch", "due_on"], name="assessments_of_a_batch")]
        triggers: ClassVar = [
            batch_is_open("archived_assessment_is_frozen"),
            triggers.assessment_is_of_its_batch,
            triggers.published_assessment_keeps_its_scale,
            triggers.marks_stay_within_the_maximum,
        ]
        ordering: ClassVar = ["due_on", "title__plain", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def most(self) -> Decimal:
        """The highest score that may be given."""
        return self.maximum + self.extra_credit


@tracked(part_of="assessment")
class AssessmentMark(InstitutionPart):
    """What a student got: a score, or what stands in its place, and a comment for them. One cleared is blank.

    Students see it once `published_at` is set, and it changes no more unless it is opened again. `marked_at` is when
    whoever marks says it was, never later than receipt: the newest stands.
    """

    known_by = "enrollment__student__full_name"

    enrollment = owned_key(Enrollment, related_name="assessment_marks", db_index=False)
    assessment = owned_key(Assessment, related_name="marks", db_index=False)
    score = models.DecimalField(_("score"), max_digits=6, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, blank=True, choices=[(one.value, one.value) for one in State])
    comment = Lines(_("comment"), blank=True)
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, **BY)
    published_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints: ClassVar = [
            same_institution("assessment_mark", "enrollment", "enrollments.Enrollment"),
            same_institution("assessment_mark", "assessment", "assessment.Assessment"),
            models.UniqueConstraint(fields=["assessment", "enrollment"], name="one_mark_for_each_student"),
            models.CheckConstraint(
                condition=Q(score__isnull=False, state="", score__gte=0)
                | Q(score__isnull=True, state__in=[one.value for one in State]),
                name="mark_has_a_score_or_a_state",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | ~Q(state__in=[State.BLANK.value, State.WITHHELD.value]),
                name="published_mark_says_something",
            ),
        ]
        indexes: ClassVar = [models.Index(F("enrollment"), name="marks_of_a_student")]
        triggers: ClassVar = [
            batch_is_open("archived_assessment_mark_is_frozen", OF_ASSESSMENT),
            triggers.mark_fits_the_assessment,
            triggers.published_mark_is_frozen,
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.state or str(self.score)

    @property
    def cell(self) -> Decimal | State:
        """The score, or what stands in its place."""
        return State(self.state) if self.score is None else self.score
