"""Registers: the marks, the log of every mark, and of what was told."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from muster.attendance import triggers
from muster.batches.models import Batch
from muster.core.models import Row
from muster.core.ownership import kept_by_triggers, only_added_to
from muster.core.text import ShortLines
from muster.enrollments.models import Enrollment
from muster.institutions.models import of_institution, one_key, owned_key, same_institution
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

    known_by = "enrollment__student__full_name"

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


# Of a tally: whether somebody stands marked.
HAS_MARKS = Q(present__gt=0) | Q(absent__gt=0) | Q(late__gt=0) | Q(excused__gt=0)


@kept_by_triggers
class BatchTally(models.Model):
    """How many of each mark one batch has in one session; a shared meeting has one for each of its batches.

    `unmarked` are the learners of the whole register who have no mark, each person once; all tallies of a session say
    the same. The database alone writes it: `marks_are_kept`, and `sql/unmarked.sql` as seats come and go.
    """

    id = models.BigAutoField(primary_key=True)
    institution = of_institution()
    session = owned_key(ClassSession, on_delete=models.DO_NOTHING, related_name="tallies", db_index=False)
    batch = owned_key(Batch, on_delete=models.DO_NOTHING, related_name="tallies")
    present = models.IntegerField(default=0)
    absent = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    excused = models.IntegerField(default=0)
    unmarked = models.IntegerField(default=0)
    # What "taken" means, wherever it is asked: somebody has a mark, and no learner of the register is without.
    is_taken = models.GeneratedField(
        expression=Func(
            template="(present + absent + late + excused > 0 AND unmarked = 0)", output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints: ClassVar = [
            same_institution("batch_tally", "session", "timetable.ClassSession"),
            same_institution("batch_tally", "batch", "batches.Batch"),
            models.UniqueConstraint(fields=["session", "batch"], name="one_tally_for_each_batch_of_a_session"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} in {self.session_id}"


class RegisterChase(models.Model):
    """A register that was not taken by the end of its day, and about which its instructors were told, once."""

    session = models.OneToOneField(
        ClassSession, on_delete=models.CASCADE, primary_key=True, related_name="chase_row", db_constraint=False
    )
    institution = of_institution()
    chased_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [same_institution("register_chase", "session", "timetable.ClassSession")]
        triggers: ClassVar = [triggers.archived_chase_is_frozen]

    def __str__(self) -> str:
        return f"{self.session_id}"


class LowAttendance(models.Model):
    """A student's attendance in a batch is below the minimum, and people were told, once; gone when it no longer is."""

    enrollment = models.OneToOneField(
        Enrollment, on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    institution = of_institution()
    told_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [same_institution("low_attendance", "enrollment", "enrollments.Enrollment")]
        triggers: ClassVar = [triggers.archived_low_attendance_is_frozen]

    def __str__(self) -> str:
        return f"{self.enrollment_id}"
