"""Transfers: people leave a seat in one batch for one in another, one or many at once, and come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.errors import BatchArchived
from muster.batches.models import Batch
from muster.batches.rules.locks import MOST_REASON
from muster.batches.warnings import PlanWarning
from muster.core.database import atomic, refused_as
from muster.core.errors import Conflict, DomainError, Invalid, Missing
from muster.core.history import recorded
from muster.courses.models import Course
from muster.enrollments import notices
from muster.enrollments.errors import (
    AlreadyEnrolled,
    AlreadyWaiting,
    BatchFull,
    EnrollmentEnded,
    NotAStudent,
    NotOpenForEnrollment,
    RefusedTransfer,
    TransferRefused,
    WaitlistFull,
)
from muster.enrollments.models import Enrollment, Payment, TransferRequest, WaitlistEntry
from muster.enrollments.opening import last_day_to_enroll, seats_for_the_line, seats_kept_back
from muster.enrollments.permissions import enrollments as enrollments_access
from muster.enrollments.queries import clashes_of_many, open_siblings
from muster.enrollments.rules.enrolling import access_until, active_students, batch_full, warn_of_last_day
from muster.enrollments.rules.filling import fill_seats
from muster.enrollments.rules.moving import move_seats, type_in_batch
from muster.institutions.access import Actor

# What comes along when a transfer is undone.
CORRECTED = ("enrollment_type", "access_expiry_date", "organisation", "source", "progress")
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


@dataclass
class Transfers:
    """What came of all who were to be transferred, in the order in which they were named."""

    batch: Batch
    outcomes: list[TransferOutcome]
    warnings: list[PlanWarning] = field(default_factory=list)

    def that(self, outcome: str) -> list[TransferOutcome]:
        """Those of whom this came."""
        return [one for one in self.outcomes if one.outcome == outcome]


@atomic
def transfer_students(
    *,
    by: Actor,
    enrollments: Sequence[Enrollment],
    to: Batch,
    reason: str = "",
    course: Course | None = None,
    join_waitlist: bool = False,
    partial: bool = False,
    accept_clash: bool = True,
) -> Transfers:
    """Move people to another batch of their course: all of them or, where `partial`, those who can be.

    An administrator who names the target's `course` moves them to another course. Nobody overtakes the target's
    waitlist: seats that are free for the line stay its own, and the seats kept back, which are there for transfers, are
    the staff's to give. Whoever gets no seat joins the waitlist with `join_waitlist`. A clash with another batch of the
    student is a warning, and without `accept_clash` a refusal. The seats that they leave go to the waitlists there.
    Type, source, payer, payments and hold go along; marks stay where they were made.

    Locks all batches by id, then the enrollments by id; its statements do not grow with the students, but for those of
    the waitlists that move on. Raises TransferRefused, BatchArchived, NotOpenForEnrollment, Missing, Invalid.
    """
    reason = reason.strip()
    _must_be_short(reason)
    seats, batches = _lock(enrollments, to)
    to = batches[to.pk]
    today = to.today()
    _must_be_open(to)
    _must_be_of_course(by, seats, to, course)
    warnings = warn_of_last_day(to, by, today, "to_batch")
    outcomes = [TransferOutcome(seat) for seat in seats]
    for one in outcomes:
        _must_move(one, to)
    warnings += _look_at_clashes(outcomes, to, refuse=not accept_clash)
    line = _Line(by, to, today)
    for one in outcomes:
        if not one.outcome:
            line.seat_or_wait(one, join_waitlist=join_waitlist)
    refused = [one for one in outcomes if one.outcome == REFUSED]
    if refused and (not partial or len(refused) == len(outcomes)):
        # For programs that stay for it: all of them, with nothing done.
        raise _refusal(outcomes, refused)
    warnings += line.warnings

    moving = [one for one in outcomes if one.outcome == TRANSFERRED]
    with (
        recorded(by, "transfer_students", reason=reason),
        refused_as(
            one_current_enrollment=lambda: AlreadyEnrolled(moving[0].seat.student),
            seats_held_never_exceed_capacity=lambda: batch_full(to, by),
        ),
    ):
        line.leave(moving)
        opened = move_seats(by, [one.seat for one in moving], to, reason=reason) if moving else []
        for one, enrollment in zip(moving, opened, strict=True):
            one.enrollment = enrollment
        line.link(moving)
        line.join([one for one in outcomes if one.outcome == WAITLISTED and one.place is None])
        _answer_requests(by, moving, reason)
    notices.tell_transferred(by, to, [(one.seat.student, one.seat.batch) for one in moving], reason)
    for batch_id in sorted({one.seat.batch_id for one in moving if one.seat.batch_id}):
        fill_seats(batch_id)
    return Transfers(to, outcomes, warnings)


@atomic
def return_students(*, by: Actor, enrollments: Sequence[Enrollment]) -> list[TransferOutcome]:
    """Take transfers back: everybody has the seat again that they left, all of them or nobody. `enrollments` are those
    that were left.

    A seat that somebody has taken since, or that the waitlist got, stays theirs: that is refused. What was corrected
    since, a trial that became a full enrollment among it, stays so. The seats in the other batch, which the actor has
    to manage too, go to its waitlist. Locks all batches by id, then the enrollments by id. Raises TransferRefused,
    BatchArchived, NotOpenForEnrollment.
    """
    news = {one.pk: one for one in Enrollment.objects.filter(transferred_from__in=[one.pk for one in enrollments])}
    seats, batches = _lock(enrollments, *(Batch(pk=one.batch_id) for one in news.values() if one.batch_id))
    rows = Enrollment.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    now_held = {one.pk: one for one in rows.filter(pk__in=news).select_related("batch")}
    outcomes = [TransferOutcome(seat, enrollment=now_held.get(seat.transferred_to_id)) for seat in seats]
    left = sorted({one.seat.batch_id for one in outcomes if one.seat.batch_id})
    lines = {pk: _Line(by, batches[pk], batches[pk].today()) for pk in left}
    for pk in left:
        _must_be_open(batches[pk], field="enrollment_ids")
    reached = set(enrollments_access.rows(by, "change", among=rows.filter(pk__in=news)).values_list("pk", flat=True))
    elsewhere = _seats_beside(outcomes)
    for one in outcomes:
        if one.enrollment is not None and one.enrollment.pk not in reached:
            one.refuse(_out_of_reach(one))
        else:
            _must_return(one, lines.get(one.seat.batch_id), elsewhere)
    if refused := [one for one in outcomes if one.outcome == REFUSED]:
        raise _refusal(outcomes, refused)
    old, new = [one.seat for one in outcomes], [one.enrollment for one in outcomes if one.enrollment]
    with (
        recorded(by, "return_students"),
        refused_as(
            one_current_enrollment=lambda: AlreadyEnrolled(old[0].student),
            seats_held_never_exceed_capacity=lambda: batch_full(batches[left[0]] if left else None, by),
        ),
    ):
        _give_back(by, old, new)
    for batch_id in sorted({one.batch_id for one in new if one.batch_id}):
        fill_seats(batch_id)
    for one in outcomes:
        one.outcome = RETURNED
    notices.tell_returned(by, [(one.seat.student, one.seat.batch) for one in outcomes])
    return outcomes


def _give_back(by: Actor, old: Sequence[Enrollment], new: Sequence[Enrollment]) -> None:
    moment = timezone.now()
    back = Enrollment.objects.filter(transferred_to=OuterRef("enrollment"), pk__in=[one.pk for one in old])
    Payment.objects.filter(enrollment__in=new).update(enrollment=Subquery(back.values("pk")[:1]), updated_at=moment)
    for seat, held in zip(old, new, strict=True):
        _keep_corrections(by, seat, held)
        seat.status, held.status = held.status, Enrollment.Status.CANCELLED
        held.cancelled_at, held.cancel_reason = moment, _("The transfer was undone.")
        seat.cancelled_at, seat.cancel_reason, seat.transferred_to = None, "", None
        seat.version, held.version, seat.updated_at, held.updated_at = (
            seat.version + 1,
            held.version + 1,
            moment,
            moment,
        )
    ends = ("status", "cancelled_at", "cancel_reason", "version", "updated_at")
    Enrollment.objects.bulk_update(new, ends)
    Enrollment.objects.bulk_update(old, [*ends, "transferred_to", *CORRECTED])


def _keep_corrections(by: Actor, seat: Enrollment, held: Enrollment) -> None:
    """Give the seat what was corrected of the one held meanwhile, and where that changed the type, access by it."""
    before = seat.enrollment_type
    if held.enrollment_type != type_in_batch(seat):
        alone = seat.batch_id is None and held.enrollment_type == Enrollment.Type.BATCH
        seat.enrollment_type = Enrollment.Type.INDIVIDUAL if alone else held.enrollment_type
        if held.enrollment_type == Enrollment.Type.TRIAL:
            seat.access_expiry_date = held.access_expiry_date
        elif before == Enrollment.Type.TRIAL:
            seat.access_expiry_date = access_until(by, seat.batch, seat.course, seat.enrollment_date)
    seat.organisation_id, seat.source = held.organisation_id, held.source
    if seat.course_id == held.course_id:
        seat.progress = held.progress


def _seats_beside(outcomes: Sequence[TransferOutcome]) -> set[tuple[Any, Any]]:
    """The people with the courses and batches in which they have a further seat by now."""
    held = [one.enrollment.pk for one in outcomes if one.enrollment]
    rows = Enrollment.objects.current().filter(student__in=[one.seat.student_id for one in outcomes])
    found = rows.exclude(pk__in=held).values_list("student", "course", "batch")
    return {(student, place) for student, *places in found for place in places if place}


def _out_of_reach(one: TransferOutcome) -> Conflict:
    batch = one.enrollment.batch if one.enrollment else None
    words = _("%(name)s is in %(batch)s now, which you don't manage. Ask an administrator to undo the transfer.")
    said = words % {"name": one.seat.student.full_name, "batch": batch.code if batch else ""}
    return Conflict(said, code="not_managed", field="enrollment_ids")


def _must_return(one: TransferOutcome, line: _Line | None, elsewhere: set[tuple[Any, Any]]) -> None:
    """Refuse whoever has no seat to leave, or none to come back to."""
    seat, held = one.seat, one.enrollment
    if held is None or not held.holds_a_seat:
        place = held.batch.code if held is not None and held.batch else ""
        words = _("%(name)s no longer has the seat in %(batch)s, so the transfer can't be undone.")
        gone = _("%(name)s has no transfer to undo.")
        said = (words if held else gone) % {"name": seat.student.full_name, "batch": place}
        one.refuse(Conflict(said, code="transfer_over", field="enrollment_ids"))
    elif not seat.is_student:
        one.refuse(NotAStudent(seat.student))
    elif elsewhere & {(seat.student_id, seat.course_id), (seat.student_id, seat.batch_id)}:
        one.refuse(AlreadyEnrolled(seat.student))
    elif line is not None and any(place.student_id == seat.student_id for place in line.places.values()):
        one.refuse(AlreadyWaiting(seat.student, seat.batch))
    elif line is not None and not line.has_seat():
        words = _("%(batch)s has no seat left for %(name)s, so the transfer can't be undone.")
        said = words % {"batch": seat.batch.code, "name": seat.student.full_name}
        one.refuse(Conflict(said, code="batch_full", field="enrollment_ids"))


# --- lock and check ---------------------------------------------------------------------------------------------------
def _lock(enrollments: Sequence[Enrollment], *further: Batch) -> tuple[list[Any], dict[UUID, Batch]]:
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


def _must_be_short(reason: str) -> None:
    if len(reason) > MOST_REASON:
        words = _("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_REASON}
        raise Invalid(words, field="reason")


def _must_be_open(batch: Batch, field: str = "to_batch") -> None:
    if not batch.takes_enrollments:
        raise NotOpenForEnrollment(batch, field)


def _must_be_of_course(by: Actor, seats: Iterable[Enrollment], to: Batch, course: Course | None) -> None:
    """Raise Invalid where the target teaches another course than somebody's, unless an administrator names it."""
    if course is not None and course.pk != to.course_id:
        words = _("%(batch)s teaches another course. Leave this blank, or name the course of %(batch)s.")
        raise Invalid(words % {"batch": to.code}, field="to_course")
    if course is not None and not by.is_admin:
        raise Invalid(_("Only an administrator can move students to another course."), field="to_course")
    if course is None and any(seat.course_id != to.course_id for seat in seats):
        words = _(
            "%(batch)s belongs to another course. Choose a batch of the same course. An administrator can move "
            "students to another course by naming it."
        )
        raise Invalid(words % {"batch": to.code}, field="to_batch")


def _must_move(one: TransferOutcome, to: Batch) -> None:
    """Refuse whoever has no seat to leave, or has one in the target."""
    seat, names = one.seat, {"name": one.seat.student.full_name, "batch": to.code}
    if seat.transferred_to is not None and seat.transferred_to.batch is not None:
        words = _("%(name)s has already been transferred to %(batch)s.")
        names["batch"] = seat.transferred_to.batch.code
        one.refuse(Conflict(words % names, code="already_transferred", field="enrollment_ids"))
    elif not seat.holds_a_seat:
        words = _("The enrollment of %(name)s is %(status)s, so it can't be transferred.")
        names["status"] = seat.get_status_display().lower()
        one.refuse(Conflict(words % names, code="enrollment_over", field="enrollment_ids"))
    elif seat.batch_id == to.pk:
        words = _("%(name)s is in %(batch)s already. Choose another batch.")
        one.refuse(Conflict(words % names, code="same_batch", field="to_batch"))
    elif not seat.is_student:
        one.refuse(NotAStudent(seat.student))
    elif seat.is_elsewhere:
        one.refuse(AlreadyEnrolled(seat.student))


def _look_at_clashes(outcomes: Sequence[TransferOutcome], to: Batch, *, refuse: bool) -> list[PlanWarning]:
    moving = [one for one in outcomes if not one.outcome]
    clashes = clashes_of_many([one.seat for one in moving], [to.pk])
    found = []
    for one in moving:
        theirs = clashes.get((one.seat.student_id, to.pk), [])
        if not theirs:
            continue
        words = _("%(name)s: %(batch)s %(clashes)s.")
        names = {"name": one.seat.student.full_name, "batch": to.code, "clashes": "; ".join(map(str, theirs))}
        if refuse:
            one.refuse(Conflict(words % names, code="own_clash", field="accept_clash"))
        else:
            found.append(PlanWarning("to_batch", "own_clash", words % names))
    return found


def _refusal(outcomes: Sequence[TransferOutcome], refused: Sequence[TransferOutcome]) -> TransferRefused:
    told = [RefusedTransfer(one.seat.student.full_name, one.code, one.message, one.field) for one in refused]
    return TransferRefused(
        told, len(outcomes), {"students": [one.as_fact for one in outcomes if one.outcome == REFUSED]}
    )


# --- seats and the line -----------------------------------------------------------------------------------------------
class _Line:
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


def _answer_requests(by: Actor, moving: Sequence[TransferOutcome], note: str) -> None:
    """Whoever asked for a transfer has one now."""
    rows = TransferRequest.objects.filter(
        enrollment__in=[one.seat.pk for one in moving], status=TransferRequest.Status.PENDING
    )
    now = timezone.now()
    decided = {"decided_by": by.user, "decided_at": now, "decision_note": note, "updated_at": now}
    rows.update(status=TransferRequest.Status.APPROVED, **decided)
