"""Calendar feeds: secret links under which a calendar program fetches sessions."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from muster.batches.models.batch import Batch
from muster.institutions.models import InstitutionRow, owned_key, person_of_institution, same_institution


class CalendarFeed(InstitutionRow):
    """A link to somebody's own sessions, to those of a batch, or to those of an instructor.

    It shows what its owner may see, asked anew at every fetch, and nothing once it is revoked. Only the SHA-256 of the
    secret is kept: 256 random bits need no slow hash.
    """

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("My own sessions")
        BATCH = "batch", _("Sessions of a batch")
        INSTRUCTOR = "instructor", _("Sessions of an instructor")

    # A platform administrator's feed works in institutions they do not belong to, so the owner is not composite.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds", db_index=False
    )
    kind = models.CharField(_("what it shows"), max_length=10, choices=Kind)
    batch = owned_key(Batch, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar_feeds")
    instructor = owned_key(settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    last_read_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            same_institution("calendar_feed", "batch", "batches.Batch"),
            person_of_institution("calendar_feed", "instructor"),
            models.CheckConstraint(
                condition=Q(kind="personal", batch__isnull=True, instructor__isnull=True)
                | Q(kind="batch", batch__isnull=False, instructor__isnull=True)
                | Q(kind="instructor", batch__isnull=True, instructor__isnull=False),
                name="calendar_feed_names_what_it_shows",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "institution"], name="calendar_feed_by_owner")]
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.batch_id or self.instructor_id or self.user_id}"

    @property
    def name(self) -> str:
        """What it shows, in words."""
        if self.batch is not None:
            return f"{self.batch.name} ({self.batch.code})"
        return self.instructor.full_name if self.instructor is not None else str(self.Kind.PERSONAL.label)
