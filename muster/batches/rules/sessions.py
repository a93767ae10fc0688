"""Class sessions by hand: added, changed, cancelled, and taken up again; and made from the week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.assessment import ScheduleAssessment
from muster.batches.clashes import Hour, Timetable
from muster.batches.errors import BatchArchived, BatchNotOpen, SessionHeld, SessionLocked
from muster.batches.models import Batch
from muster.batches.notices import tell_session_added, tell_session_cancelled, tell_session_changed
from muster.batches.participants import batch_ids_of
from muster.batches.rules.inputs import MOST_NOTES, problems_of_room
from muster.batches.rules.locks import explain_booking_conflicts, locked_batch, must_be_free, must_teach
from muster.batches.warnings import SoftWarning, warnings_of
from muster.core.database import atomic, single
from muster.core.errors import FieldError, Invalid, Missing, Stale
from muster.core.history import recorded
from muster.courses.models import Subject
from muster.institutions.access import Actor
from muster.institutions.models import Room
from muster.timetable.models import ClassSession, Meeting
from muster.timetable.queries import teachers_of
from muster.timetable.rules import SessionCounts, lock_people_and_rooms, plan_meetings

MOST_REASON = 300
# What the week decides for a session: one that differs from its slot in these stands for itself.
WEEKLY_FIELDS = ("date", "start_time", "end_time", "subject", "instructor", "room")
PLAIN_FIELDS = ("session_type", "location", "title", "notes")
WHEN_FIELDS = ("date", "start_time", "end_time")


@dataclass(frozen=True)
class SessionInput:
    """One dated meeting by hand. Without times it books nobody."""

    date: date
    start_time: time | None = None
    end_time: time | None = None
    session_type: str = ClassSession.Kind.THEORY
    subject: Subject | None = None
    instructor: User | None = None
    room: Room | None = None
    location: str = ""
    title: str = ""
    notes: str = ""


@dataclass(frozen=True)
class SessionChange:
    """A session as it now stands, how many people were told, and what speaks against its instructor."""

    session: ClassSession
    told: int = 0
    warnings: Sequence[SoftWarning] = field(default_factory=tuple)


@atomic
def add_session(*, by: Actor, batch: Batch, fields: SessionInput) -> SessionChange:
    """Give the batch one extra session, and tell its people.

    Holds the batch in share mode, then locks the instructors and the room. Raises Invalid naming the fields,
    NotAnInstructor, BatchArchived, BatchNotOpen, ScheduleConflict.
    """
    [batch] = _hold_batches(by, [batch.pk])
    if batch.is_archived:
        raise BatchArchived(batch)
    if batch.is_deleted or batch.status == Batch.Status.CANCELLED:
        raise BatchNotOpen(batch)
    own = Meeting.objects.get(pk=batch.pk)
    session = ClassSession(institution_id=batch.institution_id, meeting=own, is_edited=True, **fields.__dict__)
    _must_be_sound(session)
    asked = _clash_question(session, [batch])
    _lock_and_check(asked, batch, by)
    with recorded(by, "add_session"), explain_booking_conflicts(asked, batch, by, dated=True):
        session.save(force_insert=True)
    return SessionChange(session, tell_session_added(by, session, [batch]), _warnings(session, [batch], by))


@atomic
def change_session(
    *, by: Actor, session: ClassSession, changes: Mapping[str, Any], version: int | None = None
) -> SessionChange:
    """Move a session or change what it says, by the fields of `SessionInput`; tells people of a new time or place.

    A session that differs from its slot stands for itself from then on; one that says again what its slot says goes
    with it again. Once held, only its words change. Holds its batches in share mode, then locks the session, then the
    instructors and the room. Raises Missing, Stale, Invalid naming the fields, NotAnInstructor, SessionLocked,
    SessionHeld, BatchArchived, ScheduleConflict.
    """
    batches, session = _lock_session(by, session, version)
    before = copy(session)
    for name in (*WEEKLY_FIELDS, *PLAIN_FIELDS):
        if name in changes:
            setattr(session, name, changes[name])
    moved = [name for name in WEEKLY_FIELDS if _value(session, name) != _value(before, name)]
    if not moved and all(_value(session, name) == _value(before, name) for name in PLAIN_FIELDS):
        return SessionChange(session)
    if session.status == ClassSession.Status.HELD and set(moved) & set(WHEN_FIELDS):
        raise SessionHeld
    _must_be_sound(session, before.room_id)
    if moved:
        session.is_edited = session.is_cancelled or not _as_its_slot(session)
    asked = _clash_question(session, batches) if moved else None
    _lock_and_check(asked, batches[0], by)
    _save(session, by, "change_session", asked, batches)
    told = tell_session_changed(by, before, session, batches)
    return SessionChange(session, told, _warnings(session, batches, by) if moved else ())


@atomic
def cancel_session(*, by: Actor, session: ClassSession, reason: str = "", version: int | None = None) -> SessionChange:
    """Cancel a session, free its people and its room, and tell everybody concerned. Repeating changes nothing.

    Locks as `change_session`. Raises Missing, Stale, Invalid, SessionLocked, SessionHeld, BatchArchived.
    """
    batches, session = _lock_session(by, session, version)
    if session.is_cancelled:
        return SessionChange(session)
    if session.status == ClassSession.Status.HELD:
        raise SessionHeld
    if len(reason) > MOST_REASON:
        words = _("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}
        raise Invalid(words, field="reason")
    session.status, session.cancel_reason = ClassSession.Status.CANCELLED, reason.strip()
    session.is_edited = True
    _save(session, by, "cancel_session", None, batches, reason=reason.strip())
    return SessionChange(session, tell_session_cancelled(by, session, batches))


@atomic
def restore_session(*, by: Actor, session: ClassSession, version: int | None = None) -> SessionChange:
    """Let a cancelled session take place after all, when its people and its room are still free; tells them so.

    Locks as `change_session`. Raises Missing, Stale, SessionLocked, BatchArchived, BatchNotOpen, ScheduleConflict.
    """
    batches, session = _lock_session(by, session, version)
    if not session.is_cancelled:
        return SessionChange(session)
    if all(batch.status == Batch.Status.CANCELLED for batch in batches):
        raise BatchNotOpen(batches[0])
    session.status, session.cancel_reason = ClassSession.Status.SCHEDULED, ""
    session.is_edited = not _as_its_slot(session)
    asked = _clash_question(session, batches)
    _lock_and_check(asked, batches[0], by)
    _save(session, by, "restore_session", asked, batches)
    return SessionChange(session, tell_session_added(by, session, batches), _warnings(session, batches, by))


@atomic
def make_sessions(
    *, by: Actor, batch: Batch, first: date | None = None, last: date | None = None, dry_run: bool = False
) -> SessionCounts:
    """Make the sessions of the batch from its week, between the days where they are given, even in the past.

    The database keeps them in step by itself; this reaches where it does not: days of the past that the week of then
    did not have. Repeating changes nothing; with `dry_run` nothing is changed at all. Locks the batch. Raises
    BatchArchived, Invalid.
    """
    batch = locked_batch(batch)
    if first and last and last < first:
        raise Invalid(_("The last day is before the first."), field="to")
    meetings = list(batch.meeting_links.order_by("meeting").values_list("meeting_id", flat=True))
    return plan_meetings(by=by, meetings=meetings, first=first, last=last, past_too=first is not None, dry_run=dry_run)


# --- the parts ------------------------------------------------------------------------------------------------------
def _hold_batches(by: Actor, ids: Sequence[UUID]) -> list[Batch]:
    """The batches, held in share mode in the order of their ids: neither archived nor changed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM batches_batch WHERE id = ANY (%s) ORDER BY id FOR SHARE", [list(ids)])
    rows = Batch.objects.filter(pk__in=ids, institution=by.institution)
    found = list(rows.select_related("institution", "branch", "course").order_by("code", "pk"))
    if not found:
        raise Missing
    return found


def _lock_session(by: Actor, session: ClassSession, version: int | None) -> tuple[list[Batch], ClassSession]:
    """A session as it now stands, locked, and its batches. Raises Missing, Stale, BatchArchived, SessionLocked."""
    batches = _hold_batches(by, batch_ids_of(session))
    rows = ClassSession.objects.filter(pk=session.pk).locked_rows()
    now = single(rows.select_related("slot", "subject", "instructor", "room", "meeting"))
    if now is None:
        raise Missing
    if version is not None and version != now.version:
        raise Stale
    if all(batch.is_archived for batch in batches):
        raise BatchArchived(batches[0])
    if now.is_locked:
        raise SessionLocked
    return batches, now


def _value(session: ClassSession, name: str) -> Any:
    return getattr(session, session._meta.get_field(name).attname)  # type: ignore[union-attr]


def _must_be_sound(session: ClassSession, room_before: UUID | None = None) -> None:
    """Raise Invalid naming every field that is wrong; NotAnInstructor. The room that it has may stay, inactive too."""
    found = problems_of_room(session.room, "room_id", {room_before})
    if (session.start_time is None) != (session.end_time is None):
        missing = "start_time" if session.start_time is None else "end_time"
        found.append(FieldError(missing, _("Enter both a start and an end, or neither.")))
    elif session.start_time and session.end_time and session.end_time <= session.start_time:
        found.append(FieldError("end_time", _("The end must be after the start.")))
    if session.slot_id is not None and session.start_time is None:
        found.append(FieldError("start_time", _("A session from the weekly schedule must have times.")))
    if not 2000 <= session.date.year <= 2200:
        found.append(FieldError("date", _("Choose a date between the years 2000 and 2200.")))
    if session.session_type not in ClassSession.Kind.values:
        known = ", ".join(ClassSession.Kind.values)
        found.append(FieldError("session_type", _("Choose one of these types: %(known)s.") % {"known": known}))
    for name, most in (("location", 150), ("title", 150), ("notes", MOST_NOTES)):
        if len(getattr(session, name)) > most:
            found.append(FieldError(name, _("Keep this to %(most)d characters or fewer.") % {"most": most}))
    if found:
        raise Invalid.fields(found)
    if session.instructor is not None:
        must_teach(session.institution_id, session.instructor, "instructor_id")


def _as_its_slot(session: ClassSession) -> bool:
    """Whether the session is just what its slot means on its day."""
    slot = session.slot
    names = ("start_time", "end_time", "subject_id", "instructor_id", "room_id")
    return (
        slot is not None
        and session.slot_date == session.date
        and all(getattr(slot, name) == getattr(session, name) for name in names)
    )


def _clash_question(session: ClassSession, batches: Sequence[Batch]) -> Timetable | None:
    """The session as a question about clashes; None when it books nothing."""
    if session.start_time is None or session.end_time is None or session.is_cancelled:
        return None
    if not any(batch.takes_enrollments for batch in batches):
        return None
    staff = tuple(sorted(teachers_of(session, booked=True)))
    hour = Hour.dated(session.date, session.start_time, session.end_time, session.room_id, staff)
    zone, branch = session.meeting.time_zone, session.meeting.branch_id
    return Timetable(session.institution_id, zone, session.date, session.date, [hour], (session.pk,), branch)


def _lock_and_check(asked: Timetable | None, batch: Batch, by: Actor) -> None:
    if asked is not None:
        lock_people_and_rooms(asked.institution_id, asked.instructor_ids, asked.room_ids)
        must_be_free(ScheduleAssessment(by, batch, asked), dated=True)


def _save(
    session: ClassSession, by: Actor, use_case: str, asked: Timetable | None, batches: Sequence[Batch], reason: str = ""
) -> None:
    session.version += 1
    with recorded(by, use_case, reason=reason), explain_booking_conflicts(asked, batches[0], by, dated=True):
        session.save()
    # Counted by the database.
    session.refresh_from_db(fields=["sequence"])


def _warnings(session: ClassSession, batches: Sequence[Batch], by: Actor) -> list[SoftWarning]:
    """What speaks against the one whom the session names, or who leads it: hours and days away. It forbids nothing."""
    asked = _clash_question(session, batches)
    if asked is None:
        return []
    names = dict(User.objects.filter(pk__in=asked.instructor_ids).values_list("pk", "full_name"))
    return warnings_of(asked, names, institution=by.institution)
