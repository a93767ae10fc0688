"""Writes around meetings that every owner shares: their weeks, their sessions, and the locks before bookings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from muster.core.history import recorded
from muster.institutions.access import Actor, teaching_memberships
from muster.institutions.models import Affiliation, Room
from muster.timetable.models import ClassSession, Meeting


@dataclass(frozen=True)
class SessionCounts:
    """How many sessions were, or would be, made, brought in step with the week, and removed."""

    added: int
    changed: int
    removed: int


def plan_meetings(
    *,
    by: Actor,
    meetings: Sequence[UUID],
    first: date | None = None,
    last: date | None = None,
    past_too: bool = False,
    dry_run: bool = False,
) -> SessionCounts:
    """Make the sessions of these meetings from their weeks, between the days where they are given.

    The database keeps them in step by itself; this reaches where it does not: with `past_too` days of the past that the
    week of then did not have, and another day of meetings without an end. Repeating changes nothing; with `dry_run`
    nothing is changed at all. What it locks is the caller's to say.
    """
    with recorded(by, "make_sessions"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT added, changed, removed FROM muster_make_sessions("
            "%s::uuid[], coalesce(%s::date, '-infinity'), coalesce(%s::date, 'infinity'), %s)",
            [list(meetings), first, last, past_too],
        )
        made = SessionCounts(*cursor.fetchone())
        if dry_run:
            transaction.set_rollback(True)
    return made


def extend_sessions(*, by: Actor) -> SessionCounts:
    """Plan the institution's meetings without an end another day ahead."""
    meetings = Meeting.objects.filter(institution=by.institution, end_date__isnull=True, books=True)
    return plan_meetings(by=by, meetings=list(meetings.order_by("pk").values_list("pk", flat=True)))


def lock_people_and_rooms(institution_id: UUID, people: Iterable[UUID], rooms: Iterable[UUID]) -> set[UUID]:
    """Lock instructors, then rooms, each in the order of their ids, before bookings are written.

    Without it two batches that book the same people in another order lock each other out. Returns those of the people
    who are active instructors.
    """
    teaching: set[UUID] = set()
    if people := sorted(set(people)):
        locked = (
            Affiliation.objects.filter(institution_id=institution_id, user_id__in=people)
            .order_by("user_id")
            .select_for_update(no_key=True)
            .values_list("user_id", Exists(teaching_memberships(OuterRef("user_id"), OuterRef("institution_id"))))
        )
        teaching = {pk for pk, teaches in locked if teaches}
    if rooms := sorted(set(rooms)):
        list(Room.objects.filter(pk__in=rooms).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return teaching


@contextmanager
def bookings_checked_at_the_end() -> Iterator[None]:
    """Let bookings cross while they are written; they are checked when the last one is."""
    defer_bookings()
    yield
    _check_bookings("IMMEDIATE")


def defer_bookings() -> None:
    """Let bookings cross until the savepoint or the transaction ends."""
    _check_bookings("DEFERRED")


def _check_bookings(when: str) -> None:
    names = "instructor_is_in_one_place_at_a_time, room_holds_one_meeting_at_a_time"
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} {when}")


def unlock(session: ClassSession, reason: str) -> None:
    """Open a locked register, with the reason its history keeps; the database opens it in no other way."""
    with connection.cursor() as cursor:
        cursor.execute("CALL muster_unlock_register(%s, %s)", [session.pk, reason])
    session.is_locked, session.locked_at, session.locked_by = False, None, None
