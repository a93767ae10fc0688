"""Students who need somebody: why, whose task it is, what was done, and how it ended."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches.triggers import batch_is_open
from muster.core.history import tracked
from muster.core.ownership import only_added_to
from muster.core.text import ShortLines
from muster.enrollments.models import Enrollment
from muster.enrollments.triggers import OF_ENROLLMENT
from muster.institutions.models import InstitutionPart, one_key, owned_key, person_of_institution, same_institution
from muster.risk import triggers

MOST_NOTE, MOST_LETTER = 2000, 8000
OF_FLAG = (
    "(SELECT enrollment.batch_id FROM risk_riskflag AS flag"
    " JOIN enrollments_enrollment AS enrollment ON enrollment.id = flag.enrollment_id WHERE flag.id = {0}.flag_id)"
)


class RiskReason(models.TextChoices):
    """Why a student needs somebody. What each means is worked out by the database (`muster_students_at_risk`)."""

    ATTENDANCE = "attendance", _("Low attendance")
    MISSED = "missed", _("Absent several times in a row")
    MARKS = "marks", _("Low marks")
    RESULTS = "results", _("Failed subjects")
    CONTACT = "contact", _("No contact with mentor")


class RiskFlagQuerySet(models.QuerySet["RiskFlag"]):
    def standing(self) -> Self:
        """Open ones; of an archived batch nothing is asked of anybody."""
        return self.filter(closed_at__isnull=True, enrollment__frozen=False)


@tracked(exclude=("percent", "missed", "marks", "failed", "reminded_at", "escalated_at"), part_of="enrollment")
class RiskFlag(InstitutionPart):
    """A student needs somebody in a batch, with the reasons as they stand now, or stood when it closed.

    Opened and kept by the job; closed by itself when the reasons are gone or the student leaves, or by a person.
    """

    known_by = "enrollment__student__full_name"

    counted = ngettext_lazy("%(count)s student at risk", "%(count)s students at risk", "count")

    class Outcome(models.TextChoices):
        BACK = "back", _("Back on track")
        AGREED = "agreed", _("Support agreed")
        NO_CONCERN = "no_concern", _("No concern")
        UNREACHABLE = "unreachable", _("Couldn't be reached")
        # By itself.
        RECOVERED = "recovered", _("No reasons left")
        LEFT = "left", _("No longer in the batch")

    BY_ITSELF: ClassVar = (Outcome.RECOVERED, Outcome.LEFT)

    enrollment = owned_key(Enrollment, related_name="risk_flags", db_index=False)
    reasons = ArrayField(models.CharField(max_length=10, choices=RiskReason.choices), verbose_name=_("reasons"))
    # What the reasons come to: attendance with its limit, absences in a row, marks, failed subjects, the last contact.
    percent = models.DecimalField(_("attendance"), max_digits=4, decimal_places=1, null=True)
    minimum = models.PositiveSmallIntegerField(_("minimum attendance (percent)"), default=0)
    missed = models.PositiveSmallIntegerField(_("absences in a row"), default=0)
    marks = models.DecimalField(_("marks so far (percent)"), max_digits=7, decimal_places=2, null=True)
    failed = models.PositiveSmallIntegerField(_("failed subjects"), default=0)
    contact_on = models.DateField(_("last contact with the mentor"), null=True)
    owner = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="risk_flags", verbose_name=_("owner")
    )
    # Until when somebody is to get in touch; after that those who manage the batch are told.
    due_on = models.DateField(_("contact by"))
    reminded_at = models.DateTimeField(null=True, editable=False)
    escalated_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    closing_note = ShortLines(_("note"), max_length=MOST_NOTE, blank=True)

    objects = RiskFlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk flag")
        verbose_name_plural = _("risk flags")
        constraints: ClassVar = [
            one_key("risk_flag"),
            same_institution("risk_flag", "enrollment", "enrollments.Enrollment"),
            person_of_institution("risk_flag", "owner"),
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(closed_at__isnull=True), name="one_open_flag_for_each_enrollment"
            ),
            models.CheckConstraint(
                condition=Q(reasons__len__gte=1, reasons__contained_by=RiskReason.values), name="flag_has_known_reasons"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(
                    closed_at__isnull=False,
                    outcome__in=["back", "agreed", "no_concern", "unreachable", "recovered", "left"],
                ),
                name="closed_flag_has_an_outcome",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution"], condition=Q(closed_at__isnull=True), name="flag_open"),
            models.Index(fields=["institution", "-created_at"], name="flag_by_time"),
            models.Index(fields=["enrollment"], name="flag_by_enrollment"),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_risk_flag_is_frozen", OF_ENROLLMENT),
            triggers.open_flag_is_of_an_active_student,
        ]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return ", ".join(self.reason_labels)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def reason_labels(self) -> list[str]:
        """The reasons by name, in the order of their declaration."""
        return [str(one.label) for one in RiskReason if one in self.reasons]


@only_added_to
@tracked(exclude=("note", "letter"), part_of="flag")
class Intervention(InstitutionPart):
    """A contact with a student at risk, as it was documented; of a letter, what it said. Only ever added to."""

    known_by = "flag__enrollment__student__full_name"

    counted = ngettext_lazy("%(count)s contact", "%(count)s contacts", "count")

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MESSAGE = "message", _("Message")
        TALK = "talk", _("Conversation")
        LETTER = "letter", _("Letter")

    flag = owned_key(RiskFlag, related_name="interventions")
    kind = models.CharField(_("how"), max_length=10, choices=Kind)
    happened_at = models.DateTimeField(_("when"))
    note = ShortLines(_("note"), max_length=MOST_NOTE, blank=True)
    letter = ShortLines(_("letter"), max_length=MOST_LETTER, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints: ClassVar = [
            one_key("intervention"),
            same_institution("intervention", "flag", "risk.RiskFlag"),
            models.CheckConstraint(
                condition=Q(kind="letter") & ~Q(letter="")
                | Q(kind__in=["call", "message", "talk"], letter="") & ~Q(note=""),
                name="contact_is_documented",
            ),
        ]
        triggers: ClassVar = [
            batch_is_open("archived_intervention_is_frozen", OF_FLAG),
            triggers.letter_follows_documented_contact,
            triggers.interventions_are_only_added_to,
        ]
        ordering: ClassVar = ["-happened_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_at}"
