"""Mentoring sessions: scheduled, moved, cancelled, written up; and who is reminded of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.allocation.rules.assigning import lock_people
from muster.core.clocks import today_in
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Forbidden, Invalid, Missing
from muster.core.history import recorded
from muster.core.ids import new_id
from muster.institutions.access import Actor
from muster.mentoring.errors import (
    BusyThen,
    NoLongerPlanned,
    NotBegun,
    OnHoliday,
    PairEnded,
    StudentTakenMeanwhile,
    TakenMeanwhile,
)
from muster.mentoring.free_times import busy_times
from muster.mentoring.models import (
    MentoringGoal,
    MentoringMeeting,
    MentoringSession,
    MentoringTimeRequest,
    NoteLook,
)
from muster.mentoring.notices import tell_cancelled, tell_moved, tell_near, tell_over, tell_scheduled
from muster.mentoring.queries import branch_of, is_mentor
from muster.mentoring.rules.goals import agree
from muster.mentoring.rules.pairs import MOST_NOTES, MOST_REASON, clean, lock_pair
from muster.timetable.models import ClassSession, Meeting
from muster.timetable.weeks import holidays_between

LENGTHS = (30, 45, 60)
# When both are reminded beforehand, and for how many days of a session that is over.
NEAR, WRITTEN_UP_WITHIN = timedelta(days=1), 7
MOST_WEEKS = 52
# How many weeks lie between two sessions of a series.
RHYTHMS = (1, 2)


@atomic
def schedule_sessions(
    *,
    by: Actor,
    student: User,
    starts_at: datetime,
    minutes: int = 30,
    channel: str = MentoringSession.Channel.IN_PERSON,
    repeat_until: date | None = None,
    every_weeks: int = 1,
) -> list[MentoringSession]:
    """Have the student and their mentor meet, once, or every week or two until a day, at the same time by their clock.

    `starts_at` without a zone is by that clock. Weeks whose day is a holiday are left out. Locks both people. Raises
    Invalid naming the fields, NoMentor, OnHoliday, BusyThen, TakenMeanwhile.
    """
    pair = lock_pair(by, student)
    meeting = meeting_of(by, pair)
    starts_at = by_the_clock_of(meeting, starts_at)
    must_be_sound(starts_at, minutes, channel, repeat_until, every_weeks)
    days = _days(meeting, starts_at.date(), repeat_until, every_weeks)
    series = new_id() if len(days) > 1 else None
    made = []
    for day in days:
        session = ClassSession(institution_id=pair.institution_id, meeting=meeting, is_edited=True, title=meeting.name)
        set_time(session, datetime.combine(day, starts_at.time()), minutes)
        made.append(
            MentoringSession(
                institution_id=pair.institution_id, session=session, assignment=pair, channel=channel, series=series
            )
        )
    must_be_ahead(made[0].session)
    must_be_free(by, pair, [one.session for one in made])
    with recorded(by, "schedule_mentoring"), explain_conflicts():
        ClassSession.objects.bulk_create([one.session for one in made])
        MentoringSession.objects.bulk_create(made)
    tell_scheduled(by, made)
    return made


@atomic
def move_session(
    *, by: Actor, session: MentoringSession, starts_at: datetime, minutes: int | None = None, channel: str | None = None
) -> MentoringSession:
    """Move a planned session to another time, or have it take another form. Locks both people, then the session.

    Raises as `schedule_sessions`, and NoLongerPlanned, PairEnded.
    """
    row = lock_session(by, session)
    must_be_planned(row)
    starts_at = by_the_clock_of(row.session.meeting, starts_at)
    minutes = row.minutes if minutes is None else minutes
    channel = row.channel if channel is None else channel
    must_be_sound(starts_at, minutes, channel)
    _days(row.session.meeting, starts_at.date())
    before = copy(row.session)
    set_time(row.session, starts_at, minutes)
    row.channel = channel
    must_be_ahead(row.session)
    must_be_free(by, row.assignment, [row.session], ignored=[row.session_id])
    row.announced_at = row.chased_at = None
    _save(by, row, "move_mentoring")
    _drop_requests(by, [row], "move_mentoring")
    tell_moved(by, row, before)
    return row


@atomic
def change_session(*, by: Actor, session: MentoringSession, changes: Mapping[str, Any]) -> MentoringSession:
    """All that is said of a session at once: moved, cancelled or restored, written up, in this order.

    As `move_session`, `cancel_sessions`, `restore_session` and `write_up_session`.
    """
    status = changes.get("status")
    row = lock_session(by, session, ended_too=True)
    moves = {name: changes[name] for name in ("minutes", "channel") if name in changes}
    written = {name: changes[name] for name in ("summary", "private_notes", "goals") if name in changes}
    if status == "planned":
        row = restore_session(by=by, session=row)
    if moves or "starts_at" in changes:
        local = datetime.combine(row.session.date, row.session.start_time or time())
        row = move_session(by=by, session=row, starts_at=changes.get("starts_at", local), **moves)
    if status == "cancelled":
        [row] = cancel_sessions(by=by, session=row, reason=changes.get("reason", ""))
    elif written or status in MentoringSession.Outcome.values:
        outcome = {"outcome": status} if status in MentoringSession.Outcome.values else {}
        row = write_up_session(by=by, session=row, changes={**outcome, **written})
    return row


@atomic
def cancel_sessions(
    *, by: Actor, session: MentoringSession, reason: str = "", following: bool = False
) -> list[MentoringSession]:
    """Cancel a planned session, and with `following` those of its series after it. Answers which were cancelled.

    Locks both people, then the sessions. Raises Invalid, NoLongerPlanned.
    """
    reason = clean("reason", reason, MOST_REASON)
    row = lock_session(by, session, ended_too=True)
    must_be_planned(row)
    rows = [row]
    if following and row.series:
        later = MentoringSession.objects.filter(
            series=row.series, session__date__gt=row.session.date, session__status="scheduled", outcome=""
        )
        rows += [_lock_row(one) for one in later.order_by("session__date")]
    for one in rows:
        one.session.status, one.session.cancel_reason = ClassSession.Status.CANCELLED, reason
        _save(by, one, "cancel_mentoring")
    _drop_requests(by, rows, "cancel_mentoring")
    tell_cancelled(by, rows)
    return rows


@atomic
def restore_session(*, by: Actor, session: MentoringSession) -> MentoringSession:
    """Let a cancelled session take place after all, where both are still free. Repeating changes nothing.

    Locks both people, then the session. Raises BusyThen, TakenMeanwhile, PairEnded, Invalid where its time is past.
    """
    row = lock_session(by, session)
    if not row.session.is_cancelled:
        return row
    row.session.status, row.session.cancel_reason, row.chased_at = ClassSession.Status.SCHEDULED, "", None
    must_be_ahead(row.session)
    must_be_free(by, row.assignment, [row.session], ignored=[row.session_id])
    _save(by, row, "restore_mentoring")
    tell_scheduled(by, [row])
    return row


@atomic
def restore_sessions(*, by: Actor, sessions: Sequence[MentoringSession]) -> list[MentoringSession]:
    """Restore several of one pair, all or none. As `restore_session`."""
    return [restore_session(by=by, session=one) for one in sorted(sessions, key=lambda one: one.session.date)]


@atomic
def write_up_session(*, by: Actor, session: MentoringSession, changes: Mapping[str, Any]) -> MentoringSession:
    """Say what came of a session that has begun: `outcome`, `summary`, `private_notes`, and further `goals`.

    The mentor alone does. Locks both people, then the session. Raises Forbidden, Invalid, NotBegun, NoLongerPlanned.
    """
    row = lock_session(by, session, ended_too=True)
    if not is_mentor(by, row.assignment):
        raise Forbidden
    if row.session.is_cancelled:
        raise NoLongerPlanned
    if row.session.begins_at > timezone.now():
        raise NotBegun
    outcome = changes.get("outcome", row.outcome)
    if outcome not in MentoringSession.Outcome.values:
        known = ", ".join(MentoringSession.Outcome.values)
        raise Invalid(_("Say what came of it: one of %(known)s.") % {"known": known}, field="status")
    row.outcome = outcome
    for name in ("summary", "private_notes"):
        if name in changes:
            setattr(row, name, clean(name, changes[name], MOST_NOTES))
    with recorded(by, "write_up_mentoring"):
        row.save(update_fields=["outcome", "summary", "private_notes", "updated_at"])
    for index, (title, due_on) in enumerate(changes.get("goals", ())):
        agree(by, row.assignment, title, due_on, f"goals.{index}.title")
    return row


@atomic
def read_private_notes(*, by: Actor, session: MentoringSession) -> str:
    """The private notes of a session, which the caller has found among those whose notes the actor may read.

    That somebody other than the mentor looked is recorded first. Locks nothing.
    """
    if not is_mentor(by, session.assignment):
        with recorded(by, "read_private_notes"):
            NoteLook.objects.create(institution_id=session.institution_id, session=session, looked_by=by.user)
    return session.private_notes


@atomic
def remind_of_sessions(*, by: Actor) -> int:
    """Remind both of each session that begins within a day, and once each that is over and not written up.

    Whoever writes that they were reminded tells. One scheduled within its last day was just told. Answers how many.
    """
    now = timezone.now()
    rows = (
        MentoringSession.objects.filter(institution=by.institution, outcome="", session__status="scheduled")
        .filter(session__date__range=(now.date() - timedelta(days=WRITTEN_UP_WITHIN), now.date() + timedelta(days=2)))
        .filter(Q(announced_at__isnull=True) | Q(chased_at__isnull=True))
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("session__meeting", "assignment__student", "assignment__instructor")
        .order_by("pk")
    )
    told = 0
    for row in rows:
        begins = row.session.begins_at
        if now < begins <= now + NEAR and row.announced_at is None:
            row.announced_at = now
            if row.created_at <= begins - NEAR:
                tell_near(by, row, *_at_hand(row.assignment))
                told += 1
        elif row.session.is_over(now) and row.chased_at is None:
            row.chased_at = now
            tell_over(by, row)
            told += 1
        else:
            continue
        row.save(update_fields=["announced_at", "chased_at"])
    return told


@atomic
def tell_of_holidays(*, by: Actor) -> int:
    """Tell both, once each, of the sessions ahead that a holiday took, and of those it gave back after they were told.

    Locks each without waiting. Answers how many.
    """
    taken = Q(session__status="cancelled", session__cancel_reason="holiday", chased_at=None)
    # Nobody is reminded to write up a session that is still to come.
    given_back = Q(session__status="scheduled", chased_at__isnull=False)
    rows = (
        MentoringSession.objects.filter(taken | given_back, institution=by.institution, outcome="")
        .filter(session__date__gte=today_in(UTC))
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("session__meeting", "assignment__student", "assignment__instructor")
        .order_by("pk")
    )
    now = timezone.now()
    told = [row for row in rows if row.session.is_cancelled or row.session.begins_at > now]
    for row in told:
        row.chased_at = now if row.session.is_cancelled else None
        row.save(update_fields=["chased_at"])
        if row.session.is_cancelled:
            tell_cancelled(by, [row])
        else:
            tell_scheduled(by, [row])
    return len(told)


# --- the parts ------------------------------------------------------------------------------------------------------
def _at_hand(pair: IndividualAssignment) -> tuple[str, list[MentoringGoal]]:
    """The summary of the last session, and the goals that are open."""
    last = pair.mentoring_sessions.filter(outcome="held").order_by("-session__date", "-session__start_time").first()
    return last.summary if last else "", list(pair.mentoring_goals.filter(status="open"))


def lock_session(by: Actor, session: MentoringSession, *, ended_too: bool = False) -> MentoringSession:
    """The session as it now stands, with both people and itself held. Raises Missing, PairEnded."""
    pair = session.assignment
    lock_people(by, [pair.student_id, pair.instructor_id])
    row = _lock_row(session)
    if row.assignment.ended_at is not None and not ended_too:
        raise PairEnded
    return row


def _lock_row(session: MentoringSession) -> MentoringSession:
    rows = MentoringSession.objects.select_for_update(of=("self", "session"), no_key=True)
    found = (
        rows.select_related("session__meeting", "assignment__student", "assignment__instructor")
        .filter(pk=session.pk)
        .first()
    )
    if found is None:
        raise Missing
    return found


def meeting_of(by: Actor, pair: IndividualAssignment) -> Meeting:
    """The meeting of the pair, made where it is their first."""
    found = Meeting.objects.filter(pk=pair.pk).first()
    if found is None:
        name = _("Mentoring: %(student)s with %(mentor)s") % {
            "student": pair.student.full_name,
            "mentor": pair.instructor.full_name,
        }
        found = Meeting(
            pk=pair.pk, institution_id=pair.institution_id, name=name[:150], code=name[:150], branch=branch_of(pair)
        )
        with recorded(by, "schedule_mentoring"):
            found.save(force_insert=True)
            MentoringMeeting.objects.create(institution_id=pair.institution_id, assignment=pair, meeting=found)
        # Its zone is the database's to say.
        found.refresh_from_db()
    return found


def by_the_clock_of(meeting: Meeting, moment: datetime) -> datetime:
    """What the clock of the meeting shows at a moment; one without a zone is meant so."""
    local = moment.astimezone(meeting.zone).replace(tzinfo=None) if moment.tzinfo else moment
    return local.replace(second=0, microsecond=0)


def must_be_sound(
    starts_at: datetime, minutes: int, channel: str, repeat_until: date | None = None, every_weeks: int = 1
) -> None:
    """Raise Invalid naming the fields."""
    found = []
    if not 2000 <= starts_at.year <= 2200:
        raise Invalid(_("Choose a date between the years 2000 and 2200."), field="starts_at")
    if minutes not in LENGTHS:
        found.append(FieldError("minutes", _("Choose 30, 45 or 60 minutes.")))
    elif (starts_at + timedelta(minutes=minutes)).date() != starts_at.date():
        found.append(FieldError("starts_at", _("The session must end on the day it starts.")))
    if channel not in MentoringSession.Channel.values:
        known = ", ".join(MentoringSession.Channel.values)
        found.append(FieldError("channel", _("Choose one of these: %(known)s.") % {"known": known}))
    if repeat_until and not starts_at.date() <= repeat_until <= starts_at.date() + timedelta(weeks=MOST_WEEKS):
        found.append(
            FieldError(
                "repeat_weekly_until",
                _("Choose a day from the first session on, up to %(most)d weeks later.") % {"most": MOST_WEEKS},
            )
        )
    if every_weeks not in RHYTHMS:
        found.append(FieldError("repeat_every_weeks", _("Choose 1 or 2 weeks.")))
    if found:
        raise Invalid.fields(found)


def must_be_ahead(session: ClassSession) -> None:
    """Raise Invalid for a time that is past."""
    if session.begins_at <= timezone.now():
        raise Invalid(_("Choose a time in the future."), field="starts_at")


def _days(meeting: Meeting, first: date, last: date | None = None, every_weeks: int = 1) -> list[date]:
    """The day of each such week from the first to the last that is no holiday. Raises OnHoliday if the first is one."""
    last = last or first
    closed = holidays_between(meeting.institution_id, meeting.branch_id, first, last)
    found = []
    for day in (first + timedelta(weeks=week) for week in range(0, (last - first).days // 7 + 1, every_weeks)):
        holiday = next((one for one in closed if one.start_date <= day <= one.end_date), None)
        if holiday is None:
            found.append(day)
        elif day == first:
            raise OnHoliday(day=date_format(day, "j F Y"), holiday=holiday.name)
    return found


def set_time(session: ClassSession, starts_at: datetime, minutes: int) -> None:
    """Have the session take so many minutes from there on."""
    session.date, session.start_time = starts_at.date(), starts_at.time()
    session.end_time = (starts_at + timedelta(minutes=minutes)).time()


def must_be_free(
    by: Actor, pair: IndividualAssignment, sessions: Sequence[ClassSession], ignored: Collection[UUID] = ()
) -> None:
    """Raise BusyThen for the first session at which one of the two is somewhere else."""
    busy = busy_times(pair, sessions[0].date, sessions[-1].date, seen_by=by, ignored=ignored)
    for session in sessions:
        for one in busy:
            if session.moments and one.meets(*session.moments):
                raise BusyThen(
                    who=one.who.full_name,
                    day=date_format(session.date, "j F Y"),
                    what=one.what,
                    start=f"{one.starts.astimezone(session.meeting.zone):%H:%M}",
                    end=f"{one.ends.astimezone(session.meeting.zone):%H:%M}",
                )


def must_be_planned(row: MentoringSession) -> None:
    """Raise NoLongerPlanned for what is over, written up or cancelled."""
    if row.status != "planned":
        raise NoLongerPlanned


def _drop_requests(by: Actor, rows: Sequence[MentoringSession], use_case: str) -> None:
    """What was asked of sessions that are not any more when they were."""
    now, waiting = timezone.now(), MentoringTimeRequest.Status.PENDING
    asked = MentoringTimeRequest.objects.filter(session__in=rows, status=waiting)
    with recorded(by, use_case):
        asked.update(status=MentoringTimeRequest.Status.WITHDRAWN, decided_at=now, updated_at=now)


def _save(by: Actor, row: MentoringSession, use_case: str) -> None:
    row.session.version += 1
    with recorded(by, use_case, reason=row.session.cancel_reason), explain_conflicts():
        row.session.save()
        row.save(update_fields=["channel", "announced_at", "chased_at", "updated_at"])


@contextmanager
def explain_conflicts() -> Iterator[None]:
    """What only the database can have noticed."""
    with refused_as(
        instructor_is_in_one_place_at_a_time=TakenMeanwhile,
        mentored_student_is_in_one_place_at_a_time=StudentTakenMeanwhile,
        mentoring_session_is_of_a_current_pair=PairEnded,
    ):
        yield
