"""Students ask to meet their mentor at another time; and what was held without being scheduled is logged."""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Forbidden, Invalid, Missing
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.mentoring.errors import AlreadyAskedForTime, TimeRequestDecided
from muster.mentoring.models import MentoringSession, MentoringTimeRequest
from muster.mentoring.notices import tell_time_asked, tell_time_declined
from muster.mentoring.queries import is_mentor
from muster.mentoring.rules.pairs import MOST_NOTES, MOST_REASON, clean, lock_pair
from muster.mentoring.rules.sessions import (
    by_the_clock_of,
    explain_conflicts,
    lock_session,
    meeting_of,
    move_session,
    must_be_ahead,
    must_be_free,
    must_be_planned,
    must_be_sound,
    set_time,
)
from muster.timetable.models import ClassSession

# How long a call is logged to have taken, in minutes, and for how long after it.
CALL_MINUTES, LOGGED_WITHIN = range(5, 181), timedelta(days=7)


@atomic
def ask_for_another_time(
    *, by: Actor, session: MentoringSession, starts_at: datetime, note: str = ""
) -> MentoringTimeRequest:
    """Ask to meet at another time, at which both are free. The student alone does, of a session ahead.

    Locks both people, then the session. Raises Forbidden, Invalid, NoLongerPlanned, PairEnded, BusyThen,
    AlreadyAskedForTime.
    """
    row = lock_session(by, session)
    if by.user is None or by.user.pk != row.assignment.student_id:
        raise Forbidden
    must_be_planned(row)
    must_be_ahead(row.session)
    starts_at = by_the_clock_of(row.session.meeting, starts_at)
    must_be_sound(starts_at, row.minutes, row.channel)
    wanted = copy(row.session)
    set_time(wanted, starts_at, row.minutes)
    must_be_ahead(wanted)
    if (wanted.date, wanted.start_time) == (row.session.date, row.session.start_time):
        raise Invalid(_("You meet at this time already. Choose another one."), field="starts_at")
    must_be_free(by, row.assignment, [wanted], ignored=[row.session_id])
    asked = MentoringTimeRequest(institution_id=row.institution_id, session=row, note=clean("note", note, MOST_REASON))
    asked.date, asked.start_time = starts_at.date(), starts_at.time()
    with (
        recorded(by, "ask_for_another_time"),
        refused_as(one_waiting_request_for_another_time=AlreadyAskedForTime),
    ):
        asked.save()
    tell_time_asked(by, asked)
    return asked


@atomic
def accept_time_request(*, by: Actor, request: MentoringTimeRequest) -> MentoringSession:
    """Move the session to when the student asked for; both are told as of any move. As `move_session`.

    Locks both people, the session, then the request. Raises TimeRequestDecided.
    """
    row = _lock_waiting(by, request)
    _decide(by, row, MentoringTimeRequest.Status.ACCEPTED, "accept_time_request")
    return move_session(by=by, session=row.session, starts_at=row.wanted_at)


@atomic
def decline_time_request(*, by: Actor, request: MentoringTimeRequest, note: str = "") -> MentoringTimeRequest:
    """Leave the session as it is, and tell the student. Locks as accepting does. Raises Invalid, TimeRequestDecided."""
    note = clean("note", note, MOST_REASON)
    row = _lock_waiting(by, request)
    _decide(by, row, MentoringTimeRequest.Status.DECLINED, "decline_time_request", note)
    tell_time_declined(by, row)
    return row


@atomic
def withdraw_time_request(*, by: Actor, request: MentoringTimeRequest) -> MentoringTimeRequest:
    """Take one's request back; again changes nothing. Locks as accepting does. Raises TimeRequestDecided."""
    row = _lock(by, request)
    if row.status != MentoringTimeRequest.Status.WITHDRAWN:
        _must_wait(row)
        _decide(by, row, MentoringTimeRequest.Status.WITHDRAWN, "withdraw_time_request")
    return row


@atomic
def log_call(
    *,
    by: Actor,
    student: User,
    starts_at: datetime,
    minutes: int,
    channel: str = MentoringSession.Channel.PHONE,
    summary: str = "",
    private_notes: str = "",
) -> MentoringSession:
    """Record a session that was held without being scheduled. The mentor alone does. Locks both people.

    Raises Forbidden, Invalid naming the fields, NoMentor, BusyThen.
    """
    pair = lock_pair(by, student)
    if not is_mentor(by, pair):
        raise Forbidden
    meeting = meeting_of(by, pair)
    starts_at = by_the_clock_of(meeting, starts_at)
    session = ClassSession(institution_id=pair.institution_id, meeting=meeting, is_edited=True, title=meeting.name)
    _must_be_a_call(starts_at, minutes, channel)
    set_time(session, starts_at, minutes)
    if not timezone.now() - LOGGED_WITHIN <= session.begins_at <= timezone.now():
        words = _("Choose a time that is past, within the last %(days)d days.") % {"days": LOGGED_WITHIN.days}
        raise Invalid(words, field="starts_at")
    must_be_free(by, pair, [session])
    row = MentoringSession(institution_id=pair.institution_id, session=session, assignment=pair, channel=channel)
    row.outcome = MentoringSession.Outcome.HELD
    row.summary = clean("summary", summary, MOST_NOTES)
    row.private_notes = clean("private_notes", private_notes, MOST_NOTES)
    with recorded(by, "log_call"), explain_conflicts():
        session.save(force_insert=True)
        row.save(force_insert=True)
    return row


def _must_be_a_call(starts_at: datetime, minutes: int, channel: str) -> None:
    found = []
    if minutes not in CALL_MINUTES:
        words = _("Enter minutes from %(least)d to %(most)d.")
        found.append(FieldError("minutes", words % {"least": CALL_MINUTES[0], "most": CALL_MINUTES[-1]}))
    elif (starts_at + timedelta(minutes=minutes)).date() != starts_at.date():
        found.append(FieldError("starts_at", _("The session must end on the day it starts.")))
    if channel not in MentoringSession.Channel.values:
        known = ", ".join(MentoringSession.Channel.values)
        found.append(FieldError("channel", _("Choose one of these: %(known)s.") % {"known": known}))
    if found:
        raise Invalid.fields(found)


# --- the parts ------------------------------------------------------------------------------------------------------
def _lock(by: Actor, request: MentoringTimeRequest) -> MentoringTimeRequest:
    session = lock_session(by, request.session, ended_too=True)
    row = MentoringTimeRequest.objects.select_for_update(of=("self",), no_key=True).filter(pk=request.pk).first()
    if row is None:
        raise Missing
    row.session = session
    return row


def _must_wait(row: MentoringTimeRequest) -> None:
    if not row.is_pending:
        raise TimeRequestDecided


def _lock_waiting(by: Actor, request: MentoringTimeRequest) -> MentoringTimeRequest:
    row = _lock(by, request)
    _must_wait(row)
    must_be_planned(row.session)
    return row


def _decide(by: Actor, row: MentoringTimeRequest, status: str, use_case: str, note: str = "") -> None:
    row.status, row.decided_by, row.decided_at, row.decision_note = status, by.user, timezone.now(), note
    with recorded(by, use_case):
        row.save(update_fields=["status", "decided_by", "decided_at", "decision_note", "updated_at"])
