"""Moving people from one seat to another: the one write behind transfers and promotions from a waitlist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.batches.rules.locks import MOST_REASON
from muster.enrollments.models import Enrollment, Payment
from muster.enrollments.rules.enrolling import access_until
from muster.institutions.access import Actor


def move_seats(
    by: Actor, seats: Sequence[Enrollment], batch: Batch, *, reason: str = "", status: str = ""
) -> list[Enrollment]:
    """End these seats, and open one in the batch for each, in the same order. The batches are locked.

    Type, source and payer go along; so do the payments, since what was paid counts for the seat that the student has. A
    trial in another course is that course's too. Whoever is on hold stays so,
    unless a `status` says otherwise. Four statements, however many seats there are; one more for such trials.
    """
    now, trials = timezone.now(), _trials_that_go_along(seats, batch)
    opened = [_seat_like(by, seat, batch, status or seat.status, trials.get(seat.pk)) for seat in seats]
    said = " ".join(filter(None, (_("Moved to %(batch)s.") % {"batch": batch.code}, reason)))
    cancelled, said = Enrollment.Status.CANCELLED, said[:MOST_REASON]
    Enrollment.objects.filter(pk__in=[seat.pk for seat in seats]).update(
        status=cancelled, cancelled_at=now, cancel_reason=said, version=F("version") + 1, updated_at=now
    )
    Enrollment.objects.bulk_create(opened)
    for seat, new in zip(seats, opened, strict=True):
        seat.status, seat.cancelled_at, seat.cancel_reason = cancelled, now, said
        seat.transferred_to_id, seat.version, seat.updated_at = new.pk, seat.version + 1, now
    Enrollment.objects.bulk_update(seats, ["transferred_to"])
    moved = Enrollment.objects.filter(pk=OuterRef("enrollment")).values("transferred_to")[:1]
    Payment.objects.filter(enrollment__in=seats).update(enrollment=Subquery(moved), updated_at=now)
    return opened


def type_in_batch(seat: Enrollment) -> str:
    """What the enrollment becomes when it moves to a batch: individual study becomes one of a batch."""
    alone = seat.batch_id is None and seat.enrollment_type == Enrollment.Type.INDIVIDUAL
    return Enrollment.Type.BATCH if alone else seat.enrollment_type


def trial_of(enrollment: Enrollment) -> date | None:
    """The first day of the trial that the enrollment is or was; it may have begun with a seat that was left for it."""
    seat: Enrollment | None = enrollment
    while seat is not None and seat.trial_began_on is None:
        seat = seat.transferred_from.first()
    return seat.trial_began_on if seat else None


def _trials_that_go_along(seats: Sequence[Enrollment], batch: Batch) -> dict[UUID, date | None]:
    """When the trials began that go on in another course, by their seats. Whoever had one there has no second."""
    trials = [
        seat
        for seat in seats
        if seat.enrollment_type == Enrollment.Type.TRIAL and batch.course_id not in (None, seat.course_id)
    ]
    if not trials:
        return {}
    had = Enrollment.objects.filter(
        student__in=[seat.student_id for seat in trials], course=batch.course_id, trial_began_on__isnull=False
    )
    there = set(had.values_list("student_id", flat=True))
    return {seat.pk: trial_of(seat) for seat in trials if seat.student_id not in there}


def _seat_like(by: Actor, seat: Enrollment, batch: Batch, status: str, trial_began_on: date | None) -> Enrollment:
    today = batch.today()
    return Enrollment(
        institution_id=seat.institution_id,
        student_id=seat.student_id,
        course_id=batch.course_id,
        batch=batch,
        enrollment_type=type_in_batch(seat),
        status=status,
        source=seat.source,
        enrollment_date=today,
        access_expiry_date=_access_in(by, seat, batch, today),
        trial_began_on=trial_began_on,
        organisation_id=seat.organisation_id,
        created_by=by.user,
    )


def _access_in(by: Actor, seat: Enrollment, batch: Batch, today: date) -> date | None:
    """The last day of access to the seat in the batch. A trial is not prolonged by moving: it goes on for the days that
    were left of it, from the first of the batch where that is later."""
    whole, last = access_until(by, batch, None, today), seat.access_expiry_date
    if seat.enrollment_type != Enrollment.Type.TRIAL or last is None:
        return whole
    before = seat.batch.start_date if seat.batch and seat.batch.start_date else today
    ends: date = max(today, batch.start_date or today) + (last - max(today, before))
    return min(ends, whole) if whole else ends
