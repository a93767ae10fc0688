"""What instructors are told about their batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muster.accounts.models import User
from muster.batches.mailed_calendars import session_of
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.participants import students_of
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES, Role
from muster.notifications.kinds import NotificationKind, register_kind
from muster.notifications.rules import notify
from muster.timetable.models import ClassSession
from muster.timetable.queries import named_teachers, teachers_of, with_teachers

ASSIGNED, TAKEN_AWAY = "batch_assigned", "batch_taken_away"
SESSION = "session_changed"

register_kind(
    NotificationKind(
        ASSIGNED,
        gettext_lazy("A batch is assigned to me"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("As lead, assistant or substitute."),
    ),
    NotificationKind(
        TAKEN_AWAY,
        gettext_lazy("A batch is no longer assigned to me"),
        frozenset({str(Role.INSTRUCTOR)}),
        gettext_lazy("Someone else leads it, or your assignment ends earlier."),
    ),
    NotificationKind(
        SESSION,
        gettext_lazy("A session is moved, cancelled or added"),
        frozenset({str(Role.INSTRUCTOR), *map(str, STUDENT_ROLES)}),
        gettext_lazy("A new date, time or place, or a cancellation."),
        calendar=session_of,
    ),
)


def tell_assigned(by: Actor, batch: Batch, assignment: InstructorAssignment, *alike: InstructorAssignment) -> None:
    """Tell the instructor that the batch is theirs, from when until when, and those who have the same role and days.

    Nothing is told of a batch that is over.
    """
    if batch.is_over:
        return
    title = {
        InstructorAssignment.Role.LEAD: _("You lead %(batch)s"),
        InstructorAssignment.Role.ASSISTANT: _("You're an assistant in %(batch)s"),
        InstructorAssignment.Role.SUBSTITUTE: _("You're the substitute in %(batch)s"),
    }[InstructorAssignment.Role(assignment.role)]
    people = [one.instructor for one in (assignment, *alike)]
    _tell_instructors(by, batch, people, ASSIGNED, title % {"batch": batch.code}, _days(assignment))


def tell_leads(by: Actor, assignments: Sequence[InstructorAssignment]) -> None:
    """Tell one instructor, once, of all the batches that they lead now."""
    if len(assignments) == 1:
        tell_assigned(by, assignments[0].batch, assignments[0])
        return
    codes = sorted(one.batch.code for one in assignments if not one.batch.is_over)
    title = ngettext("You lead %(count)d more batch", "You lead %(count)d more batches", len(codes))
    notify(
        by=by,
        to=[assignments[0].instructor],
        kind=ASSIGNED,
        title=title % {"count": len(codes)},
        text=_told_facts(by, f"{', '.join(codes)}."),
        url=reverse("batches:list"),
    )


def tell_taken_away(by: Actor, batch: Batch, instructor: User, role: str, last_day: date) -> None:
    """Tell the instructor that the batch is no longer theirs, or will not be after a day to come."""
    if batch.is_over:
        return
    words = {"batch": batch.code, "day": date_format(last_day, "j F Y")}
    until, no_longer = {
        InstructorAssignment.Role.LEAD: (_("You lead %(batch)s until %(day)s"), _("You no longer lead %(batch)s")),
        InstructorAssignment.Role.ASSISTANT: (
            _("You're an assistant in %(batch)s until %(day)s"),
            _("You're no longer an assistant in %(batch)s"),
        ),
        InstructorAssignment.Role.SUBSTITUTE: (
            _("You're the substitute in %(batch)s until %(day)s"),
            _("You're no longer the substitute in %(batch)s"),
        ),
    }[InstructorAssignment.Role(role)]
    title = until if last_day >= batch.today() else no_longer
    _tell_instructors(by, batch, [instructor], TAKEN_AWAY, title % words)


def _tell_instructors(by: Actor, batch: Batch, people: Sequence[User], kind: str, title: str, days: str = "") -> None:
    url = reverse("batches:batch", args=[batch.pk])
    notify(by=by, to=people, kind=kind, title=title, text=_told_facts(by, f"{batch.name}.", days), url=url)


def _days(assignment: InstructorAssignment) -> str:
    first = date_format(assignment.from_date, "j F Y")
    if assignment.until_date is None:
        return _("From %(first)s.") % {"first": first}
    return _("From %(first)s to %(last)s.") % {"first": first, "last": date_format(assignment.until_date, "j F Y")}


def _told_facts(by: Actor, *facts: str) -> str:
    doer = _("Changed by %(name)s.") % {"name": by.user.full_name} if by.user else ""
    return " ".join(filter(None, (*facts, doer)))


# --- sessions -------------------------------------------------------------------------------------------------------
def tell_session_added(by: Actor, session: ClassSession, batches: Sequence[Batch]) -> int:
    """Tell those who teach and attend that there is one more session; answers how many were told."""

    def title(batch: Batch) -> str:
        return _("%(batch)s has a session on %(day)s") % {"batch": batch.code, "day": when_of(session)}

    return _tell(by, session, batches, teachers_of(session), title, _where(session))


def tell_session_changed(by: Actor, before: ClassSession, session: ClassSession, batches: Sequence[Batch]) -> int:
    """Tell those concerned of another time or place, and instructors that it is theirs or no longer; how many."""
    staff_before, staff = teachers_of(before), teachers_of(session)
    moved = when_of(before) != when_of(session)
    elsewhere = (before.room_id, before.location) != (session.room_id, session.location)
    words = {"before": when_of(before), "now": when_of(session)}
    if session.is_cancelled or not (moved or elsewhere or staff_before != staff):
        return 0

    def title(batch: Batch) -> str:
        facts = {"batch": batch.code, "day": when_of(before)}
        if moved:
            return _("%(batch)s on %(day)s was rescheduled") % facts
        if elsewhere:
            return _("%(batch)s on %(day)s has a new place") % facts
        return _("%(batch)s on %(day)s has a new instructor") % facts

    text = " ".join(filter(None, (_("From %(before)s to %(now)s.") % words if moved else "", _where(session))))
    everybody = moved or elsewhere
    return _tell(by, session, batches, staff | staff_before, title, text, students=everybody, before=before)


def tell_session_cancelled(by: Actor, session: ClassSession, batches: Sequence[Batch]) -> int:
    """Tell those who teach and attend that the session does not take place; answers how many were told."""

    def title(batch: Batch) -> str:
        return _("%(batch)s on %(day)s was cancelled") % {"batch": batch.code, "day": when_of(session)}

    return _tell(by, session, batches, teachers_of(session), title, session.cancel_reason)


def when_of(session: ClassSession) -> str:
    """The day and the times of a session: "Mon 23 Nov, 09:00 to 11:00"."""
    day = date_format(session.date, "D j M")
    if session.start_time is None or session.end_time is None:
        return day
    return _("%(day)s, %(start)s to %(end)s") % {
        "day": day,
        "start": f"{session.start_time:%H:%M}",
        "end": f"{session.end_time:%H:%M}",
    }


def _taught_by(session: ClassSession) -> str:
    stored = with_teachers(ClassSession.objects.filter(pk=session.pk)).first()
    names = list(named_teachers(stored).values()) if stored and not session.is_cancelled else []
    words = ngettext("Instructor: %(names)s.", "Instructors: %(names)s.", len(names))
    return words % {"names": ", ".join(names)} if names else ""


def _where(session: ClassSession) -> str:
    place = ", ".join(filter(None, (session.room.name if session.room else "", session.location)))
    return _("Place: %(place)s.") % {"place": place} if place else ""


def _tell(
    by: Actor,
    session: ClassSession,
    batches: Sequence[Batch],
    staff: set[UUID],
    title: Callable[[Batch], str],
    text: str,
    *,
    students: bool = True,
    before: ClassSession | None = None,
) -> int:
    """Tell everybody once, of the batch that is theirs; nothing is told of what is over, nor of a batch that is."""
    told, known, now = 0, set[UUID](), timezone.now()
    text = " ".join(filter(None, (text, _taught_by(session))))
    for batch in batches:
        if batch.is_over or batch.is_deleted or (session.is_over(now) and (not before or before.is_over(now))):
            continue
        people = {*User.objects.filter(pk__in=staff), *(students_of([batch]) if students else ())}
        told += notify(
            by=by,
            to=[person for person in people if person.pk not in known],
            kind=SESSION,
            title=title(batch),
            text=_told_facts(by, f"{batch.name}.", text),
            url=reverse("batches:schedule", args=[batch.pk]),
            about=session.pk,
        )
        known |= {person.pk for person in people}
    return told
