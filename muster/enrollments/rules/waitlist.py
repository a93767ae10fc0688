"""Waiting for a seat: joining the line, leaving it, and answering an offer."""

from __future__ import annotations

from typing import Unpack, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.batches.models import Batch
from muster.batches.rules.locks import locked_batch
from muster.core.database import atomic, refused_as, refused_at_last
from muster.core.errors import Invalid, Missing
from muster.core.history import recorded
from muster.core.inserts import PreparedInsert
from muster.enrollments.errors import (
    AlreadyEnrolled,
    AlreadyWaiting,
    EnrollmentEnded,
    NotOpenForEnrollment,
    NotWaiting,
    OfferOver,
    SeatIsFree,
    WaitlistFull,
)
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.opening import last_day_to_enroll, line_of, seats_left_of
from muster.enrollments.queries import open_siblings
from muster.enrollments.rules.enrolling import (
    Asked,
    NoSeat,
    SeatFields,
    ask,
    locked_standing,
    must_be_a_student,
    take_seat,
)
from muster.enrollments.rules.filling import fill_seats, give_seat, seat_elsewhere
from muster.institutions.access import Actor

MOST_REASON = 300
WRITE_PLACE = PreparedInsert(WaitlistEntry)


@atomic
def join_waitlist(*, by: Actor, student: User, batch: Batch, priority: int = 0) -> WaitlistEntry:
    """Put the student at the end of the line for a batch that has no seat left for students.

    Whoever has a seat in another batch of the course may wait for this one. A priority from 0 to 9, which only staff
    gives, goes before time. Locks the batch. Raises BatchArchived, NotOpenForEnrollment, EnrollmentEnded, SeatIsFree,
    WaitlistFull, AlreadyWaiting, AlreadyEnrolled, NotAStudent, Invalid.
    """
    # A seat in the course elsewhere is no hindrance, one in this batch is.
    at = locked_standing(by, student, batch, None)
    _must_be_priority(priority)
    if priority and not by.manages:
        raise Invalid(_("Only the institution gives priority."), field="priority")
    _must_have_a_line(by, at.batch)
    return _stand_in_line(by, student, at.batch, must_be_a_student(student, at.asked), priority)


@atomic
def enroll_or_wait(
    *, by: Actor, student: User, batch: Batch, **fields: Unpack[SeatFields]
) -> Enrollment | WaitlistEntry:
    """Give the student a seat, or where none is left a place in line.

    Locks the batch. `fields` and refusals are those of `enroll_student`, but BatchFull, and of `join_waitlist`.
    """
    # In a rush all wait for each other here, so that little is asked until it is written.
    at = locked_standing(by, student, batch, batch.course_id)
    try:
        return take_seat(by=by, student=student, at=at, **fields)
    except NoSeat as none:
        _must_have_a_line(by, at.batch)
        return _stand_in_line(by, student, at.batch, none.asked, 0)


def _must_have_a_line(by: Actor, batch: Batch) -> None:
    """Refuse a batch for which nobody can wait, or only whom the institution lets. Raises as `join_waitlist`."""
    if batch.kind != Batch.Kind.COURSE and not by.manages:
        words = _("Your institution handles enrollment in this batch. Ask them to enroll you.")
        raise Invalid(words, field="batchId")
    if not batch.takes_enrollments:
        raise NotOpenForEnrollment(batch)
    last = last_day_to_enroll(batch, by.institution)
    if last is not None and batch.local_today > last:  # type: ignore[attr-defined]
        raise EnrollmentEnded(batch, last)


def _stand_in_line(by: Actor, student: User, batch: Batch, asked: Asked, priority: int) -> WaitlistEntry:
    """Write the place of somebody who was asked about, in a locked batch. Raises as `join_waitlist`."""
    if asked.own_place:
        raise AlreadyWaiting(student, batch)
    if seats_left_of(batch, line_of(by.institution)) != 0 and not asked.next_in_line:
        raise SeatIsFree(batch)
    most = batch.waitlist_capacity
    if most is not None and WaitlistEntry.objects.waiting().filter(batch=batch).count() >= most:
        raise WaitlistFull(batch, open_siblings(batch, by))
    with (
        recorded(by, "join_waitlist") as context,
        refused_at_last(
            one_current_waitlist_entry=AlreadyWaiting(student, batch),
            nobody_waits_beside_a_seat=AlreadyEnrolled(student),
        ),
    ):
        place = WaitlistEntry(
            institution=by.institution, student=student, batch=batch, priority=priority, joined_at=timezone.now()
        )
        return WRITE_PLACE(context, place)


@atomic
def leave_waitlist(*, by: Actor, place: WaitlistEntry, reason: str = "") -> WaitlistEntry:
    """Give up the place in line, or remove somebody from it; a seat that was offered goes to the next.

    Leaving twice changes nothing. Locks the batch. Raises BatchArchived, and NotWaiting for one that came to its end
    otherwise.
    """
    place = _lock_place(place)
    if place.status == WaitlistEntry.Status.CANCELLED:
        return place
    if not place.is_current:
        raise NotWaiting(status=place.get_status_display().lower())
    _end(by, place, "leave_waitlist", WaitlistEntry.Status.CANCELLED, reason)
    return place


@atomic
def prioritize(*, by: Actor, place: WaitlistEntry, priority: int) -> WaitlistEntry:
    """Move somebody in line forward or back: from 0 to 9, 9 first. Locks the batch. Raises NotWaiting, Invalid."""
    _must_be_priority(priority)
    place = _lock_place(place)
    if place.status != WaitlistEntry.Status.WAITING:
        raise NotWaiting(status=place.get_status_display().lower())
    with recorded(by, "prioritize"):
        place.priority = priority
        place.save(update_fields=["priority", "updated_at"])
    return place


@atomic
def accept_offer(*, by: Actor, place: WaitlistEntry) -> Enrollment:
    """Take the seat that is offered; a seat in another batch of the course is left for it, to that batch's own line.

    Accepting twice answers the same enrollment. Locks the batch, and with it the one that is left, in the order of
    ids. Raises BatchArchived, NotOpenForEnrollment, OfferOver, AlreadyEnrolled.
    """
    held = seat_elsewhere(place, place.batch)
    list(Batch.objects.locked().filter(pk__in=[one for one in (place.batch_id, held and held.batch_id) if one]))
    place = _lock_place(place)
    if place.status == WaitlistEntry.Status.ACCEPTED and place.enrollment is not None:
        return cast("Enrollment", place.enrollment)
    if not place.is_offered(timezone.now()):
        raise OfferOver
    batch = place.batch
    if not batch.takes_enrollments:
        raise NotOpenForEnrollment(batch)
    must_be_a_student(place.student, ask(by, place.student, None, batch))
    now_held = seat_elsewhere(place, batch)
    if now_held != held:
        raise AlreadyEnrolled(place.student)
    with (
        recorded(by, "accept_offer"),
        refused_as(one_current_enrollment=lambda: AlreadyEnrolled(place.student)),
    ):
        enrollment = give_seat(by, batch, place, now_held)
    if now_held is not None:
        fill_seats(now_held.batch_id)
    return enrollment


@atomic
def decline_offer(*, by: Actor, place: WaitlistEntry, reason: str = "") -> WaitlistEntry:
    """Let the offer go, and with it the place in line; the seat goes to the next. Declining twice changes nothing.

    Locks the batch. Raises BatchArchived, OfferOver.
    """
    place = _lock_place(place)
    if place.status == WaitlistEntry.Status.DECLINED:
        return place
    if place.status != WaitlistEntry.Status.OFFERED:
        raise OfferOver
    _end(by, place, "decline_offer", WaitlistEntry.Status.DECLINED, reason)
    return place


def _end(by: Actor, place: WaitlistEntry, use_case: str, status: WaitlistEntry.Status, reason: str) -> None:
    with recorded(by, use_case, reason=reason):
        place.status, place.answered_at, place.reason = status, timezone.now(), reason[:MOST_REASON]
        place.save(update_fields=["status", "answered_at", "reason", "updated_at"])
    fill_seats(place.batch_id)


def _lock_place(place: WaitlistEntry) -> WaitlistEntry:
    """The place as it now stands, its batch locked before it. Raises Missing, BatchArchived."""
    batch = locked_batch(Batch(pk=place.batch_id))
    rows = WaitlistEntry.objects.select_related("student", "enrollment")
    now = rows.filter(pk=place.pk).first()
    if now is None:
        raise Missing
    now.batch = batch
    return now


def _must_be_priority(priority: int) -> None:
    if not 0 <= priority <= WaitlistEntry.MOST_PRIORITY:
        raise Invalid(_("Enter a priority from 0 to 9. Students with 9 come first."), field="priority")
