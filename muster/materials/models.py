"""Materials: what a course, a batch or a session is taught with, and which students have opened it."""

from __future__ import annotations

from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.batches.models import Batch
from muster.core.files import MEDIA_TYPES
from muster.core.history import tracked
from muster.core.text import Line, is_one_line
from muster.courses.models import Course
from muster.institutions.models import (
    InstitutionPart,
    InstitutionRow,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
    zone_of,
)
from muster.materials import triggers
from muster.timetable.models import ClassSession

ORDER = ("position", "created_at", "id")
MOST_TITLE, MOST_DESCRIPTION, MOST_URL = 150, 300, 2000

# What day it is by the clock of the class of a material, of a course by that of the institution.
LOCAL_TODAY = models.Func(
    models.Func(
        F("institution"),
        Coalesce("batch__branch", "session__meeting__branch"),
        function="muster_zone",
        output_field=models.TextField(),
    ),
    function="muster_today",
    output_field=models.DateField(),
)


class MaterialQuerySet(models.QuerySet["Material"]):
    def not_removed(self) -> Self:
        """Those that are there."""
        return self.filter(removed_at__isnull=True)

    def shown(self) -> Self:
        """Those that students see by now."""
        return self.filter(Q(visible_from__isnull=True) | Q(visible_from__lte=LOCAL_TODAY))


@tracked(exclude=("position", "told_at"), part_of=("batch", "course"))
class Material(InstitutionRow):
    """A file or a link for those who take a course, belong to a batch or come to a session.

    A session that falls away leaves what it was taught with to its batch.
    """

    counted = ngettext_lazy("%(count)s material", "%(count)s materials", "count")

    course = owned_key(Course, null=True, blank=True, related_name="materials")
    batch = owned_key(Batch, null=True, blank=True, related_name="materials")
    # The database gives it to the batch when the session goes.
    session = owned_key(ClassSession, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="materials")
    title = Line(_("title"), max_length=MOST_TITLE)
    description = Line(_("description"), max_length=MOST_DESCRIPTION, blank=True)
    url = models.CharField(
        _("link"),
        max_length=MOST_URL,
        blank=True,
        validators=[URLValidator(["https"], message=_("Enter a link that starts with https://."))],
    )
    file = models.FileField(_("file"), upload_to="materials/", max_length=100, blank=True)
    file_name = Line(_("file name"), max_length=100, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    file_digest = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    # Students see it at once where there is none.
    visible_from = models.DateField(_("visible from"), null=True, blank=True)
    # Among what hangs on the same course, batch or session.
    position = models.PositiveIntegerField(default=0, editable=False)
    # When students were told of it.
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        constraints: ClassVar = [
            one_key("material"),
            same_institution("material", "course", "courses.Course"),
            same_institution("material", "batch", "batches.Batch"),
            same_institution("material", "session", "timetable.ClassSession"),
            models.CheckConstraint(
                condition=Q(course__isnull=False, batch__isnull=True, session__isnull=True)
                | Q(course__isnull=True, batch__isnull=False, session__isnull=True)
                | Q(course__isnull=True, batch__isnull=True, session__isnull=False),
                name="material_is_of_one_course_batch_or_session",
            ),
            models.CheckConstraint(
                condition=Q(url="", file_size__gt=0) & ~Q(file="")
                | Q(url__startswith="https://", file="", file_size=0),
                name="material_is_a_file_or_a_link",
            ),
            models.CheckConstraint(
                condition=Q(media_type__in=["", *MEDIA_TYPES]), name="material_is_a_document_or_a_picture"
            ),
            is_one_line("title", "material_has_a_title"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "-created_at"], name="material_by_time"),
            models.Index("created_at", condition=Q(told_at__isnull=True), name="material_to_tell"),
            models.Index("removed_at", condition=Q(removed_at__isnull=False), name="material_removed"),
        ]
        triggers: ClassVar = [triggers.archived_batch_keeps_material, triggers.archived_meeting_keeps_material]
        ordering: ClassVar = [*ORDER]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        """By whose clock it is shown and told of: that of its class, of a course that of the institution."""
        if self.session is not None:
            return ZoneInfo(self.session.meeting.time_zone)
        return zone_of(self.institution, self.batch.branch if self.batch else None)

    @property
    def is_link(self) -> bool:
        return bool(self.url)


class MaterialView(InstitutionPart):
    """A student has opened a material: on how many days, and on which one last, by the clock of the class."""

    material = owned_key(Material, on_delete=models.CASCADE, related_name="views", db_index=False)
    user = owned_key(settings.AUTH_USER_MODEL, related_name="+")
    days = models.PositiveIntegerField(default=1)
    last_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            same_institution("material_view", "material", "materials.Material"),
            person_of_institution("material_view", "user"),
            models.UniqueConstraint(fields=["material", "user"], name="one_row_of_views_for_each_person"),
            models.CheckConstraint(condition=Q(days__gte=1), name="material_was_opened"),
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.material_id} by {self.user_id}"
