"""Cover: an instructor who is away asks for somebody to take their meetings of a batch."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from muster.batches.models import Batch
from muster.batches.triggers import batch_is_open
from muster.core.constraints import DaysOf, SameId
from muster.core.history import tracked
from muster.core.text import ShortLines
from muster.core.triggers import refusing_trigger
from muster.institutions.models import InstitutionPart, owned_key, person_of_institution, same_institution


@tracked()
class CoverRequest(InstitutionPart):
    """The lead of a batch is away on some days and asks for a substitute; perhaps one colleague is asked by name.

    It is open until a manager assigns a substitute or declines, or until who asked withdraws. What is closed stays.
    """

    known_by = "batch__name"

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        FILLED = "filled", _("Covered")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    batch = owned_key(Batch, on_delete=models.CASCADE, related_name="cover_requests")
    instructor = owned_key(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("instructor who is away"))
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))
    note = ShortLines(_("note"), max_length=300, blank=True)
    asked = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+", verbose_name=_("instructor asked")
    )
    # What the colleague who is asked said: None as long as they said nothing.
    can = models.BooleanField(_("can cover"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    substitute = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+", verbose_name=_("substitute")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    close_reason = ShortLines(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("cover request")
        verbose_name_plural = _("cover requests")
        constraints: ClassVar = [
            same_institution("cover_request", "batch", "batches.Batch"),
            person_of_institution("cover_request", "instructor"),
            person_of_institution("cover_request", "asked"),
            person_of_institution("cover_request", "substitute"),
            models.CheckConstraint(condition=Q(last_date__gte=F("first_date")), name="cover_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "filled", "declined", "withdrawn"]), name="cover_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="filled", substitute__isnull=False)
                | (~Q(status="filled") & Q(substitute__isnull=True)),
                name="filled_cover_has_a_substitute",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="closed_cover_says_when",
            ),
            models.CheckConstraint(
                condition=(Q(asked__isnull=True, can__isnull=True) | Q(asked__isnull=False))
                & ~Q(asked=F("instructor"))
                & ~Q(substitute=F("instructor")),
                name="nobody_covers_for_themself",
            ),
            ExclusionConstraint(
                name="one_open_cover_request_on_one_day",
                expressions=[
                    (SameId(F("batch_id"), 0), RangeOperators.OVERLAPS),
                    (SameId(F("instructor_id"), 0), RangeOperators.OVERLAPS),
                    (DaysOf(F("first_date"), F("last_date") + 1), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="open"),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "first_date"], name="cover_request_by_date")]
        triggers: ClassVar = [
            batch_is_open("archived_cover_is_frozen"),
            refusing_trigger(
                "closed_cover_request_stays",
                operation=pgtrigger.Update,
                when="OLD.status <> 'open'",
                reason="A closed cover request is never rewritten",
            ),
        ]
        ordering: ClassVar = ["first_date", "id"]

    def __str__(self) -> str:
        return f"cover for {self.instructor_id} in {self.batch_id}, {self.first_date} to {self.last_date}"
