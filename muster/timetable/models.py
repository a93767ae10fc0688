"""Who is where, when: meetings, their weeks and people, the sessions that come of them, and what those book."""

from __future__ import annotations

import datetime as dt
from datetime import datetime, time
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.core.clocks import today_in
from muster.core.constraints import SameId
from muster.core.history import tracked
from muster.core.ownership import kept_by_triggers
from muster.core.text import Line, Lines, ShortLines
from muster.core.weekdays import Weekday
from muster.courses.models import Subject
from muster.institutions.models import (
    Branch,
    Institution,
    InstitutionPart,
    InstitutionRow,
    Room,
    one_key,
    owned_key,
    person_of_institution,
    same_institution,
)
from muster.timetable import triggers
from muster.timetable.clock import moment, moments


class Meeting(InstitutionRow):
    """What meets: between which days, by which clock, who teaches it, and whether it keeps its people and rooms busy.

    Whose it is stands elsewhere: a batch has one of its own and may join others. Its owner writes all of it and the
    database keeps its sessions and bookings in step. Without a last day it goes on, planned as far ahead as the
    institution asks.
    """

    # What its sessions are called, in full and in short.
    name = Line(_("name"), max_length=150)
    code = Line(_("code"), max_length=150)
    # Several meet in it as one.
    is_shared = models.BooleanField(default=False)
    # Whose clock and holidays count; the zone follows it.
    branch = owned_key(Branch, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="meetings")
    time_zone = models.CharField(max_length=64, editable=False)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    books = models.BooleanField(default=True)
    is_archived = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            one_key("meeting"),
            same_institution("meeting", "branch", "institutions.Branch"),
            models.CheckConstraint(
                condition=Q(start_date__isnull=True) | Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="meeting_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(books=False) | Q(is_archived=False), name="archived_meeting_books_nobody"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["institution", "end_date"], name="meeting_by_end")]
        triggers: ClassVar = [
            triggers.zone_follows_the_branch,
            triggers.archived_meeting_is_frozen,
            triggers.state_follows_the_owner,
            triggers.meeting_changed,
        ]
        ordering: ClassVar = ["code", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its clock times."""
        return ZoneInfo(self.time_zone)


@kept_by_triggers
class MeetingPerson(InstitutionPart):
    """Somebody who teaches a meeting on some days: its sessions on these days that name nobody are theirs.

    Written by the meeting's owner, a lead without the days on which a substitute stands in.
    """

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        ASSISTANT = "assistant", _("Assistant")
        SUBSTITUTE = "substitute", _("Substitute")
        FACULTY = "faculty", _("Faculty")

    meeting = owned_key(Meeting, on_delete=models.DO_NOTHING, related_name="people", db_index=False)
    instructor = owned_key(settings.AUTH_USER_MODEL, related_name="meeting_days", db_index=False)
    role = models.CharField(max_length=10, choices=Role)
    # Only its sessions; those of other subjects are the others'.
    subject = owned_key(Subject, null=True, blank=True, related_name="+")
    days = DateRangeField()
    # False where whoever they come for keeps nobody busy at present.
    books = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            same_institution("meeting_person", "meeting", "timetable.Meeting"),
            same_institution("meeting_person", "subject", "courses.Subject"),
            person_of_institution("meeting_person", "instructor"),
            models.CheckConstraint(
                condition=Q(role__in=["lead", "assistant", "substitute", "faculty"]), name="meeting_role_is_known"
            ),
            models.CheckConstraint(condition=Q(days__isempty=False), name="meeting_person_comes_on_some_day"),
            models.CheckConstraint(
                condition=Q(role="faculty", subject__isnull=False) | (~Q(role="faculty") & Q(subject__isnull=True)),
                name="faculty_has_a_subject",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["meeting"], name="meeting_person_by_meeting"),
            models.Index(fields=["instructor"], name="meeting_person_by_instructor"),
        ]
        triggers: ClassVar = [triggers.people_came, triggers.people_changed, triggers.people_went]

    def __str__(self) -> str:
        return f"{self.instructor_id} {self.role} of {self.meeting_id}"


@tracked(part_of="meeting")
class ScheduleSlot(InstitutionPart):
    """One weekly time of a meeting: a pattern, which makes sessions and books nothing itself.

    Clock times are local to the meeting's branch, else to its institution.
    """

    counted = ngettext_lazy("%(count)s weekly slot", "%(count)s weekly slots", "count")

    meeting = owned_key(Meeting, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    start_time = models.TimeField(_("from"))
    end_time = models.TimeField(_("to"))
    room = owned_key(Room, null=True, blank=True, related_name="slots", verbose_name=_("room"))
    subject = owned_key(Subject, null=True, blank=True, related_name="slots", verbose_name=_("subject"))
    instructor = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="slots", verbose_name=_("instructor")
    )

    class Meta:
        constraints: ClassVar = [
            one_key("schedule_slot"),
            same_institution("schedule_slot", "meeting", "timetable.Meeting"),
            same_institution("schedule_slot", "room", "institutions.Room"),
            same_institution("schedule_slot", "subject", "courses.Subject"),
            person_of_institution("schedule_slot", "instructor"),
            models.CheckConstraint(condition=Q(end_time__gt=F("start_time")), name="slot_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="weekday_is_one_of_seven"),
        ]
        triggers: ClassVar = [triggers.slots_came, triggers.slots_changed, triggers.slots_went, triggers.let_go_of_slot]
        ordering: ClassVar = ["weekday", "start_time", "id"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start_time:%H:%M} to {self.end_time:%H:%M}"


class ClassSessionQuerySet(models.QuerySet["ClassSession"]):
    """Class sessions by what they are, not by who asks."""

    def taking_place(self) -> Self:
        """Not cancelled."""
        return self.exclude(status=ClassSession.Status.CANCELLED)

    def locked_rows(self) -> Self:
        """Lock the rows, in the order of their ids, until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True).order_by("id")


@tracked(exclude=("version", "sequence"), part_of="meeting")
class ClassSession(InstitutionPart):
    """One dated meeting.

    Clock times are local to the meeting's branch, else to its institution; without them it books nobody. A session made
    from a slot (`slot`, and `slot_date`, the day the slot meant) is kept in step with it by the database until it is
    edited, held, locked or past; until then it may also be deleted when its day falls away, so what is written about it
    makes it `held` first, or goes by its date.
    """

    known_by = Cast("date", models.TextField())

    counted = ngettext_lazy("%(count)s session", "%(count)s sessions", "count")

    class Kind(models.TextChoices):
        THEORY = "THEORY", _("Theory")
        PRACTICAL = "PRACTICAL", _("Practical")
        WBL = "WBL", _("Work-based learning")
        ASSESSMENT = "ASSESSMENT", _("Assessment")
        ORIENTATION = "ORIENTATION", _("Orientation")
        OTHER = "OTHER", _("Other")

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    meeting = owned_key(Meeting, on_delete=models.CASCADE, related_name="sessions", db_index=False)
    # A slot that goes takes its plain sessions with it and lets go of the others: the database does both.
    slot = owned_key(
        ScheduleSlot, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="sessions", db_index=False
    )
    slot_date = models.DateField(null=True, blank=True, editable=False)
    date = models.DateField(_("date"))
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(_("to"), null=True, blank=True)
    session_type = models.CharField(_("type"), max_length=12, choices=Kind, default=Kind.THEORY)
    subject = owned_key(Subject, null=True, blank=True, related_name="sessions", verbose_name=_("subject"))
    instructor = owned_key(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="sessions", verbose_name=_("instructor")
    )
    room = owned_key(Room, null=True, blank=True, related_name="sessions", verbose_name=_("room"))
    location = Line(_("place"), max_length=150, blank=True)
    title = Line(_("title"), max_length=150, blank=True)
    notes = Lines(_("notes"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SCHEDULED)
    cancel_reason = ShortLines(_("reason for cancellation"), max_length=300, blank=True)
    # It no longer goes with the week: added, moved, cancelled or given to somebody else by hand.
    is_edited = models.BooleanField(default=False, editable=False)
    is_locked = models.BooleanField(default=False, editable=False)
    locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    # SEQUENCE of RFC 5545: the database adds one whenever when, where, or whether it takes place changes.
    sequence = models.PositiveIntegerField(default=0, editable=False)

    objects = ClassSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints: ClassVar = [
            one_key("class_session"),
            same_institution("class_session", "meeting", "timetable.Meeting"),
            same_institution("class_session", "slot", "timetable.ScheduleSlot"),
            same_institution("class_session", "subject", "courses.Subject"),
            same_institution("class_session", "room", "institutions.Room"),
            person_of_institution("class_session", "instructor"),
            models.UniqueConstraint(fields=["slot", "slot_date"], name="one_session_of_a_slot_for_each_day"),
            models.CheckConstraint(
                condition=Q(slot__isnull=True) | Q(slot_date__isnull=False), name="session_of_a_slot_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(slot_date__isnull=False) | Q(is_edited=True), name="session_without_a_slot_is_made_by_hand"
            ),
            models.CheckConstraint(
                condition=Q(start_time__isnull=True, end_time__isnull=True)
                | Q(start_time__isnull=False, end_time__isnull=False, end_time__gt=F("start_time")),
                name="session_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(session_type__in=["THEORY", "PRACTICAL", "WBL", "ASSESSMENT", "ORIENTATION", "OTHER"]),
                name="session_type_is_a_known_one",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["scheduled", "held", "cancelled"]), name="session_status_is_a_known_one"
            ),
            models.CheckConstraint(
                condition=Q(is_locked=False, locked_at__isnull=True) | Q(is_locked=True, locked_at__isnull=False),
                name="locked_session_says_since_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "date"], name="session_by_date"),
            models.Index(fields=["meeting", "date"], name="session_by_meeting"),
            models.Index(
                fields=["institution", "date"],
                condition=Q(is_locked=False) & ~Q(status="cancelled"),
                name="session_unlocked_by_date",
            ),
        ]
        triggers: ClassVar = [
            triggers.locked_session_is_frozen,
            triggers.register_is_unlocked_with_a_reason,
            triggers.register_waits_for_its_session,
            triggers.session_counts_its_changes,
            triggers.sessions_came,
            triggers.sessions_changed,
            triggers.sessions_went,
            triggers.unbook_session,
        ]
        ordering: ClassVar = ["date", "start_time", "id"]

    def __str__(self) -> str:
        return f"{self.date} {self.start_time or ''}".strip()

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def is_extra(self) -> bool:
        """Made by hand, not from the week."""
        return self.slot_date is None

    @property
    def moments(self) -> tuple[datetime, datetime] | None:
        """When it begins and ends, by the clock of its meeting; None without times."""
        if self.start_time is None or self.end_time is None:
            return None
        return moments(self.date, self.start_time, self.end_time, self.meeting.zone)

    @property
    def begins_at(self) -> datetime:
        """When it begins, by the clock of its meeting; one without times with its day."""
        return moment(self.date, self.start_time or time(), self.meeting.zone)

    def today(self) -> dt.date:
        """What day it is where it takes place."""
        return today_in(self.meeting.zone)

    def is_on(self, now: datetime) -> bool:
        """Whether it is running at this moment."""
        return self.moments is not None and self.moments[0] <= now < self.moments[1]

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended; one without times ends with its day."""
        return self.moments[1] <= now if self.moments else self.date < now.astimezone(self.meeting.zone).date()


class Teaching(models.Model):
    """Who teaches which session, once for every role: the one that it names, else the faculty of its subject, else
    whoever else comes to its meeting that day."""

    pk = models.CompositePrimaryKey("session_id", "instructor_id")
    session = models.ForeignKey(ClassSession, on_delete=models.DO_NOTHING, db_constraint=False, related_name="teaching")
    instructor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    # Of `MeetingPerson.Role`, or NAMED.
    role = models.CharField(max_length=10)
    books = models.BooleanField()

    NAMED = "named"

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.instructor_id} {self.role}"


class SeededHash(models.Func):
    """The hash of an institution, mixed into the hash of an instructor: nothing crosses between two institutions."""

    function = "uuid_hash_extended"


@kept_by_triggers
class Booking(models.Model):
    """One instructor or one room, taken by one session that takes place.

    Written by the database alone (`muster_book`); the period is half open, so touching times never clash. `meeting` is
    the session's, so that one's own bookings can be left out without asking for their sessions.
    """

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey(Institution, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.DO_NOTHING, related_name="bookings", db_index=False, db_constraint=False
    )
    # Goes with its session: the database sees to that.
    session = models.ForeignKey(ClassSession, on_delete=models.DO_NOTHING, related_name="bookings")
    instructor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, related_name="bookings", db_index=False
    )
    room = models.ForeignKey(Room, on_delete=models.DO_NOTHING, null=True, related_name="bookings", db_index=False)
    on_date = models.DateField()
    period = DateTimeRangeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(instructor__isnull=False, room__isnull=True)
                | Q(instructor__isnull=True, room__isnull=False),
                name="booking_is_of_one_instructor_or_one_room",
            ),
            models.CheckConstraint(condition=Q(period__isempty=False), name="booking_lasts"),
            ExclusionConstraint(
                name="instructor_is_in_one_place_at_a_time",
                expressions=[
                    (SameId(F("instructor_id"), SeededHash(F("institution_id"), 0)), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(instructor__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="room_holds_one_meeting_at_a_time",
                expressions=[(SameId(F("room_id"), 0), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                condition=Q(room__isnull=False),
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["instructor", "on_date"], condition=Q(instructor__isnull=False), name="booking_by_instructor"
            ),
            models.Index(fields=["room", "on_date"], condition=Q(room__isnull=False), name="booking_by_room"),
        ]

    def __str__(self) -> str:
        return f"{self.instructor_id or self.room_id} {self.on_date}"
