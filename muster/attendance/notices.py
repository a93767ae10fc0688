"""What people are told about absences and corrections. Never why somebody is away: mails are read by others too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.attendance.models import AbsenceNotice, CorrectionRequest, UnlockRequest
from muster.attendance.queries.absences import MissedSession
from muster.batches.models import Batch, InstructorAssignment
from muster.core.days import days_in_words
from muster.courses.queries import minimum_attendance_of
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Membership, Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.timetable.models import ClassSession

ANNOUNCED, ASKED, DECIDED = "absence_announced", "correction_asked", "correction_decided"
UNLOCK, UNLOCK_DECIDED = "unlock_asked", "unlock_decided"
NOT_TAKEN, LOW = "register_not_taken", "low_attendance"
MOST_NAMED = 20

register_kind(
    NotificationKind(
        NOT_TAKEN,
        gettext_lazy("A register of mine isn't taken"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("At the end of the day, once for each register, and when a manager reminds me."),
    ),
    NotificationKind(
        LOW,
        gettext_lazy("Attendance falls below the minimum"),
        frozenset({str(Role.INSTRUCTOR), *map(str, STUDENT_ROLES)}),
        gettext_lazy("Mine, or that of students in my batches. Once each time it falls, at the end of the day."),
    ),
    NotificationKind(
        ANNOUNCED,
        gettext_lazy("A student of mine will be away"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("As soon as the absence is reported or withdrawn."),
    ),
    NotificationKind(
        ASKED,
        gettext_lazy("Correction requested for a locked register"),
        frozenset({str(Role.ADMIN)}),
        gettext_lazy("Evidence arrived after the register was locked."),
    ),
    NotificationKind(
        UNLOCK,
        gettext_lazy("Unlock requested for a locked register"),
        frozenset({str(Role.ADMIN)}),
        gettext_lazy("An instructor says what needs to be corrected."),
    ),
    NotificationKind(
        UNLOCK_DECIDED,
        gettext_lazy("An unlock that I requested is decided"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("With the reason."),
    ),
    NotificationKind(
        DECIDED,
        gettext_lazy("A correction that affects me is decided"),
        frozenset({str(Role.INSTRUCTOR), *map(str, STUDENT_ROLES)}),
        gettext_lazy("For my own marks, or marks I sent evidence for."),
    ),
)


def absence_url(notice_id: UUID) -> str:
    """The page of a notice."""
    return reverse("attendance:absence", args=[notice_id])


def days_of(first: date, last: date) -> str:
    """The days in words."""
    return date_format(first, "j F Y") if first == last else days_in_words(first, last)


def tell_announced(by: Actor, notice: AbsenceNotice, missed: Collection[MissedSession]) -> None:
    """Tell those who teach the sessions that an absence is announced, or withdrawn."""
    words = {"name": notice.student.full_name, "days": days_of(notice.first_date, notice.last_date)}
    if notice.is_withdrawn:
        title = _("%(name)s is no longer away %(days)s") % words
    elif notice.last_date < by.today():
        title = _("%(name)s was away %(days)s") % words
    else:
        title = _("%(name)s is away %(days)s") % words
    number = len(missed)
    text = ngettext("%(number)d session is affected.", "%(number)d sessions are affected.", number)
    notify(
        by=by,
        to=_teachers(notice, missed),
        kind=ANNOUNCED,
        title=title,
        text=text % {"number": number} if number else "",
        url=absence_url(notice.pk),
    )


def _teachers(notice: AbsenceNotice, missed: Collection[MissedSession]) -> list[User]:
    """Those whom the sessions name, and those assigned to their batches on these days."""
    batches = {one.batch_id for one in missed}
    if not batches and notice.enrollment is not None and notice.enrollment.batch_id:
        batches = {notice.enrollment.batch_id}
    assigned = InstructorAssignment.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gte=notice.first_date),
        batch__in=batches,
        from_date__lte=notice.last_date,
    )
    named = ClassSession.objects.filter(pk__in=[one.session_id for one in missed])
    return list(
        User.objects.filter(
            Q(pk__in=assigned.values("instructor_id"))
            | Q(pk__in=named.values("instructor_id"))
            | Q(pk__in=named.values("slot__instructor_id"))
        )
    )


def tell_asked(by: Actor, notice: AbsenceNotice, requests: Collection[CorrectionRequest]) -> None:
    """Tell the administrators that corrections wait for them: one notice for all of one absence."""
    if not requests:
        return
    number = len(requests)
    words = {"name": notice.student.full_name, "number": number}
    notify(
        by=by,
        to=people_who_unlock(by),
        kind=ASKED,
        title=ngettext(
            "Correction requested for a mark of %(name)s",
            "Correction requested for %(number)d marks of %(name)s",
            number,
        )
        % words,
        text=_("Evidence arrived after the register was locked. Approve or reject the correction, with a reason."),
        url=reverse("requests"),
    )


def tell_decided(by: Actor, decided: Sequence[CorrectionRequest]) -> None:
    """Tell the learner and those who asked what was decided: one notice for all of one learner."""
    first, number = decided[0], len(decided)
    words = {
        "name": first.enrollment.student.full_name,
        "day": date_format(first.session.date, "j F Y"),
        "number": number,
    }
    if first.status == CorrectionRequest.Status.APPROVED:
        title = ngettext(
            "The mark of %(name)s on %(day)s was corrected", "%(number)d marks of %(name)s were corrected", number
        )
    else:
        title = ngettext(
            "Correction rejected for the mark of %(name)s on %(day)s",
            "Correction rejected for %(number)d marks of %(name)s",
            number,
        )
    people = {first.enrollment.student_id: first.enrollment.student}
    people |= {request.asked_by.pk: request.asked_by for request in decided if request.asked_by is not None}
    notify(
        by=by,
        to=people.values(),
        kind=DECIDED,
        title=title % words,
        text=_("See the reason in Muster."),
        url=absence_url(first.notice_id),
    )


def tell_unlock_asked(by: Actor, session: ClassSession, reason: str) -> None:
    """Tell the administrators that a register should be unlocked, and what needs correcting."""
    words = {
        "batch": session.meeting.code,
        "day": date_format(session.date, "j F Y"),
        "name": by.user.full_name if by.user else "",
    }
    notify(
        by=by,
        to=people_who_unlock(by),
        kind=UNLOCK,
        title=_("%(name)s asks to unlock the register of %(batch)s, %(day)s") % words,
        text=reason,
        url=reverse("requests"),
    )


def tell_unlock_decided(by: Actor, request: UnlockRequest) -> None:
    """Tell whoever asked for an unlock what was decided, and why."""
    session = request.session
    words = {"batch": session.meeting.code, "day": date_format(session.date, "j F Y")}
    unlocked = request.status == UnlockRequest.Status.APPROVED
    title = (
        _("Register of %(batch)s, %(day)s, unlocked") if unlocked else _("Register of %(batch)s, %(day)s, stays locked")
    )
    notify(
        by=by,
        to=[request.asked_by] if request.asked_by else [],
        kind=UNLOCK_DECIDED,
        title=title % words,
        text=request.decision_reason,
        url=reverse("attendance:register", args=[session.pk]),
    )


def people_who_unlock(by: Actor) -> QuerySet[User]:
    """Who may unlock, and is told when somebody asks for that or for a correction."""
    admins = Membership.objects.filter(institution=by.institution, role=Role.ADMIN)
    return User.objects.filter(pk__in=admins.values("user_id"), is_active=True).order_by("full_name__plain")


def tell_not_taken(by: Actor, person: User, sessions: Sequence[ClassSession]) -> None:
    """Ask somebody for the registers that they have not taken, in one notice, the earliest first."""
    first, one = sessions[0], len(sessions) == 1
    named = "; ".join(map(session_in_words, sessions[:MOST_NAMED]))
    notify(
        by=by,
        to=[person],
        kind=NOT_TAKEN,
        title=_("Register not taken: %(session)s") % {"session": session_in_words(first)}
        if one
        else ngettext("%(count)d register not taken", "%(count)d registers not taken", len(sessions))
        % {"count": len(sessions)},
        text=_("Take attendance while it's still fresh.") if one else named,
        url=reverse("attendance:register", args=[first.pk]) if one else reverse("attendance:not-taken"),
    )


def tell_low_attendance(by: Actor, enrollment: Enrollment, percent: float) -> None:
    """Tell the student that their attendance in the batch fell below the minimum."""
    assert enrollment.batch is not None  # noqa: S101
    minimum = minimum_attendance_of(by.institution, enrollment.course)
    words = {"batch": enrollment.batch.code, "percent": f"{percent:g}", "minimum": minimum}
    notify(
        by=by,
        to=[enrollment.student],
        kind=LOW,
        title=_("Your attendance in %(batch)s is below %(minimum)d%%") % words,
        text=_("It's %(percent)s%% now. If something keeps you away, talk to your instructor.") % words,
        url=reverse("attendance:mine"),
    )


def tell_students_below(by: Actor, batch: Batch, students: Sequence[tuple[User, float]]) -> None:
    """Tell those who teach in the batch whose attendance fell below the minimum: one notice for all of them."""
    number, minimum = len(students), minimum_attendance_of(by.institution, batch.course)
    named = "; ".join(f"{person.full_name} {percent:g}%" for person, percent in students[:MOST_NAMED])
    title = ngettext(
        "A student in %(batch)s is below %(minimum)d%% attendance",
        "%(count)d students in %(batch)s are below %(minimum)d%% attendance",
        number,
    )
    teaching = InstructorAssignment.objects.on(batch.today()).filter(batch=batch)
    notify(
        by=by,
        to=User.objects.filter(pk__in=teaching.values("instructor")),
        kind=LOW,
        title=title % {"batch": batch.code, "minimum": minimum, "count": number},
        text=f"{named}.",
        url=f"{reverse('batches:students', args=[batch.pk])}?sort=attendance",
    )


def session_in_words(session: ClassSession) -> str:
    """Whose session, and when: "DA-AUG-2026, Fri 20 Nov, 09:00"."""
    name = session.meeting.code
    clock = f"{session.start_time:%H:%M}" if session.start_time else ""
    return ", ".join(part for part in (name, date_format(session.date, "D j M"), clock) if part)
