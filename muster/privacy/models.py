"""What was erased, who took the archive of a person, and what people consented to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.core.history import tracked
from muster.core.ids import new_id
from muster.core.ownership import kept_by_triggers, only_added_to
from muster.core.text import Line, Lines, ShortLines
from muster.institutions.models import (
    InstitutionPart,
    InstitutionRow,
    of_institution,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)

MOST_REASON, MOST_CONSENT = 500, 4000


def _doer() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )


@kept_by_triggers
@tracked(exclude=("counts", "reason"), part_of="person")
class Erasure(InstitutionRow):
    """One use of `muster_erase`, which alone writes here: a person was erased, or what a period no longer keeps."""

    class Kind(models.TextChoices):
        PERSON = "person", _("A person")
        EVIDENCE = "evidence", _("Evidence of absences")
        MESSAGES = "messages", _("Messages to students")
        NOTIFICATIONS = "notifications", _("Notifications and emails")
        IMPORTS = "imports", _("Imported files")
        REPORTS = "reports", _("Files of reports")
        LOOKS = "looks", _("Who opened files, notes and archives")
        NOTES = "notes", _("Notes about students who left")
        APPLICATIONS = "applications", _("Rejected applications")
        SECURITY = "security", _("Security log")
        HISTORY = "history", _("History of changes")

    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    person = owned_key(settings.AUTH_USER_MODEL, null=True, related_name="+")
    # What is older than this was let go.
    until = models.DateTimeField(null=True)
    reason = ShortLines(_("reason"), max_length=MOST_REASON, blank=True)
    # Without: a period that ran by itself.
    by = _doer()
    # How many rows of each sort.
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints: ClassVar = [
            person_of_institution("erasure", "person"),
            models.CheckConstraint(
                condition=Q(kind="person", person__isnull=False, until__isnull=True)
                | ~Q(kind="person") & Q(person__isnull=True, until__isnull=False),
                name="erasure_is_of_a_person_or_a_period",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-created_at"], name="erasure_by_time")]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at}"


@only_added_to
@tracked(exclude=("looked_by", "looked_at"), part_of="person", is_look=True)
class ArchiveLook(models.Model):
    """Somebody was given everything about a person. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    institution = of_institution()
    person = owned_key(settings.AUTH_USER_MODEL, related_name="+")
    looked_by = _doer()
    looked_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("look at an archive")
        verbose_name_plural = _("looks at archives")
        constraints: ClassVar = [person_of_institution("archive_look", "person")]
        indexes: ClassVar = [models.Index(fields=["institution", "looked_at"], name="archive_look_by_time")]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.looked_at}"


@tracked()
class ConsentPurpose(InstitutionRow):
    """Something that people may consent to, each on its own: what they are asked stands in the newest text."""

    counted = ngettext_lazy("%(count)s consent", "%(count)s consents", "count")

    class Audience(models.TextChoices):
        STUDENTS = "students", _("Students")
        STAFF = "staff", _("Staff")
        EVERYONE = "everyone", _("Students and staff")

    title = Line(_("purpose"), max_length=100)
    audience = models.CharField(_("who is asked"), max_length=10, choices=Audience, default=Audience.STUDENTS)
    # Nobody is asked any more; what they said stays.
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            one_key("consent_purpose"),
            models.UniqueConstraint("institution", Lower("title"), name="one_consent_for_each_purpose"),
            models.CheckConstraint(condition=~Q(title=""), name="consent_names_its_purpose"),
            models.CheckConstraint(
                condition=Q(audience__in=["students", "staff", "everyone"]), name="consent_audience_is_known"
            ),
        ]
        ordering: ClassVar = ["title__plain", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@only_added_to
class ConsentText(InstitutionPart):
    """What people are asked, from its day on until the next version. Never changes: somebody said yes to it."""

    purpose = owned_key(ConsentPurpose, related_name="texts", db_index=False)
    version = models.PositiveIntegerField(_("version"))
    text = Lines(_("text"))
    written_by = _doer()

    class Meta:
        verbose_name = _("consent text")
        constraints: ClassVar = [
            one_key("consent_text"),
            same_institution("consent_text", "purpose", "privacy.ConsentPurpose"),
            models.UniqueConstraint(fields=["purpose", "version"], name="one_text_for_each_version"),
            models.CheckConstraint(condition=~Q(text=""), name="consent_text_says_something"),
        ]
        ordering: ClassVar = ["-version"]

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.version}"


@only_added_to
class ConsentAnswer(InstitutionPart):
    """Somebody said yes or no to a version, or took it back. The last one counts."""

    text = owned_key(ConsentText, related_name="answers", db_index=False)
    person = owned_key(settings.AUTH_USER_MODEL, related_name="+", db_index=False)
    given = models.BooleanField(_("given"))

    class Meta:
        verbose_name = _("answer to a consent")
        constraints: ClassVar = [
            same_institution("consent_answer", "text", "privacy.ConsentText"),
            person_of_institution("consent_answer", "person"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="consent_answer_by_person"),
            models.Index(fields=["text", "person", "-id"], name="consent_answer_by_text"),
        ]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.given}"
