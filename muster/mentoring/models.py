"""What a student and their mentor do together: the sessions they meet in, what came of them, and what they agreed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muster.allocation.models import IndividualAssignment
from muster.core.history import tracked
from muster.core.ids import new_id
from muster.core.ownership import only_added_to
from muster.core.text import Line, Lines, ShortLines
from muster.institutions.models import InstitutionPart, of_institution, one_key, owned_key, same_institution
from muster.mentoring import triggers
from muster.timetable.models import ClassSession, Meeting


class MentoringMeeting(InstitutionPart):
    """The meeting of a student and their mentor, which has the id of their assignment.

    The database has the mentor come to it, and cancels what is ahead when the assignment ends.
    """

    assignment = owned_key(IndividualAssignment, on_delete=models.DO_NOTHING, related_name="mentoring_meetings")
    meeting = owned_key(Meeting, on_delete=models.DO_NOTHING, related_name="mentoring_meetings")

    class Meta:
        constraints: ClassVar = [
            same_institution("mentoring_meeting", "assignment", "allocation.IndividualAssignment"),
            same_institution("mentoring_meeting", "meeting", "timetable.Meeting"),
            models.UniqueConstraint(fields=["meeting"], name="one_pair_in_a_mentoring_meeting"),
            models.CheckConstraint(
                condition=Q(meeting=F("assignment")), name="mentoring_meeting_has_the_id_of_its_assignment"
            ),
        ]
        triggers: ClassVar = [triggers.mentor_comes]

    def __str__(self) -> str:
        return str(self.meeting_id)


@tracked(exclude=("private_notes", "announced_at", "chased_at"))
class MentoringSession(InstitutionPart):
    """A session of a student with their mentor: how they meet, and what came of it.

    When it is and whether it was cancelled stands in the class session.
    """

    known_by = "assignment__student__full_name"

    counted = ngettext_lazy("%(count)s mentoring session", "%(count)s mentoring sessions", "count")

    class Channel(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        ONLINE = "online", _("Online")
        PHONE = "phone", _("Phone")

    class Outcome(models.TextChoices):
        HELD = "held", _("Held")
        MISSED = "missed", _("Missed")

    # What the database writes when it cancels a session by itself.
    BY_ITSELF: ClassVar = {"assignment_ended": _("The mentoring ended."), "holiday": _("It falls on a holiday.")}

    session = owned_key(ClassSession, on_delete=models.DO_NOTHING, related_name="mentoring", db_index=False)
    assignment = owned_key(IndividualAssignment, on_delete=models.DO_NOTHING, related_name="mentoring_sessions")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.IN_PERSON)
    # Sessions that were scheduled together, week by week.
    series = models.UUIDField(null=True, blank=True, editable=False)
    # Empty until it is written up.
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome, blank=True)
    # When both were reminded that it is near, and that it is over or that a holiday took it.
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)
    chased_at = models.DateTimeField(null=True, blank=True, editable=False)
    summary = Lines(_("summary"), blank=True)
    private_notes = Lines(_("private notes"), blank=True)

    class Meta:
        verbose_name = _("mentoring session")
        verbose_name_plural = _("mentoring sessions")
        constraints: ClassVar = [
            one_key("mentoring_session"),
            same_institution("mentoring_session", "session", "timetable.ClassSession"),
            same_institution("mentoring_session", "assignment", "allocation.IndividualAssignment"),
            models.UniqueConstraint(fields=["session"], name="one_mentoring_session_for_each_session"),
            models.CheckConstraint(
                condition=Q(channel__in=["in_person", "online", "phone"]), name="mentoring_channel_is_known"
            ),
            models.CheckConstraint(condition=Q(outcome__in=["", "held", "missed"]), name="mentoring_outcome_is_known"),
        ]
        triggers: ClassVar = [
            triggers.session_is_of_a_current_pair,
            triggers.student_is_not_in_a_class,
            triggers.session_stays_with_its_pair,
            triggers.written_up_once_it_began,
        ]
        ordering: ClassVar = ["-session__date", "-session__start_time", "-id"]

    def __str__(self) -> str:
        return str(self.session)

    @property
    def status(self) -> str:
        """One of planned, held, missed, cancelled."""
        if self.session.is_cancelled:
            return "cancelled"
        return self.outcome or "planned"

    @property
    def status_words(self) -> str:
        """The status in a word."""
        words = {"planned": _("Planned"), "cancelled": _("Cancelled"), **dict(self.Outcome.choices)}
        return str(words[self.status])

    @property
    def why_cancelled(self) -> str:
        """The reason in words, also where the database cancelled it."""
        return str(self.BY_ITSELF.get(self.session.cancel_reason, self.session.cancel_reason))

    @property
    def minutes(self) -> int:
        """How long it is planned to last."""
        starts, ends = self.session.moments or (self.session.begins_at, self.session.begins_at)
        return int((ends - starts).total_seconds() // 60)


@tracked()
class MentoringTimeRequest(InstitutionPart):
    """A student asks to meet at another time. Decided once, by the mentor or whoever manages the mentoring."""

    counted = ngettext_lazy("%(count)s request for another time", "%(count)s requests for another time", "count")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        # By the student, or as the session was moved or cancelled otherwise.
        WITHDRAWN = "withdrawn", _("Withdrawn")

    session = owned_key(MentoringSession, on_delete=models.DO_NOTHING, related_name="time_requests")
    # When they would like to meet, by the clock of the session.
    date = models.DateField(_("day"))
    start_time = models.TimeField(_("from"))
    note = ShortLines(_("note"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = ShortLines(_("note to the student"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("request for another time")
        verbose_name_plural = _("requests for another time")
        constraints: ClassVar = [
            same_institution("time_request", "session", "mentoring.MentoringSession"),
            models.UniqueConstraint(
                fields=["session"], condition=Q(status="pending"), name="one_waiting_request_for_another_time"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | Q(status__in=["accepted", "declined", "withdrawn"], decided_at__isnull=False),
                name="time_request_is_decided_whole",
            ),
        ]
        triggers: ClassVar = [triggers.time_request_is_decided_once]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.session_id} {self.date}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def wanted_at(self) -> datetime:
        """When they would like to meet, as its clock shows it."""
        return datetime.combine(self.date, self.start_time)


@only_added_to
@tracked(exclude=("looked_by", "looked_at"), part_of="session", is_look=True)
class NoteLook(models.Model):
    """Somebody other than the mentor read the private notes of a session. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    institution = of_institution()
    session = owned_key(MentoringSession, related_name="looks")
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    looked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [same_institution("note_look", "session", "mentoring.MentoringSession")]
        triggers: ClassVar = [triggers.looks_are_only_added_to]
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.session_id} {self.looked_at}"


@tracked()
class MentoringGoal(InstitutionPart):
    """What a student and their mentor agreed on, until when, and what became of it."""

    counted = ngettext_lazy("%(count)s goal", "%(count)s goals", "count")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        REACHED = "reached", _("Reached")
        DROPPED = "dropped", _("Dropped")

    assignment = owned_key(IndividualAssignment, on_delete=models.DO_NOTHING, related_name="mentoring_goals")
    title = Line(_("goal"), max_length=150)
    due_on = models.DateField(_("due"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    # When it was reached or dropped.
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints: ClassVar = [
            one_key("mentoring_goal"),
            same_institution("mentoring_goal", "assignment", "allocation.IndividualAssignment"),
            models.CheckConstraint(condition=~Q(title=""), name="goal_says_what_is_agreed"),
            models.CheckConstraint(
                condition=Q(status="open", settled_at__isnull=True)
                | Q(status__in=["reached", "dropped"], settled_at__isnull=False),
                name="goal_is_open_or_settled",
            ),
        ]
        ordering: ClassVar = [F("due_on").asc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return self.title


@tracked()
class MentoringCheckIn(InstitutionPart):
    """How it goes, from 1 to 5, as the student says of themselves, or their mentor of them."""

    known_by = "assignment__student__full_name"

    counted = ngettext_lazy("%(count)s check-in", "%(count)s check-ins", "count")
    SCALE: ClassVar = range(1, 6)
    MOODS: ClassVar = (_("low"), _("so-so"), _("fine"), _("good"), _("great"))
    PACES: ClassVar = (_("stuck"), _("slow"), _("steady"), _("good"), _("fast"))

    assignment = owned_key(IndividualAssignment, on_delete=models.DO_NOTHING, related_name="check_ins")
    by_student = models.BooleanField(editable=False)
    mood = models.PositiveSmallIntegerField(_("mood"))
    progress = models.PositiveSmallIntegerField(_("progress"))
    comment = Lines(_("comment"), blank=True)

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        constraints: ClassVar = [
            same_institution("check_in", "assignment", "allocation.IndividualAssignment"),
            models.CheckConstraint(
                condition=Q(mood__range=(1, 5), progress__range=(1, 5)), name="check_in_is_from_one_to_five"
            ),
        ]
        triggers: ClassVar = [triggers.of_a_current_pair("check_in_is_of_a_current_pair")]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.mood} {self.progress}"


@tracked()
class MentoringQuestion(InstitutionPart):
    """What a student asks their mentor, and what the mentor answers."""

    known_by = "assignment__student__full_name"

    counted = ngettext_lazy("%(count)s question", "%(count)s questions", "count")

    assignment = owned_key(IndividualAssignment, on_delete=models.DO_NOTHING, related_name="questions")
    question = Lines(_("question"))
    answer = Lines(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints: ClassVar = [
            same_institution("question", "assignment", "allocation.IndividualAssignment"),
            models.CheckConstraint(condition=~Q(question=""), name="question_asks_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | Q(~Q(answer=""), answered_at__isnull=False),
                name="question_is_answered_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["assignment"], condition=Q(answered_at__isnull=True), name="question_waiting")
        ]
        triggers: ClassVar = [triggers.of_a_current_pair("question_is_of_a_current_pair")]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.question

    @property
    def hours(self) -> float | None:
        """How long the answer took, from the day on which the two were assigned at the earliest."""
        if self.answered_at is None:
            return None
        took: timedelta = self.answered_at - max(self.created_at, self.assignment.assigned_at)
        return took.total_seconds() / 3600


# Why a student asks is for administrators alone: no history tells it.
@tracked(exclude=("reason",))
class MentorRequest(InstitutionPart):
    """A student asks for another mentor. Decided once; the present mentor doesn't learn of it."""

    known_by = "assignment__student__full_name"

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    # The one that they would like to leave.
    assignment = owned_key(IndividualAssignment, on_delete=models.DO_NOTHING, related_name="mentor_requests")
    reason = ShortLines(_("reason"), max_length=300)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = ShortLines(_("note to the student"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("request for another mentor")
        verbose_name_plural = _("requests for another mentor")
        constraints: ClassVar = [
            same_institution("mentor_request", "assignment", "allocation.IndividualAssignment"),
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(status="pending"),
                name="one_waiting_request_for_another_mentor",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="mentor_request_says_why"),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | Q(status__in=["approved", "withdrawn"], decided_at__isnull=False)
                | Q(status="rejected", decided_at__isnull=False) & ~Q(decision_note=""),
                name="mentor_request_is_decided_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution"], condition=Q(status="pending"), name="mentor_request_waiting")
        ]
        triggers: ClassVar = [
            triggers.of_a_current_pair("mentor_request_is_of_a_current_pair"),
            triggers.mentor_request_is_decided_once,
        ]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.status}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING


@tracked(exclude=("asked_at",))
class Handover(InstitutionPart):
    """From a student's former mentor to the one who follows: made by the database when that one is assigned."""

    known_by = "former__student__full_name"

    former = owned_key(IndividualAssignment, on_delete=models.DO_NOTHING, related_name="handovers", db_index=False)
    following = owned_key(IndividualAssignment, on_delete=models.DO_NOTHING, related_name="handovers_taken")
    note = Lines(_("note"), blank=True)
    # Whether whoever mentors the student next may read the private notes of the former mentor.
    notes_released = models.BooleanField(_("private notes released"), default=False)
    # When the former mentor was asked for it, and when they wrote it.
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    written_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints: ClassVar = [
            same_institution("handover", "former", "allocation.IndividualAssignment"),
            same_institution("handover", "following", "allocation.IndividualAssignment"),
            models.UniqueConstraint(fields=["former"], name="one_handover_of_each_mentor"),
            models.CheckConstraint(
                condition=Q(written_at__isnull=False) | Q(note="", notes_released=False),
                name="handover_is_written_by_the_former_mentor",
            ),
        ]
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.former_id} {self.following_id}"
