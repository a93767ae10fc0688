"""Seats that free, and who in line gets them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.core.database import atomic, sum_each
from muster.core.history import recorded
from muster.enrollments import notices
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.opening import line_of, seats_for_the_line, taking_students, with_a_seat
from muster.enrollments.queries import own_clashes
from muster.enrollments.rules.enrolling import access_until, active_students, leave_with_a_seat
from muster.enrollments.rules.moving import move_seats
from muster.institutions.access import Actor
from muster.institutions.models import Institution

AUTO = Institution.WaitlistMode.AUTO


def fill_seats(batch_id: UUID | None) -> int:
    """Give the free seats of a batch to those in line, in order; answers how many went.

    Everything that frees a seat calls it, in its transaction, holding the batch. Seats are given at once or offered, as
    the institution says; where another batch of the student meets at the same time, it is offered in any case, for them
    to decide. Whoever comes from another batch of the course leaves their seat there to its own line. That batch is
    locked without waiting, against the order of locks: where somebody else holds it, the seat stays free for the job
    that comes every minute (`fill_all_seats`), and nobody gets it meanwhile.
    """
    given, lines = 0, [batch_id] if batch_id else []
    while lines:
        number, freed = _fill(lines.pop(0))
        given += number
        lines += freed
    return given


def _fill(batch_id: UUID) -> tuple[int, list[UUID]]:
    """Fill one batch: how many seats went, and the batches in which one freed by that."""
    if not WaitlistEntry.objects.current().filter(batch=batch_id).exists():
        return 0, []
    batch = Batch.objects.locked().select_related("institution", "branch", "course").get(pk=batch_id)
    by = Actor.system(batch.institution)
    given, freed = 0, list[UUID]()
    with recorded(by, "fill_seats"):
        if _drop_those_who_left(batch_id):
            batch.refresh_from_db(fields=["seats_offered"])
        free = seats_for_the_line(batch, batch.institution, batch.today())
        line = WaitlistEntry.objects.waiting().filter(batch=batch).select_related("student")[:free]
        for place in line:
            if batch.institution.waitlist_mode != AUTO:
                _offer(by, batch, place)
            elif (left := _seat_or_offer(by, batch, place)) is None:
                break
            else:
                freed += left
            given += 1
    return given, freed


def _seat_or_offer(by: Actor, batch: Batch, place: WaitlistEntry) -> list[UUID] | None:
    """Give the seat, or offer it where it clashes: the batch in which a seat freed, if any. None when somebody is at
    work on the student's other seat: the job comes back to it."""
    held = seat_elsewhere(place, batch)
    if held is not None and held.batch_id is not None:
        if not _is_lockable(held.batch_id):
            return None
        held = seat_elsewhere(place, batch)
    if clashes_of(place, batch, held):
        _offer(by, batch, place)
        return []
    try:
        with transaction.atomic():
            give_seat(by, batch, place, held)
    except IntegrityError:
        # The student took a seat elsewhere at this moment.
        return None
    return [held.batch_id] if held and held.batch_id else []


def _drop_those_who_left(batch_id: UUID) -> int:
    """End the places and offers of people who are no longer students here; answers how many."""
    left = WaitlistEntry.objects.current().filter(_has_left(), batch=batch_id)
    return left.update(
        status=WaitlistEntry.Status.CANCELLED,
        answered_at=timezone.now(),
        reason=_("No longer a student here."),
        updated_at=timezone.now(),
    )


def _has_left() -> Q:
    return ~Q(active_students(OuterRef("institution"), OuterRef("student"))) | Q(student__is_active=False)


def seat_elsewhere(place: WaitlistEntry, batch: Batch) -> Enrollment | None:
    """The seat in the same course that the student would leave for this one."""
    if batch.course_id is None:
        return None
    rows = Enrollment.objects.current().filter(student=place.student_id, course=batch.course_id)
    return rows.exclude(batch=batch.pk).select_related("batch").first()


def clashes_of(place: WaitlistEntry, batch: Batch, held: Enrollment | None) -> Sequence[Any]:
    """The student's other batches that meet at the same time, but for the one that they would leave."""
    found = own_clashes(place.student, batch.institution_id, [batch.pk]).get(batch.pk, [])
    return [clash for clash in found if held is None or clash.batch is None or clash.batch.pk != held.batch_id]


def _is_lockable(batch_id: UUID) -> bool:
    rows = Batch.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return bool(rows.filter(pk=batch_id).values_list("pk"))


def _offer(by: Actor, batch: Batch, place: WaitlistEntry) -> None:
    place.status, place.offered_at = WaitlistEntry.Status.OFFERED, timezone.now()
    place.offer_expires_at = place.offered_at + timedelta(hours=batch.institution.waitlist_offer_hours)
    place.save(update_fields=["status", "offered_at", "offer_expires_at", "updated_at"])
    notices.tell_offered(by, batch, place)


def give_seat(by: Actor, batch: Batch, place: WaitlistEntry, held: Enrollment | None) -> Enrollment:
    """Turn a place in line into a seat; one in the course elsewhere is moved here. Both batches are locked."""
    leave_with_a_seat(place)
    if held is not None:
        [enrollment] = move_seats(by, [held], batch, status=Enrollment.Status.ACTIVE)
    else:
        today = batch.today()
        enrollment = Enrollment.objects.create(
            institution=by.institution,
            student=place.student,
            course_id=batch.course_id,
            batch=batch,
            enrollment_type=Enrollment.Type.BATCH,
            enrollment_date=today,
            access_expiry_date=access_until(by, batch, None, today),
            created_by=by.user,
        )
    place.enrollment = enrollment
    place.save(update_fields=["enrollment", "updated_at"])
    notices.tell_seated(by, batch, place, held.batch if held else None)
    return enrollment


def close_waitlist(*, by: Actor, batch: Batch, reason: str) -> int:
    """End every place in line and every offer of a batch that is over or deleted; answers how many. The batch is
    locked."""
    places = list(WaitlistEntry.objects.current().filter(batch=batch).select_related("student"))
    if places:
        now = timezone.now()
        WaitlistEntry.objects.filter(pk__in=[place.pk for place in places]).update(
            status=WaitlistEntry.Status.CANCELLED, answered_at=now, reason=reason, updated_at=now
        )
        notices.tell_closed(by, batch, [place.student for place in places], reason)
    return len(places)


# --- by itself ------------------------------------------------------------------------------------------------------
def lapse_offers(*, institution: Institution, now: datetime | None = None) -> int:
    """End the offers that nobody answered in time, and pass each seat on. Returns how many lapsed.

    Each batch is a transaction of its own, and one that fails keeps none of the others back (`sum_each`). Archived
    batches are left as they are.
    """
    now = now or timezone.now()
    due = WaitlistEntry.objects.filter(
        institution=institution,
        status=WaitlistEntry.Status.OFFERED,
        offer_expires_at__lte=now,
        batch__archived_at__isnull=True,
    )
    batches = due.order_by("batch_id").values_list("batch_id", flat=True).distinct()
    return sum_each(list(batches), lambda batch_id: _lapse(batch_id, now))


@atomic
def _lapse(batch_id: UUID, now: datetime) -> int:
    batch = Batch.objects.locked().select_related("institution").get(pk=batch_id)
    if batch.is_archived:
        return 0
    rows = WaitlistEntry.objects.filter(
        batch=batch, status=WaitlistEntry.Status.OFFERED, offer_expires_at__lte=now
    ).select_related("student")
    places, by = list(rows), Actor.system(batch.institution)
    with recorded(by, "lapse_offers"):
        WaitlistEntry.objects.filter(pk__in=[place.pk for place in places]).update(
            status=WaitlistEntry.Status.EXPIRED, answered_at=now, updated_at=timezone.now()
        )
        if places:
            notices.tell_lapsed(by, batch, [place.student for place in places])
    fill_seats(batch_id)
    return len(places)


def fill_all_seats(*, institution: Institution) -> int:
    """Fill every batch in which somebody waits and a seat is free, whatever freed it: a setting, a date, a person who
    left, a batch that came out of the archive. Returns how many seats went.

    Each batch is a transaction of its own, and one that fails keeps none of the others back (`sum_each`).
    """
    line = WaitlistEntry.objects.waiting().filter(batch=OuterRef("pk"))
    left = WaitlistEntry.objects.current().filter(_has_left(), batch=OuterRef("pk"))
    rows = Batch.objects.booking().filter(institution=institution)
    moving = with_a_seat(taking_students(line_of(institution), rows.filter(Exists(line))))
    ids = {*moving.values_list("pk", flat=True), *rows.filter(Exists(left)).values_list("pk", flat=True)}
    return sum_each(sorted(ids), _fill_at_once)


@atomic
def _fill_at_once(batch_id: UUID) -> int:
    batch = Batch.objects.locked().get(pk=batch_id)
    return 0 if batch.is_archived else fill_seats(batch_id)
