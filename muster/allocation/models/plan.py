"""Staffing plans: who could lead the batches without a lead, and mentor the students without a mentor."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from muster.batches.models import Batch
from muster.core.history import tracked
from muster.institutions.models import (
    Branch,
    Department,
    InstitutionPart,
    InstitutionRow,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)


@tracked(exclude=("progress", "stage"))
class Plan(InstitutionRow):
    """A proposal that staffs many batches, or gives many students a mentor, at once. Reviewed, then applied."""

    class Kind(models.TextChoices):
        BATCHES = "batches", _("Leads for batches")
        STUDENTS = "students", _("Mentors for students")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        READY = "ready", _("Ready")
        APPLIED = "applied", _("Applied")
        PARTLY_APPLIED = "partly_applied", _("Partly applied")
        # Our own fault; nothing was proposed.
        FAILED = "failed", _("Failed")
        # Nothing of what it proposed still holds.
        OVERTAKEN = "overtaken", _("Out of date")

    class Stage(models.TextChoices):
        WAITING = "waiting", _("Waiting in line")
        READING = "reading", _("Checking availability")
        FIRST = "first", _("Finding a first plan")
        SEARCHING = "searching", _("Looking for the best plan")
        EXPLAINING = "explaining", _("Writing up the reasons")
        OVER = "over", _("Done")

    class Solver(models.TextChoices):
        CP_SAT = "cp-sat", _("OR-Tools CP-SAT")
        FLOW = "flow", _("OR-Tools minimum cost flow")
        GREEDY = "greedy", _("Greedy with swaps")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.BATCHES)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.QUEUED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by")
    )
    branch = owned_key(
        Branch, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    department = owned_key(
        Department, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    keep_to_limits = models.BooleanField(_("keep to limits"), default=True)
    least_score = models.PositiveSmallIntegerField(_("minimum score"), default=0, validators=[MaxValueValidator(100)])
    progress = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.WAITING)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("applied by")
    )
    # What came of the search.
    solver = models.CharField(_("solver"), max_length=10, choices=Solver, blank=True)
    wanted = models.PositiveIntegerField(default=0)
    staffed = models.PositiveIntegerField(default=0)
    # The sum of the scores of what is proposed, and the most that any proposal could reach. Null: not known.
    objective = models.PositiveIntegerField(null=True, blank=True)
    bound = models.PositiveIntegerField(null=True, blank=True)
    # How many could be staffed at most. Null: not known.
    staffed_bound = models.PositiveIntegerField(null=True, blank=True)
    # What the best could be better by, as a part of it; 0 is proved to be the best.
    gap = models.FloatField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    # A digest of everything that it was worked out from.
    fingerprint = models.CharField(max_length=64, blank=True)
    # By instructor: what they carried before, their limit.
    workload = models.JSONField(default=list, blank=True)
    # How many more there were than one plan takes.
    left_out = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("staffing plan")
        verbose_name_plural = _("staffing plans")
        constraints: ClassVar = [
            one_key("plan"),
            same_institution("plan", "branch", "institutions.Branch"),
            same_institution("plan", "department", "institutions.Department"),
            models.CheckConstraint(condition=Q(kind__in=["batches", "students"]), name="plan_kind_is_known"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["queued", "running", "ready", "applied", "partly_applied", "failed", "overtaken"]
                ),
                name="plan_status_is_known",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="plan_progress_is_a_percentage"),
            models.CheckConstraint(condition=Q(least_score__lte=100), name="plan_least_score_is_at_most_100"),
            models.CheckConstraint(condition=Q(staffed__lte=F("wanted")), name="plan_staffs_no_more_than_is_wanted"),
            models.CheckConstraint(
                condition=Q(status__in=["applied", "partly_applied"], applied_at__isnull=False)
                | (~Q(status__in=["applied", "partly_applied"]) & Q(applied_at__isnull=True)),
                name="applied_plan_says_when",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-created_at"], name="plan_by_time")]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"

    @property
    def is_over(self) -> bool:
        """Whether the search has come to its end."""
        return self.status not in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def is_open(self) -> bool:
        """Whether something of it could still be applied."""
        return self.status in (self.Status.READY, self.Status.PARTLY_APPLIED)


class PlanItemQuerySet(models.QuerySet["PlanItem"]):
    def in_full(self) -> Self:
        """With whom they are about and who is proposed, in the order of the plan."""
        return self.select_related("batch", "student", "instructor").order_by("position", "pk")


@tracked(part_of="plan")
class PlanItem(InstitutionPart):
    """What the plan proposes for one batch or one student: an instructor with reasons, or why there is none."""

    plan = owned_key(Plan, on_delete=models.CASCADE, related_name="items", db_index=False)
    batch = owned_key(Batch, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("batch"))
    student = owned_key(settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+", verbose_name=_("student"))
    instructor = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+", verbose_name=_("instructor")
    )
    # Chosen by a person in the place of what was proposed.
    by_hand = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True, validators=[MaxValueValidator(100)])
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    why_not = models.JSONField(_("reason for no proposal"), default=list, blank=True)
    # A digest of the batch's hours as they were; of a student nothing but being unassigned counts.
    basis = models.CharField(max_length=32, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    # Why it was not applied when somebody asked.
    refusal = models.TextField(_("reason not applied"), blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints: ClassVar = [
            same_institution("plan_item", "plan", "allocation.Plan"),
            same_institution("plan_item", "batch", "batches.Batch"),
            person_of_institution("plan_item", "student"),
            person_of_institution("plan_item", "instructor"),
            models.CheckConstraint(
                condition=Q(batch__isnull=False, student__isnull=True) | Q(batch__isnull=True, student__isnull=False),
                name="plan_item_is_of_one_batch_or_one_student",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(instructor__isnull=False),
                name="applied_item_has_an_instructor",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=100), name="plan_item_score_is_at_most_100"
            ),
            models.UniqueConstraint(
                fields=["plan", "batch"], condition=Q(batch__isnull=False), name="one_proposal_for_each_batch"
            ),
            models.UniqueConstraint(
                fields=["plan", "student"], condition=Q(student__isnull=False), name="one_proposal_for_each_student"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["plan", "position"], name="plan_item_by_position")]
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.instructor_id} for {self.batch_id or self.student_id}"

    @property
    def about(self) -> str:
        """The code of the batch, or the name of the student."""
        return self.batch.code if self.batch else self.student.full_name if self.student else ""
