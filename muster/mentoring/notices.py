"""What a student and their mentor are told of their sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.mails import CalendarPart
from muster.accounts.models import User
from muster.batches.mailed_calendars import schedule_as_file, session_of
from muster.batches.notices import when_of
from muster.core.permissions import any_id
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Membership, Role
from muster.mentoring.models import (
    Handover,
    MentoringGoal,
    MentoringQuestion,
    MentoringSession,
    MentoringTimeRequest,
    MentorRequest,
)
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.models import Notification
from muster.notifications.rules import notify
from muster.timetable.models import ClassSession

SESSION, REMINDER, QUESTION = "mentoring_session", "mentoring_reminder", "mentoring_question"
TIME = "mentoring_time"
MENTOR_WANTED, MENTOR_REFUSED, HANDOVER = "mentor_wanted", "mentor_refused", "mentoring_handover"
BOTH = frozenset({str(Role.INSTRUCTOR), *map(str, STUDENT_ROLES)})
MOST_QUOTED = 300


def _calendar_of(notice: Notification) -> CalendarPart | None:
    """One session as an invitation or a cancellation; those of a series, by whose id it goes, as a file."""
    series = ClassSession.objects.filter(mentoring__series=any_id(notice.about))
    found = schedule_as_file(series)
    return found or session_of(notice, also=Q(mentoring__assignment__student=notice.user_id))


register_kind(
    NotificationKind(
        SESSION,
        gettext_lazy("A mentoring session is scheduled, moved or cancelled"),
        BOTH,
        gettext_lazy("With the time, and how we meet. The email brings it for the calendar."),
        calendar=_calendar_of,
    ),
    NotificationKind(
        REMINDER,
        gettext_lazy("A mentoring session is near, or is over and not written up"),
        BOTH,
        gettext_lazy("The day before with the last summary and open goals, and once it is over."),
    ),
    NotificationKind(
        QUESTION,
        gettext_lazy("A student asks me something, or my mentor answers"),
        BOTH,
        gettext_lazy("With the question, and with the answer."),
    ),
    NotificationKind(
        TIME,
        gettext_lazy("A student requests another time, or my mentor declines one"),
        BOTH,
        gettext_lazy("With the time they requested. An accepted one arrives as a move."),
    ),
    NotificationKind(
        MENTOR_WANTED,
        gettext_lazy("A student requests another mentor"),
        frozenset({str(Role.ADMIN)}),
        gettext_lazy("The reason stands in Requests."),
    ),
    NotificationKind(
        MENTOR_REFUSED,
        gettext_lazy("My request for another mentor is rejected"),
        frozenset(map(str, STUDENT_ROLES)),
        gettext_lazy("With the note of the person who decided."),
    ),
    NotificationKind(
        HANDOVER,
        gettext_lazy("I hand over to another mentor, or take over from one"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("When a student whom I mentor gets another mentor, and when a former mentor left a note for me."),
    ),
)


def tell_scheduled(by: Actor, rows: Sequence[MentoringSession]) -> None:
    """Tell both that they meet, and how often."""
    first = rows[0]
    title = ngettext(
        "Mentoring with %(name)s on %(when)s", "Mentoring with %(name)s, %(count)d times from %(when)s", len(rows)
    )
    _tell(by, first, title, about=first.series or first.session_id, count=len(rows))


def tell_moved(by: Actor, row: MentoringSession, before: ClassSession) -> None:
    """Tell both the new time."""
    text = _("From %(before)s to %(now)s.") % {"before": when_of(before), "now": when_of(row.session)}
    _tell(by, row, _("Mentoring with %(name)s was moved to %(when)s"), text=text)


def tell_cancelled(by: Actor, rows: Sequence[MentoringSession]) -> None:
    """Tell both that they don't meet."""
    first = rows[0]
    title = ngettext(
        "Mentoring with %(name)s on %(when)s was cancelled",
        "%(count)d mentoring sessions with %(name)s from %(when)s were cancelled",
        len(rows),
    )
    about = first.series if len(rows) > 1 and first.series else first.session_id
    _tell(by, first, title, text=first.why_cancelled, about=about, count=len(rows))


def tell_near(by: Actor, row: MentoringSession, last_summary: str, goals: Sequence[MentoringGoal]) -> None:
    """Remind both of a session, with the last summary and the open goals at hand."""
    last = _("Last time: %(summary)s") % {"summary": last_summary[:MOST_QUOTED]} if last_summary else ""
    agreed = ", ".join(_goal_words(one) for one in goals)
    text = " ".join(filter(None, (last, _("Open goals: %(goals)s.") % {"goals": agreed} if agreed else "")))
    _tell(by, row, _("Tomorrow: mentoring with %(name)s, %(when)s"), kind=REMINDER, text=text)


def tell_over(by: Actor, row: MentoringSession) -> None:
    """Ask the mentor to write it up, and the student to look at their goals."""
    pair = row.assignment
    url = reverse("mentoring:student", args=[pair.student_id])
    words = {"when": when_of(row.session)}
    names = {"student": pair.student.full_name, "mentor": pair.instructor.full_name}
    title = _("Write up your session with %(student)s") % names
    text = _("It was on %(when)s. Say whether it took place, and what you agreed on.") % words
    notify(by=by, to=[pair.instructor], kind=REMINDER, title=title, text=text, url=url)
    title = _("Your session with %(mentor)s is over") % names
    text = _("It was on %(when)s. Check your goals, and mark those you have reached.") % words
    notify(by=by, to=[pair.student], kind=REMINDER, title=title, text=text, url=url)


def tell_asked(by: Actor, row: MentoringQuestion) -> None:
    """Tell the mentor what their student asks."""
    pair = row.assignment
    title = _("%(name)s asks you something") % {"name": pair.student.full_name}
    _tell_question(by, row, pair.instructor, title, row.question)


def tell_answered(by: Actor, row: MentoringQuestion) -> None:
    """Tell the student what their mentor answers."""
    pair = row.assignment
    title = _("%(name)s answered your question") % {"name": pair.instructor.full_name}
    _tell_question(by, row, pair.student, title, row.answer)


def _tell_question(by: Actor, row: MentoringQuestion, to: User, title: str, text: str) -> None:
    url = reverse("mentoring:student", args=[row.assignment.student_id])
    notify(by=by, to=[to], kind=QUESTION, title=title, text=text[:MOST_QUOTED], url=url)


def tell_time_asked(by: Actor, row: MentoringTimeRequest) -> None:
    """Tell the mentor when their student would rather meet."""
    pair = row.session.assignment
    words = {"name": pair.student.full_name, "now": when_of(row.session.session), "wanted": when_wanted(row)}
    title = _("%(name)s requests another time") % words
    text = " ".join(filter(None, (_("%(wanted)s instead of %(now)s.") % words, row.note)))
    url = reverse("mentoring:student", args=[pair.student_id])
    notify(by=by, to=[pair.instructor], kind=TIME, title=title, text=text, url=url)


def tell_time_declined(by: Actor, row: MentoringTimeRequest) -> None:
    """Tell the student that the session stays when it is."""
    pair = row.session.assignment
    words = {"name": pair.instructor.full_name, "now": when_of(row.session.session), "wanted": when_wanted(row)}
    title = _("Mentoring with %(name)s stays on %(now)s") % words
    text = " ".join(filter(None, (_("You requested %(wanted)s.") % words, row.decision_note)))
    url = reverse("mentoring:student", args=[pair.student_id])
    notify(by=by, to=[pair.student], kind=TIME, title=title, text=text, url=url)


def when_wanted(row: MentoringTimeRequest) -> str:
    """When a student would rather meet."""
    return date_format(row.wanted_at, "D j M, H:i")


def tell_mentor_wanted(by: Actor, row: MentorRequest) -> None:
    """Tell the administrators that a student asks for another mentor; why stands on the page alone."""
    admins = Membership.objects.filter(institution=row.institution_id, role=Role.ADMIN)
    people = User.objects.filter(pk__in=admins.values("user_id"), is_active=True).order_by("pk")
    title = _("%(name)s requests another mentor") % {"name": row.assignment.student.full_name}
    text = _("Read why, and decide.")
    notify(by=by, to=people, kind=MENTOR_WANTED, title=title, text=text, url=reverse("requests"))


def tell_mentor_request_rejected(by: Actor, row: MentorRequest) -> None:
    """Tell the student that they keep their mentor, and why."""
    pair = row.assignment
    title = _("%(name)s stays your mentor") % {"name": pair.instructor.full_name}
    url = reverse("mentoring:student", args=[pair.student_id])
    notify(by=by, to=[pair.student], kind=MENTOR_REFUSED, title=title, text=row.decision_note, url=url)


def tell_handover_wanted(by: Actor, row: Handover) -> None:
    """Ask the former mentor for what the next one should know."""
    words = {"student": row.former.student.full_name, "name": row.following.instructor.full_name}
    title = _("Hand over %(student)s to %(name)s") % words
    text = _("Say what %(name)s should know, and whether your private notes may be read.") % words
    url = reverse("mentoring-sessions:hand-over", args=[row.pk])
    notify(by=by, to=[row.former.instructor], kind=HANDOVER, title=title, text=text, url=url)


def tell_handover_written(by: Actor, row: Handover) -> None:
    """Tell the next mentor that the former one handed over."""
    words = {"student": row.former.student.full_name, "name": row.former.instructor.full_name}
    title = _("%(name)s handed over %(student)s to you") % words
    url = reverse("mentoring:student", args=[row.former.student_id])
    notify(by=by, to=[row.following.instructor], kind=HANDOVER, title=title, text=row.note[:MOST_QUOTED], url=url)


def _goal_words(goal: MentoringGoal) -> str:
    if goal.due_on is None:
        return goal.title
    return _("%(goal)s (by %(day)s)") % {"goal": goal.title, "day": date_format(goal.due_on, "j M")}


def _tell(
    by: Actor,
    row: MentoringSession,
    title: str,
    *,
    kind: str = SESSION,
    text: str = "",
    about: Any = None,
    count: int = 1,
) -> None:
    pair = row.assignment
    how = _("%(minutes)d minutes, %(channel)s.") % {
        "minutes": row.minutes,
        "channel": row.get_channel_display().lower(),
    }
    for person, other in ((pair.student, pair.instructor), (pair.instructor, pair.student)):
        notify(
            by=by,
            to=[person],
            kind=kind,
            title=title % {"name": other.full_name, "when": when_of(row.session), "count": count},
            text=" ".join(filter(None, (how, text))),
            url=reverse("mentoring:student", args=[pair.student_id]),
            about=about or row.session_id,
        )
