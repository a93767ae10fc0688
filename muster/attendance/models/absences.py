"""Why somebody did not come: absences, and the evidence of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from muster.attendance import triggers
from muster.attendance.models.registers import AttendanceRecord
from muster.core.files import MEDIA_TYPES
from muster.core.history import tracked
from muster.core.ids import new_id
from muster.core.ownership import only_added_to
from muster.core.text import Line, ShortLines
from muster.enrollments.models import Enrollment
from muster.institutions.models import (
    InstitutionPart,
    InstitutionRow,
    of_institution,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)
from muster.timetable.models import ClassSession

MOST_REASON = 500
MOST_NOTE = 300
# A notice covers at most a year.
MOST_DAYS = 366


def doer(**options: Any) -> Any:
    """Who did something, of whatever institution."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False, **options
    )


class AbsenceNoticeQuerySet(models.QuerySet["AbsenceNotice"]):
    def not_withdrawn(self) -> Self:
        """Not withdrawn."""
        return self.filter(status=AbsenceNotice.Status.ANNOUNCED)

    def covering(self, *, session: UUID | None, day: date, enrollments: Any, students: Any) -> Self:
        """Those that tell why one of these learners misses a session, or a day without one."""
        return self.filter(
            Q(session__isnull=True) | Q(session=session),
            Q(enrollment__isnull=True) | Q(enrollment__in=enrollments),
            student__in=students,
            first_date__lte=day,
            last_date__gte=day,
        )


@tracked()
class AbsenceNotice(InstitutionPart):
    """A learner is, was or will be away: for a session, or from one day to another, in one batch or in all.

    What it says never changes; it is withdrawn and announced anew. A planned session that falls away takes its name out
    of the notice, which then goes by the day.
    """

    known_by = "student__full_name"

    class Status(models.TextChoices):
        ANNOUNCED = "announced", _("Reported")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    student = owned_key(settings.AUTH_USER_MODEL, related_name="absence_notices", verbose_name=_("student"))
    # In one batch alone.
    enrollment = owned_key(Enrollment, null=True, blank=True, related_name="absence_notices")
    # The database takes it out when the session goes.
    session = owned_key(
        ClassSession, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="absence_notices", db_index=True
    )
    first_date = models.DateField(_("from"))
    last_date = models.DateField(_("to"))
    reason = ShortLines(_("reason"), max_length=MOST_REASON)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ANNOUNCED)
    announced_by = doer()
    withdrawn_by = doer()
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AbsenceNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints: ClassVar = [
            one_key("absence_notice"),
            person_of_institution("absence_notice", "student"),
            same_institution("absence_notice", "enrollment", "enrollments.Enrollment"),
            same_institution("absence_notice", "session", "timetable.ClassSession"),
            models.CheckConstraint(condition=Q(first_date__lte=F("last_date")), name="absence_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(last_date__lt=F("first_date") + timedelta(days=MOST_DAYS)), name="absence_is_at_most_a_year"
            ),
            models.CheckConstraint(condition=Q(status__in=["announced", "withdrawn"]), name="absence_status_is_known"),
            models.CheckConstraint(
                condition=Q(status="announced", withdrawn_at__isnull=True)
                | Q(status="withdrawn", withdrawn_at__isnull=False),
                name="withdrawn_absence_says_since_when",
            ),
            models.UniqueConstraint(
                fields=["student", "enrollment", "session", "first_date", "last_date", "institution"],
                condition=Q(status="announced"),
                nulls_distinct=False,
                name="one_notice_for_the_same_absence",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "-last_date"], name="absence_by_date")]
        triggers: ClassVar = [
            triggers.archived_notice_is_frozen,
            triggers.notice_is_of_the_learner,
            triggers.notice_keeps_what_it_says,
        ]
        ordering: ClassVar = ["-first_date", "-id"]

    def __str__(self) -> str:
        return f"{self.student_id} {self.first_date}"

    @property
    def is_withdrawn(self) -> bool:
        return self.status == self.Status.WITHDRAWN


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def kept(self) -> Self:
        """Whose file is still there."""
        return self.filter(removed_at__isnull=True)


@tracked()
class Evidence(InstitutionRow):
    """A file that shows why somebody was away, on a record, on an absence notice, or on both. Health data, mostly.

    The row stays when the file goes. What is known of the file never changes, and nothing of it changes once the
    register of its record is locked.
    """

    known_by = "file_name"

    class Kind(models.TextChoices):
        MEDICAL = "medical", _("Doctor's note")
        OFFICIAL = "official", _("Official letter")
        FAMILY = "family", _("Note from home")
        OTHER = "other", _("Other")

    record = owned_key(AttendanceRecord, null=True, blank=True, related_name="evidence")
    notice = owned_key(AbsenceNotice, null=True, blank=True, related_name="evidence")
    kind = models.CharField(_("type of evidence"), max_length=10, choices=Kind, default=Kind.MEDICAL)
    # Empty once it was removed.
    file = models.FileField(_("file"), upload_to="evidence/", max_length=100, blank=True)
    file_name = Line(_("file name"), max_length=100)
    file_size = models.PositiveIntegerField()
    file_digest = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    note = ShortLines(_("note"), max_length=MOST_NOTE, blank=True)
    uploaded_by = doer()
    removed_by = doer()
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints: ClassVar = [
            one_key("evidence"),
            same_institution("evidence", "record", "attendance.AttendanceRecord"),
            same_institution("evidence", "notice", "attendance.AbsenceNotice"),
            models.CheckConstraint(
                condition=Q(record__isnull=False) | Q(notice__isnull=False), name="evidence_hangs_on_something"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) & ~Q(file="") | Q(removed_at__isnull=False, file=""),
                name="evidence_has_its_file_until_it_is_removed",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["medical", "official", "family", "other"]), name="evidence_kind_is_known"
            ),
            models.CheckConstraint(condition=Q(media_type__in=MEDIA_TYPES), name="evidence_is_a_document_or_a_picture"),
        ]
        triggers: ClassVar = [
            triggers.evidence_stays_with_its_register,
            triggers.evidence_keeps_its_file,
            triggers.evidence_is_never_deleted,
        ]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return self.file_name


@only_added_to
@tracked(exclude=("looked_by", "looked_at", "request_id"), part_of="evidence", is_look=True)
class EvidenceLook(models.Model):
    """Somebody was given the file. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    institution = of_institution()
    evidence = owned_key(Evidence, related_name="looks")
    looked_by = doer()
    looked_at = models.DateTimeField(db_default=Now())
    # The id of the request, by which the log tells from where.
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [same_institution("evidence_look", "evidence", "attendance.Evidence")]
        triggers: ClassVar = [triggers.looks_are_only_added_to]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.evidence_id} {self.looked_at}"
