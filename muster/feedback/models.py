"""Feedback: who is asked when, that somebody answered, and the answers, which nobody can trace to a person."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.allocation.models import IndividualAssignment
from muster.batches.models import Batch
from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.core.ownership import hidden_from_application, kept_by_triggers
from muster.core.text import ShortLines
from muster.feedback import triggers
from muster.institutions.models import (
    InstitutionPart,
    of_institution,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)

# Fewer answers than this are never shown, nor is anything from which they could be worked out.
LEAST = 5
MOST_COMMENT = 1000


@tracked(part_of="batch")
class FeedbackRound(InstitutionPart):
    """The students of a batch, or the student of a mentor, are asked once, until a day by their own clock.

    History keeps when a round opened and closed; of answering it keeps nothing, so nothing here changes with it.
    """

    counted = ngettext_lazy("%(count)s feedback round", "%(count)s feedback rounds", "count")

    class Kind(models.TextChoices):
        MIDPOINT = "midpoint", _("Midpoint")
        END = "end", _("End")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    batch = owned_key(Batch, null=True, blank=True, related_name="feedback_rounds", db_index=False)
    assignment = owned_key(
        IndividualAssignment, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="feedback_rounds"
    )
    # Whom the question about the instructor means: the lead on the day it opened, or the mentor.
    instructor = owned_key(settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+")
    closes_on = models.DateField(_("last day"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    reminded_on = models.DateField(_("reminded"), null=True, blank=True, editable=False)
    # Without: Muster itself.
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("feedback round")
        verbose_name_plural = _("feedback rounds")
        constraints: ClassVar = [
            one_key("feedback_round"),
            same_institution("feedback_round", "batch", "batches.Batch"),
            same_institution("feedback_round", "assignment", "allocation.IndividualAssignment"),
            person_of_institution("feedback_round", "instructor"),
            models.CheckConstraint(condition=Q(kind__in=["midpoint", "end"]), name="feedback_kind_is_known"),
            models.CheckConstraint(
                condition=Q(batch__isnull=False, assignment__isnull=True)
                | Q(batch__isnull=True, assignment__isnull=False, instructor__isnull=False),
                name="feedback_is_of_a_batch_or_a_mentoring",
            ),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(closed_at__isnull=True), name="one_open_feedback_round_of_a_batch"
            ),
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(closed_at__isnull=True), name="one_open_feedback_round_of_a_pair"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "-id"], name="feedback_round_by_batch"),
            models.Index(fields=["institution", "-closes_on"], name="feedback_round_by_day"),
        ]
        triggers: ClassVar = [
            # A round that is open is closed with its batch.
            batch_is_open("archived_feedback_round_is_frozen", allowed=("closed_at", "updated_at")),
            triggers.round_stays_as_it_was_opened,
            triggers.round_opens,
            triggers.round_closes,
        ]
        ordering: ClassVar = ["-closes_on", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.batch_id or self.assignment_id}"


class FeedbackInvitation(models.Model):
    """Somebody was asked, and whether they answered, not when: all rows of a round are written with each answer."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    institution = of_institution()
    round = owned_key(FeedbackRound, on_delete=models.CASCADE, related_name="invitations", db_index=False)
    student = owned_key(settings.AUTH_USER_MODEL, related_name="feedback_invitations")
    answered = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints: ClassVar = [
            same_institution("feedback_invitation", "round", "feedback.FeedbackRound"),
            person_of_institution("feedback_invitation", "student"),
            models.UniqueConstraint(fields=["round", "student"], name="one_invitation_for_each_student"),
        ]
        triggers: ClassVar = [
            batch_is_open(
                "archived_feedback_invitation_is_frozen",
                "(SELECT batch_id FROM feedback_feedbackround WHERE id = {0}.round_id)",
            ),
            triggers.nobody_says_that_somebody_answered,
            triggers.invitations_stay,
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in {self.round_id}"


@kept_by_triggers
class FeedbackPool(models.Model):
    """Answers that are shown together or not at all: those of a round of a batch, or of the next rounds of a mentor."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    institution = of_institution()
    round = owned_key(FeedbackRound, on_delete=models.CASCADE, null=True, related_name="pools", db_index=False)
    instructor = owned_key(settings.AUTH_USER_MODEL, null=True, related_name="+")
    # Whose answers it collects, while it does: somebody may be asked by several rounds of a mentor, and counts once.
    people = ArrayField(models.UUIDField(), default=list)
    # Takes no more answers; and holds those of enough people.
    is_closed = models.BooleanField(default=False)
    is_shown = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "id"], name="feedback_pool_of_institution"),
            same_institution("feedback_pool", "round", "feedback.FeedbackRound"),
            person_of_institution("feedback_pool", "instructor"),
            models.UniqueConstraint(fields=["round"], name="one_pool_for_each_feedback_round"),
            models.UniqueConstraint(
                fields=["institution", "instructor"],
                condition=Q(round__isnull=True, is_closed=False),
                name="one_open_pool_for_each_mentor",
            ),
            models.CheckConstraint(condition=Q(is_shown=False) | Q(is_closed=True), name="shown_pool_is_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id or self.instructor_id}"


def _rating(words: Any) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(words)


@hidden_from_application
@kept_by_triggers
class FeedbackAnswer(models.Model):
    """What somebody answered, without who or when; read through `ShownAnswer` alone.

    The ids of a pool are random, and drawn anew with each answer to it: docs/adr/0017-anonymous-feedback.md.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    institution = of_institution()
    pool = owned_key(FeedbackPool, on_delete=models.CASCADE, related_name="answers")
    content_rating = _rating(_("content"))
    instructor_rating = _rating(_("instructor"))
    value_rating = _rating(_("value"))
    comment = ShortLines(_("comment"), max_length=MOST_COMMENT, blank=True)

    class Meta:
        constraints: ClassVar = [
            same_institution("feedback_answer", "pool", "feedback.FeedbackPool"),
            models.CheckConstraint(
                condition=Q(content_rating__range=(1, 5), instructor_rating__range=(1, 5), value_rating__range=(1, 5)),
                name="feedback_ratings_are_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pool_id)


class ShownAnswer(models.Model):
    """An answer of a pool that is shown: all that Muster itself can read of answers. A view."""

    id = models.UUIDField(primary_key=True)
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    pool_id = models.UUIDField()
    # Of a batch's round; a mentor's answers are of no round.
    round = models.ForeignKey(
        FeedbackRound, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    instructor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    content_rating = _rating(_("content"))
    instructor_rating = _rating(_("instructor"))
    value_rating = _rating(_("value"))
    comment = models.TextField()

    class Meta:
        managed = False

    def __str__(self) -> str:
        return str(self.pool_id)
