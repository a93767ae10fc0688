"""What is held of a person: each table with how its rows lead to them, for the archive of one person.

A table that references a person, or what is a person's, stands here or in `LEFT_OUT`
(tests/test_personal_data.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import models
from django.db.models import Q, QuerySet

from muster.accounts.models import User
from muster.allocation.models import CoverRequest, IndividualAssignment
from muster.assessment.models import AssessmentMark
from muster.attendance.models import (
    AbsenceNotice,
    AttendanceRecord,
    CorrectionRequest,
    Evidence,
    EvidenceLook,
    LowAttendance,
    MarkEntry,
    UnlockRequest,
)
from muster.batches.models import CalendarFeed, InstructorAssignment, SubjectFaculty
from muster.certificates.models import Certificate
from muster.documents.models import IssuedDocument
from muster.enrollments.models import (
    Application,
    Enrollment,
    Organisation,
    Payment,
    SeatPeriod,
    TransferRequest,
    WaitlistEntry,
)
from muster.feedback.models import FeedbackInvitation
from muster.institutions.models import Affiliation, ApiToken, Membership, SecurityEvent
from muster.materials.models import MaterialView
from muster.mentoring.models import (
    Handover,
    MentoringCheckIn,
    MentoringGoal,
    MentoringQuestion,
    MentoringSession,
    MentoringTimeRequest,
    MentorRequest,
    NoteLook,
)
from muster.messaging.models import MessageRecipient
from muster.notifications.models import Notification, NotificationChoice
from muster.people.models import AvailabilityWindow, InstructorProfile, InstructorSkill, StaffNote, TimeOff
from muster.privacy.models import ArchiveLook, ConsentAnswer, Erasure
from muster.progression.models import (
    AcademicRecord,
    ComponentScore,
    ElectiveChoice,
    HeldBack,
    SubjectMapping,
    SubjectResult,
)
from muster.risk.models import Intervention, RiskFlag
from muster.saved_views.models import SavedView, ViewMailing

# What a related row is called by.
NAMED = ("full_name", "name", "title", "code")
# Of no use to anybody but the database.
NEVER = {"institution", "updated_at", "version", "digest", "password"}
SEAT, PAIR = "enrollment__student", "assignment__student"


@dataclass(frozen=True)
class Held:
    """Rows of a table that are a person's: by any of `paths`; where these lead over a plain id, by `seats`.

    `confidential` is given to administrators alone, a table or some of its `private` columns, and what is not
    `published` yet.
    """

    name: str
    model: type[models.Model]
    paths: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    beside: tuple[str, ...] = ()
    private: frozenset[str] = frozenset()
    confidential: bool = False
    published: Q = field(default_factory=Q)

    def rows(self, person: User, *, own: bool) -> QuerySet[Any]:
        """The person's rows, as their columns in plain words."""
        if self.model is MarkEntry:
            condition = Q(enrollment_id__in=Enrollment.objects.filter(student=person).order_by().values("pk"))
        else:
            condition = Q()
            for path in self.paths:
                condition |= Q(**{path: person.pk})
        if self.model is Application and person.email:
            condition |= Q(email__iexact=person.email)
        rows = self.model._default_manager.filter(condition)
        if any(one.name == "institution" for one in self.model._meta.fields):
            rows = rows.filter(institution=person.home)
        rows = rows.filter(self.published) if own else rows
        return rows.order_by("pk").values(*self._columns(own))

    def _columns(self, own: bool) -> Iterator[str]:
        without = NEVER | self.without | (self.private if own else frozenset())
        for one in self.model._meta.concrete_fields:
            if one.name in without:
                continue
            if isinstance(one, models.ForeignKey):
                known = {column.name for column in one.related_model._meta.fields}
                word = next((name for name in NAMED if name in known), None)
                yield f"{one.name}__{word}" if word else one.attname
            else:
                yield one.name
        yield from self.beside


def _without(*names: str) -> frozenset[str]:
    return frozenset(names)


HELD = (
    Held(
        "person", User, ("pk",),
        _without("home", "account", "signs_in", "sign_in_round", "starts_in", "is_superuser"),
    ),
    Held("numbers", Affiliation, ("user",), _without("sign_in_round")),
    Held("roles", Membership, ("user",)),
    Held("enrollments", Enrollment, ("student",), beside=("batch__code",)),
    Held("days-on-registers", SeatPeriod, (SEAT,)),
    Held("waitlists", WaitlistEntry, ("student",)),
    Held("transfer-requests", TransferRequest, (SEAT,)),
    Held("applications", Application, (SEAT,)),
    Held("payments", Payment, (SEAT,)),
    Held("contact-of-organizations", Organisation, ("contact",)),
    Held("attendance", AttendanceRecord, (SEAT,), beside=("session__date", "session__start_time")),
    Held("attendance-log", MarkEntry, (), _without("context")),
    Held("attendance-warnings", LowAttendance, (SEAT,)),
    Held("absences", AbsenceNotice, ("student",)),
    Held(
        "evidence", Evidence, ("record__enrollment__student", "notice__student"), _without("file", "file_digest")
    ),
    Held(
        "evidence-views", EvidenceLook, ("evidence__record__enrollment__student", "evidence__notice__student"),
        _without("request_id"), ("evidence__file_name",),
    ),
    Held("corrections", CorrectionRequest, (SEAT,)),
    Held("scores", ComponentScore, (SEAT,), confidential=True, beside=("mapping__subject__title",)),
    Held("results", SubjectResult, (SEAT,), beside=("mapping__subject__title",)),
    Held("semesters", AcademicRecord, (SEAT,)),
    Held("electives", ElectiveChoice, (SEAT,), beside=("mapping__subject__title",)),
    Held("held-back", HeldBack, (SEAT,)),
    Held("marks", AssessmentMark, (SEAT,), published=Q(published_at__isnull=False)),
    Held("mentors", IndividualAssignment, ("student",), private=_without("notes")),
    Held("mentoring-time-requests", MentoringTimeRequest, (f"session__{PAIR}",)),
    Held(
        "mentoring-sessions", MentoringSession, (PAIR,), private=_without("private_notes"),
        beside=("session__date", "session__start_time"),
    ),
    Held("mentoring-goals", MentoringGoal, (PAIR,)),
    Held("mentoring-check-ins", MentoringCheckIn, (PAIR,)),
    Held("mentoring-questions", MentoringQuestion, (PAIR,)),
    Held("mentor-requests", MentorRequest, (PAIR,)),
    Held("mentoring-handovers", Handover, ("former__student",), confidential=True),
    Held("mentoring-note-views", NoteLook, ("session__assignment__student",), confidential=True),
    Held("risk-flags", RiskFlag, (SEAT,), confidential=True),
    Held("risk-contacts", Intervention, ("flag__enrollment__student",), confidential=True),
    Held("notes", StaffNote, ("student",), confidential=True),
    Held("feedback-asked", FeedbackInvitation, ("student",)),
    Held("documents", IssuedDocument, ("holder",), _without("about", "series")),
    Held("certificates", Certificate, (SEAT,), private=_without("exception_reason")),
    Held("messages", MessageRecipient, ("user",), beside=("message__subject", "message__text", "message__created_at")),
    Held("notifications", Notification, ("user",)),
    Held("notification-settings", NotificationChoice, ("user",)),
    Held("saved-views", SavedView, ("owner",)),
    Held("emailed-views", ViewMailing, ("user",)),
    Held("materials-opened", MaterialView, ("user",)),
    Held("teaching-profile", InstructorProfile, ("user",)),
    Held("skills", InstructorSkill, ("profile__user",)),
    Held("availability", AvailabilityWindow, ("profile__user",)),
    Held("time-off", TimeOff, ("profile__user",)),
    Held("teaching", InstructorAssignment, ("instructor",)),
    Held("subjects-taught", SubjectFaculty, ("instructor",)),
    Held("subjects-planned", SubjectMapping, ("instructor",)),
    Held("cover", CoverRequest, ("instructor", "asked", "substitute")),
    Held("unlock-requests", UnlockRequest, ("asked_by",)),
    Held("calendar-links", CalendarFeed, ("user",)),
    Held("api-tokens", ApiToken, ("user",)),
    Held("sign-ins", UserSession, ("user",), _without("session_key", "data")),
    Held("sign-in-emails", EmailAddress, ("user",)),
    Held("second-factors", Authenticator, ("user",), _without("data")),
    Held("single-sign-on", SocialAccount, ("user",)),
    Held("security-log", SecurityEvent, ("person",)),
    Held("consents", ConsentAnswer, ("person",), beside=("text__purpose__title", "text__version", "text__text")),
    Held("archive-views", ArchiveLook, ("person",)),
    Held("erasures", Erasure, ("person",)),
)  # fmt: skip

_TAUGHT = "when and what somebody teaches stands under teaching"
_OF_STUDENT = "the rows are about the student; the instructor acts in them"
_PROPOSED = "a proposal; what came of it stands under mentors and teaching"
_SUBJECT = "a subject of a batch, whoever teaches it"
# References to a person, or to what is a person's, that the archive does not follow, and why. Those whose name ends in
# `_by` say who acted: what somebody did stands under actions.
LEFT_OUT = {
    "accounts.User.account": "who signs in for whom is known to nobody but the person",
    "institutions.Department.hod": "stands under roles, and on the department",
    "courses.Course.default_instructor": _TAUGHT,
    "timetable.MeetingPerson.instructor": _TAUGHT,
    "timetable.ScheduleSlot.instructor": _TAUGHT,
    "timetable.ClassSession.instructor": _TAUGHT,
    "timetable.Teaching.instructor": _TAUGHT,
    "timetable.Booking.instructor": _TAUGHT,
    "saved_views.ViewMailing.view": "who else is emailed a shared view",
    "batches.CalendarFeed.instructor": "the calendar that somebody else reads",
    "attendance.CountedMark.student": "a view of attendance",
    "attendance.CountedMark.enrollment": "a view of attendance",
    "allocation.IndividualAssignment.instructor": _OF_STUDENT,
    "allocation.PlanItem.student": _PROPOSED,
    "allocation.PlanItem.instructor": _PROPOSED,
    "socialaccount.SocialToken.account": "a secret between the two sites; none is kept",
    "submissions.Submission.regulator": "a copy for an authority; whoever opened it stands under actions",
    "risk.RiskFlag.owner": _OF_STUDENT,
    "feedback.FeedbackRound.instructor": "answers are anonymous, and figures shown from five on",
    "feedback.FeedbackRound.assignment": "stands under feedback-asked",
    "feedback.FeedbackPool.instructor": "answers are anonymous, and figures shown from five on",
    "feedback.ShownAnswer.instructor": "answers are anonymous, and figures shown from five on",
    "progression.ScoreModeration.by": "what somebody did stands under actions",
    "exchange.ImportRun.by": "what somebody did stands under actions",
    "reports.ReportOrder.by": "what somebody did stands under actions",
    "reports.ReportSchedule.by": "what somebody did stands under actions",
    "reports.ReportRecipient.person": "a report about others, which somebody is sent for their work",
    "reports.ReportReader.person": "a report about others, which somebody is sent for their work",
    "privacy.Erasure.by": "what somebody did stands under actions",
    "mentoring.MentoringMeeting.assignment": "the sessions stand under mentoring-sessions",
    "enrollments.Enrollment.transferred_to": "the same person's, under enrollments",
    "enrollments.Enrollment.returned_to": "the same person's, under enrollments",
    "attendance.AbsenceNotice.enrollment": "the same person's, under absences",
    "enrollments.WaitlistEntry.enrollment": "the same person's, under waitlists",
    "mentoring.Handover.following": "the same student's, under mentoring-handovers",
    "certificates.Certificate.document": "the same person's, under documents",
    "attendance.Evidence.record": "under evidence",
    "attendance.CorrectionRequest.notice": "under corrections",
    "enrollments.Enrollment.organisation": "a company, and not its contact's",
    "enrollments.Payment.organisation": "a company, and not its contact's",
    "progression.ComponentScore.mapping": _SUBJECT,
    "progression.ScoreModeration.mapping": _SUBJECT,
    "progression.SubjectResult.mapping": _SUBJECT,
    "progression.ElectiveChoice.mapping": _SUBJECT,
    "assessment.Assessment.mapping": _SUBJECT,
    "account.EmailConfirmation.email_address": "a key that proves the address, for some days",
}
