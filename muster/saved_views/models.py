"""Saved views: how somebody likes to see a list, and to whom it is mailed."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.core.history import tracked
from muster.core.mailing_days import Mailed
from muster.core.text import Line, is_one_line
from muster.institutions.models import InstitutionPart, InstitutionRow, one_key, owned_key, same_institution
from muster.saved_views.lists import known_lists

MOST_NAME, MOST_QUERY = 60, 1000


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def not_removed(self) -> Self:
        """Those that are there."""
        return self.filter(removed_at__isnull=True)


@tracked()
class SavedView(InstitutionRow):
    """The filters, the order and the shape of a list under a name.

    It holds no row of the list: each reader finds what they may see themselves, as it is then.
    """

    counted = ngettext_lazy("%(count)s saved view", "%(count)s saved views", "count")

    # A platform administrator saves views of institutions they do not belong to, so the owner is not compared.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The name of the list, and the id of what it is the list of: of the students of one batch, the batch.
    page = models.CharField(_("list"), max_length=60)
    within = models.UUIDField(null=True, blank=True)
    name = Line(_("name"), max_length=MOST_NAME)
    query = models.CharField(_("filters"), max_length=MOST_QUERY, blank=True)
    is_shared = models.BooleanField(_("shared with all staff"), default=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints: ClassVar = [
            one_key("saved_view"),
            models.UniqueConstraint(
                F("institution"),
                F("owner"),
                F("page"),
                F("within"),
                Lower("name"),
                condition=Q(removed_at__isnull=True),
                nulls_distinct=False,
                name="one_view_of_a_list_for_each_name",
            ),
            models.CheckConstraint(
                condition=Q(is_shared=False) | Q(within__isnull=True), name="view_of_one_object_is_not_shared"
            ),
            is_one_line("name", "saved_view_has_a_name"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "page", "within"], name="saved_view_of_list"),
            models.Index(fields=["owner", "institution"], name="saved_view_by_owner"),
            models.Index("removed_at", condition=Q(removed_at__isnull=False), name="saved_view_removed"),
        ]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def list_title(self) -> str:
        """What its list is called."""
        return known_lists().title_of(self.page)

    @property
    def url(self) -> str:
        """The path of its list, with its filters."""
        return known_lists().address_of(self.page, self.within, self.query)


class ViewMailing(InstitutionPart):
    """A view that is mailed to one person, and on which day it last was; from the next due morning on at first."""

    view = owned_key(SavedView, on_delete=models.CASCADE, related_name="mailings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    often = models.CharField(_("by email"), max_length=10, choices=Mailed)
    mailed_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            same_institution("view_mailing", "view", "saved_views.SavedView"),
            models.UniqueConstraint(fields=["view", "user"], name="one_mailing_of_a_view_for_each_person"),
            models.CheckConstraint(
                condition=Q(often__in=["daily", "weekly", "monthly"]), name="view_mailing_has_its_mornings"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "often", "mailed_on"], name="view_mailing_due"),
            models.Index(fields=["user", "institution"], name="view_mailing_by_person"),
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.view_id} to {self.user_id}, {self.often}"
