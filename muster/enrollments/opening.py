"""Open for enrollment: the one definition. For one batch in Python, for lists in SQL, and a test holds both together.

A batch is open while it is Upcoming or Active, neither archived nor deleted, not past its last day for enrolling by its
own clock, and has a seat left beside those kept back. Those are kept until they are released: on the day that the batch
names, else as many days before its first as the institution says. Staff may pass over the last day and the seats kept
back, and is told so.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, F, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import LessThanOrEqual

from muster.batches.models import Batch
from muster.batches.queries import BATCH_TODAY, SEATS_HELD, not_over
from muster.core.clocks import today_in
from muster.enrollments.errors import CancelClosed
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import Institution, is_from_today, zone_of


def last_day_to_enroll(batch: Batch, institution: Institution) -> date | None:
    """The last day on which students take seats: the batch's last, or as many days after its first as the institution
    says; None without any."""
    days = [batch.end_date]
    if batch.start_date and institution.enroll_until_days is not None:
        days.append(batch.start_date + timedelta(days=institution.enroll_until_days))
    return min((day for day in days if day is not None), default=None)


def last_day_to_cancel(enrollment: Enrollment, institution: Institution) -> date | None:
    """The last day on which students cancel their own enrollment, counted from the batch's first day, or from their own
    where they study alone; None where there is no deadline."""
    days, batch = institution.cancel_until_days, enrollment.batch
    if days is None:
        return None
    if batch is not None and batch.start_date is not None:
        begins: date = batch.start_date
        return begins + timedelta(days=days)
    own_first: date = enrollment.enrollment_date
    return own_first + timedelta(days=max(days, 0))


def why_not_cancelled(enrollment: Enrollment, institution: Institution, today: date) -> CancelClosed | None:
    """Why the student does not cancel it themselves, today by the clock of its batch; None where they may."""
    last = last_day_to_cancel(enrollment, institution)
    if institution.students_cancel and (last is None or today <= last):
        return None
    place = enrollment.batch.code if enrollment.batch else str(enrollment.course)
    contact = " · ".join(filter(None, (institution.contact_email, institution.contact_phone)))
    return CancelClosed(place, last if institution.students_cancel else None, contact)


def spare_of(seats: int | None, institution: Institution) -> int:
    """How many of so many seats the institution keeps back; a part of a seat is a whole one."""
    return -(-(seats or 0) * institution.seat_buffer_percent // 100)


def spare_seats(batch: Batch, institution: Institution) -> int:
    """The seats of the batch that are kept back until they are released."""
    return spare_of(batch.capacity, institution)


def release_day(batch: Batch, institution: Institution) -> date | None:
    """The first day on which no seats of the batch are kept back; None where somebody has to release them."""
    if batch.buffer_released_on is not None or batch.start_date is None or institution.buffer_release_days is None:
        return batch.buffer_released_on
    return batch.start_date - timedelta(days=institution.buffer_release_days)


def seats_kept_back(batch: Batch, institution: Institution) -> int:
    """The seats that only staff gives away today, for transfers and repeats."""
    spare = spare_seats(batch, institution)
    released = release_day(batch, institution) if spare else None
    if released is not None and released <= today_in(zone_of(institution, batch.branch)):
        return 0
    return spare


def seats_left_of(batch: Batch, actor: Actor) -> int | None:
    """The seats that are left for whom the actor enrolls; None where there is no limit."""
    if batch.capacity is None:
        return None
    kept = 0 if actor.manages else seats_kept_back(batch, actor.institution)
    return max(batch.capacity - batch.seats_held - kept, 0)


def seats_for_the_line(batch: Batch, institution: Institution, today: date) -> int | None:
    """The seats that go to those on the waitlist before anybody else: as many as students could take themselves, none
    while the batch is not open to them; None where there is no limit."""
    return seats_left_of(batch, line_of(institution)) if is_open_to(batch, line_of(institution), today) else 0


def line_of(institution: Institution) -> Actor:
    """By whose measure a waitlist moves: nobody's who manages."""
    return Actor(None, institution, ())


def takes_students(batch: Batch, institution: Institution, today: date) -> bool:
    """Whether the batch is open for enrollment, full or not."""
    last = last_day_to_enroll(batch, institution)
    return batch.takes_enrollments and (last is None or today <= last)


def is_open_to(batch: Batch, actor: Actor, today: date) -> bool:
    """Whether the batch takes somebody whom the actor enrolls, without a warning."""
    return takes_students(batch, actor.institution, today) and seats_left_of(batch, actor) != 0


def _seats_kept(actor: Actor) -> Any:
    percent, days = actor.institution.seat_buffer_percent, actor.institution.buffer_release_days
    if actor.manages or not percent:
        return Value(0)
    released: Any = F("buffer_released_on")
    if days is not None:
        released = Coalesce(released, _days_before(F("start_date"), days))
    kept = (F("capacity") * percent + 99) / 100
    return Case(When(LessThanOrEqual(released, BATCH_TODAY), then=0), default=kept, output_field=IntegerField())


def _days_before(day: Any, days: int) -> Func:
    return Func(day, Value(days), template="(%(expressions)s)", arg_joiner=" - ", output_field=DateField())


def with_seats_for(actor: Actor, rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """The batches with `seats_left`, as `seats_left_of` says it."""
    left = Greatest(F("capacity") - SEATS_HELD - _seats_kept(actor), Value(0))
    return rows.annotate(seats_left=Case(When(capacity__isnull=False, then=left), output_field=IntegerField()))


def taking_students(actor: Actor, rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """Those of the batches that are open, the full ones among them, with `seats_left`."""
    days = actor.institution.enroll_until_days
    open_now = not_over()
    if days is not None:
        open_now &= Q(start_date__isnull=True) | is_from_today("start_date", days=-days)
    booking = (Batch.Status.UPCOMING, Batch.Status.ACTIVE)
    return with_seats_for(actor, rows).filter(
        open_now, status__in=booking, archived_at__isnull=True, deleted_at__isnull=True
    )


def with_a_seat(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """Those of `with_seats_for` that have one."""
    return rows.filter(Q(seats_left__isnull=True) | Q(seats_left__gt=0))
