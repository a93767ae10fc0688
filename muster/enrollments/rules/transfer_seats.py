"""What a transfer and its undoing share: what came of somebody, the locks, and the seats of a batch with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import ngettext

from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.warnings import PlanWarning
from muster.core.errors import DomainError, Missing
from muster.enrollments.errors import (
    AlreadyWaiting,
    BatchFull,
    EnrollmentEnded,
    NotOpenForEnrollment,
    RefusedTransfer,
    TransferRefused,
    WaitlistFull,
)
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.opening import last_day_to_enroll, seats_for_the_line, seats_kept_back
from muster.enrollments.queries import open_siblings
from muster.enrollments.rules.enrolling import active_students
from muster.institutions.access import Actor

# What comes along when a transfer is undone.

TRANSFERRED, WAITLISTED, REFUSED, RETURNED = "transferred", "waitlisted", "refused", "returned"


@dataclass
class TransferOutcome:
    """What came of one student: the seat that was to be left, and the seat or place in line that they have now."""

    seat: Any
    outcome: str = ""
    code: str = ""
    message: str = ""
    field: str = ""
    enrollment: Enrollment | None = None
    place: WaitlistEntry | None = None

    def refuse(self, error: DomainError) -> None:
        """They stay where they are, for this reason."""
        at = error.errors[0].field if error.errors else ""
        self.outcome, self.code, self.message, self.field = REFUSED, error.code, error.message, at or "enrollment_ids"

    @property
    def as_fact(self) -> dict[str, Any]:
        """For programs."""
        return {
            "enrollment_id": str(self.seat.pk),
            "student": {
                "_id": str(self.seat.student_id),
                "full_name": self.seat.student.full_name,
                "email": self.seat.student.email,
            },
            "outcome": self.outcome,
            "code": self.code,
            "message": self.message,
            "enrollment": str(self.enrollment.pk) if self.enrollment else None,
        }


def lock_seats(enrollments: Sequence[Enrollment], *further: Batch) -> tuple[list[Any], dict[UUID, Batch]]:
    """The enrollments as they now stand, each once and in the order in which they were named, and the batches by id.

    Each is told whether its student `is_student` here still, `is_elsewhere` in the first further batch or its course,
    and their `place_id` in its line. Raises Missing, BatchArchived.
    """
    ids = list(dict.fromkeys(one.pk for one in enrollments))
    wanted = {one.batch_id for one in enrollments if one.batch_id} | {one.pk for one in further}
    rows = Batch.objects.locked().select_related("institution", "branch", "course", "department")
    batches = {batch.pk: batch for batch in rows.filter(pk__in=wanted)}
    if missing := wanted - batches.keys():
        raise Missing(facts={"batches": sorted(map(str, missing))})
    for batch in batches.values():
        if batch.is_archived:
            raise BatchArchived(batch)
    to = batches[further[0].pk] if further else None
    held = Enrollment.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
    found = {one.pk: one for one in _with_facts(held.select_related("student", "transferred_to__batch"), to)}
    if len(found) != len(ids):
        raise Missing
    for one in found.values():
        if one.batch_id:
            one.batch = batches[one.batch_id]
    return [found[pk] for pk in ids], batches


def _with_facts(rows: QuerySet[Enrollment], to: Batch | None) -> QuerySet[Any]:
    elsewhere = Q(batch=to.pk) if to else Q(pk=None)
    if to is not None and to.course_id:
        elsewhere |= Q(course=to.course_id)
    others = Enrollment.objects.current().filter(elsewhere, student=OuterRef("student")).exclude(pk=OuterRef("pk"))
    own = WaitlistEntry.objects.current().filter(student=OuterRef("student"), batch=to.pk if to else None).order_by()
    studies = active_students(OuterRef("institution"), OuterRef("student")) & Q(student__is_active=True)
    return rows.annotate(
        is_student=Case(When(studies, then=Value(True)), default=Value(False)),
        is_elsewhere=Exists(others),
        place_id=Subquery(own.values("pk")[:1]),
    )


def must_be_open(batch: Batch, field: str = "to_batch") -> None:
    if not batch.takes_enrollments:
        raise NotOpenForEnrollment(batch, field)


def refusal_of(outcomes: Sequence[TransferOutcome], refused: Sequence[TransferOutcome]) -> TransferRefused:
    told = [RefusedTransfer(one.seat.student.full_name, one.code, one.message, one.field) for one in refused]
    return TransferRefused(
        told, len(outcomes), {"students": [one.as_fact for one in outcomes if one.outcome == REFUSED]}
    )


class SeatLine:
    """The free seats of a batch that is locked, and to whom they belong: those in line first, as many as students could
    take themselves; then, the seats kept back among them, whoever the staff gives them to."""

    def __init__(self, by: Actor, batch: Batch, today: date) -> None:
        self.by, self.batch, self.today = by, batch, today
        places = WaitlistEntry.objects.current().filter(batch=batch).order_by(*WaitlistEntry.ORDER)
        self.places = {place.pk: place for place in places}
        self.waiting = [place for place in self.places.values() if place.status == WaitlistEntry.Status.WAITING]
        free, for_line = batch.available_spots, seats_for_the_line(batch, by.institution, today)
        awaited = len(self.waiting) if for_line is None else min(len(self.waiting), for_line)
        self.next = {place.pk for place in self.waiting[:awaited]}
        self.free = None if free is None else max(free - awaited, 0)
        # Of the seats that anybody gets here, those kept back go last.
        self.kept = min(seats_kept_back(batch, by.institution), self.free or 0)
        self.given = self.joining = 0

    def seat_or_wait(self, one: TransferOutcome, *, join_waitlist: bool) -> None:
        """Decide on a seat for somebody: by their own turn, else of those that are left; else on a place in line."""
        own = self.places.get(one.seat.place_id)
        in_turn = own is not None and (own.is_offered(timezone.now()) or own.pk in self.next)
        if in_turn or self.has_seat():
            one.outcome, one.place = TRANSFERRED, own
        elif not join_waitlist:
            is_awaited = bool(self.waiting) and not self.batch.is_full
            one.refuse(BatchFull(self.batch, self.siblings, is_awaited=is_awaited))
            one.field = "to_batch"
        elif own is not None:
            one.refuse(AlreadyWaiting(one.seat.student, self.batch))
            one.outcome, one.place = WAITLISTED, own
        else:
            self._wait(one)

    def has_seat(self) -> bool:
        """Take one of the seats that are left; False where none is."""
        if self.free is None:
            return True
        if self.given >= self.free:
            return False
        self.given += 1
        return True

    def _wait(self, one: TransferOutcome) -> None:
        last, most = last_day_to_enroll(self.batch, self.by.institution), self.batch.waitlist_capacity
        if last is not None and self.today > last:
            one.refuse(EnrollmentEnded(self.batch, last))
        elif most is not None and len(self.waiting) + self.joining >= most:
            one.refuse(WaitlistFull(self.batch, self.siblings))
        else:
            self.joining += 1
            one.outcome = WAITLISTED
            return
        one.field = "to_batch"

    @property
    def siblings(self) -> list[Batch]:
        """Where there are seats instead; asked once."""
        if not hasattr(self, "_siblings"):
            self._siblings = open_siblings(self.batch, self.by)
        return self._siblings

    @property
    def warnings(self) -> list[PlanWarning]:
        """That seats kept back were given away."""
        if self.free is None or (number := self.given - (self.free - self.kept)) <= 0:
            return []
        words = ngettext(
            "%(count)d of these was a seat kept back for transfers and repeats: %(left)d left.",
            "%(count)d of these were seats kept back for transfers and repeats: %(left)d left.",
            number,
        )
        said = words % {"count": number, "left": self.free - self.given}
        return [PlanWarning("to_batch", "seat_kept_back", said)]

    def leave(self, moving: Sequence[TransferOutcome]) -> None:
        """End the places in line of those who get a seat; what was held for them is free for it."""
        now: datetime = timezone.now()
        if own := [one.place.pk for one in moving if one.place]:
            WaitlistEntry.objects.filter(pk__in=own).update(
                status=WaitlistEntry.Status.ACCEPTED,
                answered_at=now,
                offered_at=Coalesce(F("offered_at"), Value(now)),
                updated_at=now,
            )

    def link(self, moving: Sequence[TransferOutcome]) -> None:
        """Note with those places which seat came of them."""
        own = [one for one in moving if one.place]
        if own:
            taken = Enrollment.objects.filter(pk__in=[one.enrollment.pk for one in own if one.enrollment])
            seat = taken.filter(student=OuterRef("student")).values("pk")[:1]
            rows = WaitlistEntry.objects.filter(pk__in=[one.place.pk for one in own if one.place])
            rows.update(enrollment=Subquery(seat), updated_at=timezone.now())

    def join(self, joining: Sequence[TransferOutcome]) -> None:
        """Put them at the end of the line, in their order."""
        now = timezone.now()
        for number, one in enumerate(joining):
            one.place = WaitlistEntry(
                institution_id=self.batch.institution_id,
                student=one.seat.student,
                batch=self.batch,
                joined_at=now + timedelta(microseconds=number),
            )
        WaitlistEntry.objects.bulk_create([one.place for one in joining if one.place])
