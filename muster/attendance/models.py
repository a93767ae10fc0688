"""Registers: the marks, the log of every mark, and why somebody did not come."""

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
from muster.batches.models import Batch
from muster.core.history import tracked
from muster.core.models import Row
from muster.core.ownership import kept_by_triggers, only_added_to
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

MOST_NOTES = 500
MOST_MINUTES = 1440


class Mark(models.TextChoices):
    """What an attendance record can say."""

    PRESENT = "PRESENT", _("Present")
    ABSENT = "ABSENT", _("Absent")
    LATE = "LATE", _("Late")
    EXCUSED = "EXCUSED", _("Excused")

    @property
    def letter(self) -> str:
        """P, A, L or E, as keys and small pictures say it."""
        return self.value[0]


class AttendanceRecord(Row):
    """How one learner attended one session, or, without a session, one date (a daily record).

    `status` is empty where a mark was taken back. What stands is the mark made last (`marked_at`), not the one that
    arrived last; `said_at` is when the marker's own clock says it was. No history is kept beside it: the log of marks
    is its history.
    """

    institution = of_institution()
    enrollment = owned_key(Enrollment, related_name="attendance_records", db_index=False)
    session = owned_key(ClassSession, null=True, blank=True, related_name="attendance_records", db_index=False)
    record_date = models.DateField(_("date"))
    status = models.CharField(_("mark"), max_length=8, choices=Mark, null=True, blank=True)
    minutes_late = models.PositiveSmallIntegerField(_("minutes late"), null=True, blank=True)
    notes = ShortLines(_("note"), max_length=MOST_NOTES, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    marked_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("attendance record")
        verbose_name_plural = _("attendance records")
        constraints: ClassVar = [
            one_key("attendance_record"),
            same_institution("attendance_record", "enrollment", "enrollments.Enrollment"),
            same_institution("attendance_record", "session", "timetable.ClassSession"),
            models.UniqueConstraint(
                fields=["session", "enrollment"],
                condition=Q(session__isnull=False),
                name="one_record_for_each_learner_of_a_session",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "record_date"],
                condition=Q(session__isnull=True),
                name="one_daily_record_for_each_learner_and_date",
            ),
            models.CheckConstraint(condition=Q(status__in=Mark.values), name="mark_is_a_known_one"),
            models.CheckConstraint(
                condition=Q(minutes_late__isnull=True) | Q(status__isnull=False, status="LATE"),
                name="minutes_late_only_with_late",
            ),
            models.CheckConstraint(
                condition=Q(minutes_late__isnull=True) | Q(minutes_late__lte=MOST_MINUTES),
                name="minutes_late_are_of_one_day",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["enrollment", "record_date"], name="records_of_learner"),
            # Few among millions: the daily view reads them alone.
            models.Index(
                fields=["institution", "-record_date"], condition=Q(session__isnull=True), name="daily_records_by_date"
            ),
        ]
        triggers: ClassVar = [
            triggers.marks_are_kept,
            triggers.changed_marks_are_kept,
            triggers.record_keeps_its_place,
            triggers.record_is_never_deleted,
        ]
        ordering: ClassVar = ["record_date", "id"]

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.record_date} {self.status}"


class CountedMark(models.Model):
    """A mark that counts towards attendance, with whose it is: the view of `sql/counted.sql`."""

    id = models.UUIDField(primary_key=True)
    institution = of_institution()
    enrollment = models.ForeignKey(Enrollment, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    batch = models.ForeignKey(Batch, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    session = models.ForeignKey(
        ClassSession, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    record_date = models.DateField()
    start_time = models.TimeField(null=True)
    status = models.CharField(max_length=8, choices=Mark)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.record_date} {self.status}"


@only_added_to
class MarkEntry(models.Model):
    """One mark that was ever made: those that stood (`stood`), those overtaken before they came, those taken back.

    The database adds the ones that stand. Only ever added to. `context` says in which use case and request, from which
    device or key.
    """

    id = models.BigAutoField(primary_key=True)
    institution = of_institution()
    # Kept whatever becomes of them.
    session_id = models.UUIDField(null=True)
    enrollment_id = models.UUIDField()
    record_date = models.DateField()
    status = models.CharField(max_length=8, choices=Mark, null=True)
    minutes_late = models.PositiveSmallIntegerField(null=True)
    notes = ShortLines(max_length=MOST_NOTES, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    marked_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    stood = models.BooleanField()
    context = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            # However often a queue is sent, each of its marks is one line.
            models.UniqueConstraint(
                fields=["enrollment_id", "session_id", "said_at", "marked_by", "status"],
                condition=Q(said_at__isnull=False),
                nulls_distinct=False,
                name="one_line_for_each_mark_that_was_sent",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["enrollment_id", "record_date"], name="marks_of_learner")]
        triggers: ClassVar = [triggers.log_is_only_added_to]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.record_date} {self.status}"


@kept_by_triggers
class BatchTally(models.Model):
    """How many of each mark one batch has in one session; a shared meeting has one for each of its batches.

    The database alone writes it (`marks_are_kept`).
    """

    id = models.BigAutoField(primary_key=True)
    institution = of_institution()
    session = owned_key(ClassSession, on_delete=models.DO_NOTHING, related_name="tallies", db_index=False)
    batch = owned_key(Batch, on_delete=models.DO_NOTHING, related_name="tallies")
    present = models.IntegerField(default=0)
    absent = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    excused = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            same_institution("batch_tally", "session", "timetable.ClassSession"),
            same_institution("batch_tally", "batch", "batches.Batch"),
            models.UniqueConstraint(fields=["session", "batch"], name="one_tally_for_each_batch_of_a_session"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} in {self.session_id}"


# Of a tally: whether somebody stands marked.
HAS_MARKS = Q(present__gt=0) | Q(absent__gt=0) | Q(late__gt=0) | Q(excused__gt=0)


class RegisterChase(models.Model):
    """A register that was not taken by the end of its day, and about which its instructors were told, once."""

    session = models.OneToOneField(
        ClassSession, on_delete=models.CASCADE, primary_key=True, related_name="chase_row", db_constraint=False
    )
    institution = of_institution()
    chased_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [same_institution("register_chase", "session", "timetable.ClassSession")]

    def __str__(self) -> str:
        return f"{self.session_id}"


MOST_REASON = 500
MOST_NOTE = 300
# A notice covers at most a year.
MOST_DAYS = 366
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png", "image/heic", "image/webp")


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
        triggers: ClassVar = [triggers.notice_is_of_the_learner, triggers.notice_keeps_what_it_says]
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
class EvidenceLook(models.Model):
    """Somebody was given the file. Only ever added to."""

    id = models.BigAutoField(primary_key=True)
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


@tracked()
class CorrectionRequest(InstitutionPart):
    """A mark in a locked register shall become another one, since evidence came later. Decided once."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    enrollment = owned_key(Enrollment, related_name="correction_requests")
    session = owned_key(ClassSession, related_name="correction_requests")
    notice = owned_key(AbsenceNotice, related_name="correction_requests")
    from_status = models.CharField(_("mark"), max_length=8, choices=Mark, null=True, blank=True)
    to_status = models.CharField(_("correction"), max_length=8, choices=Mark, default=Mark.EXCUSED)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    asked_by = doer()
    decided_by = doer()
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_reason = ShortLines(_("reason"), max_length=MOST_NOTE, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints: ClassVar = [
            one_key("correction_request"),
            same_institution("correction_request", "enrollment", "enrollments.Enrollment"),
            same_institution("correction_request", "session", "timetable.ClassSession"),
            same_institution("correction_request", "notice", "attendance.AbsenceNotice"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "approved", "rejected"]), name="correction_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | Q(status__in=["approved", "rejected"], decided_at__isnull=False) & ~Q(decision_reason=""),
                name="correction_is_decided_with_a_reason",
            ),
            models.CheckConstraint(condition=Q(to_status__in=Mark.values), name="correction_is_a_mark"),
            models.UniqueConstraint(
                fields=["session", "enrollment"],
                condition=Q(status="pending"),
                name="one_waiting_correction_for_each_mark",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution"], condition=Q(status="pending"), name="correction_waiting")
        ]
        triggers: ClassVar = [triggers.correction_is_decided_once, triggers.correction_is_never_deleted]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.session_id} {self.to_status}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING


@tracked()
class UnlockRequest(InstitutionPart):
    """A locked register shall be unlocked, since something in it needs correcting. Decided once."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Unlocked")
        REJECTED = "rejected", _("Rejected")

    session = owned_key(ClassSession, related_name="unlock_requests")
    reason = ShortLines(_("reason"), max_length=MOST_NOTE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    asked_by = doer(db_index=False)
    decided_by = doer()
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_reason = ShortLines(_("reason"), max_length=MOST_NOTE, blank=True)

    class Meta:
        verbose_name = _("unlock request")
        verbose_name_plural = _("unlock requests")
        constraints: ClassVar = [
            one_key("unlock_request"),
            same_institution("unlock_request", "session", "timetable.ClassSession"),
            models.CheckConstraint(condition=~Q(reason=""), name="unlock_is_asked_with_a_reason"),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | Q(status__in=["approved", "rejected"], decided_at__isnull=False) & ~Q(decision_reason=""),
                name="unlock_is_decided_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["session"], condition=Q(status="pending"), name="one_waiting_unlock_for_each_register"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution"], condition=Q(status="pending"), name="unlock_waiting"),
            models.Index(fields=["asked_by", "created_at"], name="unlock_of_an_asker"),
        ]
        triggers: ClassVar = [triggers.unlock_is_decided_once, triggers.unlock_is_never_deleted]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.session_id} {self.status}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING
