"""Asking somebody to take the meetings of a batch on some days, answering, and settling it."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.errors import (
    CoverAskedAlready,
    CoverClosed,
    CoverNotSettled,
    CoverOver,
    NothingToCover,
    OwnCover,
)
from muster.allocation.models import CoverRequest
from muster.allocation.notices import tell_answered, tell_asked, tell_closed, tell_reopened
from muster.allocation.scoring import first_day_left, led_meetings
from muster.batches.errors import BatchNotOpen
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.rules import assign_instructor, end_assignment
from muster.batches.rules.locks import locked_batch, must_teach
from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Forbidden, Invalid
from muster.core.history import recorded
from muster.institutions.access import Actor
from muster.people.rules import problems_of_days

MOST_COVER_NOTE = 300


@atomic
def ask_for_cover(
    *,
    by: Actor,
    batch: Batch,
    instructor: User,
    first_date: date,
    last_date: date,
    note: str = "",
    asked: User | None = None,
) -> CoverRequest:
    """Ask for somebody to take the meetings that the instructor leads in the batch on these days.

    Nothing is assigned by it: the managers of the batch decide, and a colleague who is named is asked whether they can.
    Locks the batch. Raises Invalid, BatchArchived, BatchNotOpen, NothingToCover, CoverAskedAlready, OwnCover,
    NotAnInstructor.
    """
    batch = locked_batch(batch)
    if batch.status not in (Batch.Status.UPCOMING, Batch.Status.ACTIVE):
        raise BatchNotOpen(batch)
    today = batch.today()
    if wrong := _problems(by, today, first_date, last_date, note):
        raise Invalid.fields(wrong)
    if asked is not None:
        if asked.pk == instructor.pk:
            raise OwnCover(field="asked_id")
        must_teach(batch.institution_id, asked, "asked_id")
    first_date = max(first_date, today)
    meetings = led_meetings(by, instructor, Batch.objects.filter(pk=batch.pk), first_date, last_date)
    if not meetings:
        raise NothingToCover(name=instructor.full_name, batch=batch.code)
    taken = CoverAskedAlready(batch=batch.code)
    same = CoverRequest.objects.filter(
        batch=batch,
        instructor=instructor,
        status=CoverRequest.Status.OPEN,
        first_date__lte=last_date,
        last_date__gte=first_date,
    )
    if same.exists():
        raise taken
    with recorded(by, "ask_for_cover"), refused_as(one_open_cover_request_on_one_day=taken):
        request = CoverRequest.objects.create(
            institution=by.institution,
            batch=batch,
            instructor=instructor,
            first_date=first_date,
            last_date=last_date,
            note=note.strip(),
            asked=asked,
        )
    tell_asked(by, request, len(meetings))
    return request


@atomic
def answer_cover(*, by: Actor, request: CoverRequest, can: bool) -> CoverRequest:
    """Say whether one can, being the colleague who is asked. Repeating it changes nothing.

    Locks the batch, then the request. Raises Forbidden, BatchArchived, CoverClosed, CoverOver.
    """
    request = _lock_request(by, request)
    if by.user is None or request.asked_id != by.user.pk:
        raise Forbidden
    if request.can is can:
        return request
    with recorded(by, "answer_cover"):
        request.can = can
        request.save(update_fields=["can", "updated_at"])
    tell_answered(by, request)
    return request


@atomic
def fill_cover(
    *, by: Actor, request: CoverRequest, substitute: User, override_reason: str | None = None
) -> CoverRequest:
    """Assign the substitute for the days that are left, and close the request.

    Locks the batch, the request, then the instructor and the rooms. Raises OwnCover, BatchArchived, CoverClosed,
    CoverOver, NothingToCover where every meeting is over, moved or covered by now, and what `assign_instructor` raises:
    ScheduleConflict, SomethingSpeaksAgainst, NotAnInstructor.
    """
    request = _lock_request(by, request)
    if substitute.pk == request.instructor_id:
        raise OwnCover(field="instructor_id")
    batch, first = request.batch, max(request.first_date, request.batch.today())
    meetings = led_meetings(by, request.instructor, Batch.objects.filter(pk=batch.pk), first, request.last_date)
    if not meetings:
        raise NothingToCover(name=request.instructor.full_name, batch=batch.code)
    assign_instructor(
        by=by,
        batch=batch,
        instructor=substitute,
        role=InstructorAssignment.Role.SUBSTITUTE,
        from_date=first_day_left(batch, meetings, first),
        until_date=request.last_date,
        notes=_("Covers for %(name)s") % {"name": request.instructor.full_name},
        override_reason=override_reason,
    )
    request.substitute = substitute
    return _close_request(by, request, CoverRequest.Status.FILLED, "fill_cover")


@atomic
def reopen_cover(*, by: Actor, request: CoverRequest) -> CoverRequest:
    """Take back how a request was settled: its substitute's days end before they begin, and the same is asked anew.

    A closed request stays as it is; the new one is open, and who is away and who was asked are told. Locks the batch,
    then the leads and the rooms. Raises BatchArchived, CoverOver, CoverNotSettled, CoverAskedAlready, and what
    `end_assignment` raises.
    """
    batch = locked_batch(request.batch)
    request = CoverRequest.objects.select_related("instructor", "asked").get(pk=request.pk)
    request.batch = batch
    if request.status not in (CoverRequest.Status.FILLED, CoverRequest.Status.DECLINED):
        raise CoverNotSettled
    if request.last_date < batch.today():
        raise CoverOver
    given = batch.instructor_assignments.filter(
        role=InstructorAssignment.Role.SUBSTITUTE,
        instructor=request.substitute_id,
        from_date__gte=request.first_date,
        until_date=request.last_date,
    ).first()
    if given is not None:
        end_assignment(by=by, assignment=given, reason=_("Undone"))
    anew = CoverRequest(
        institution=by.institution,
        batch=batch,
        instructor=request.instructor,
        first_date=max(request.first_date, batch.today()),
        last_date=request.last_date,
        note=request.note,
        asked=request.asked,
        can=request.can,
    )
    again = CoverAskedAlready(batch=batch.code)
    with recorded(by, "reopen_cover"), refused_as(one_open_cover_request_on_one_day=again):
        anew.save(force_insert=True)
    tell_reopened(by, anew)
    return anew


@atomic
def decline_cover(*, by: Actor, request: CoverRequest, reason: str = "") -> CoverRequest:
    """Settle it without a substitute, and say why. Locks the batch, then the request. Raises Invalid, BatchArchived,
    CoverClosed, CoverOver."""
    if len(reason) > MOST_COVER_NOTE:
        raise Invalid(_("Keep the reason to %(most)d characters or fewer.") % {"most": MOST_COVER_NOTE}, field="reason")
    return _close_request(by, _lock_request(by, request), CoverRequest.Status.DECLINED, "decline_cover", reason.strip())


@atomic
def withdraw_cover(*, by: Actor, request: CoverRequest) -> CoverRequest:
    """Ask no longer. Locks the batch, then the request. Raises BatchArchived, CoverClosed, CoverOver."""
    return _close_request(by, _lock_request(by, request), CoverRequest.Status.WITHDRAWN, "withdraw_cover")


def problems_of_cover_days(by: Actor, first: date, last: date) -> list[FieldError]:
    """What is wrong with the days that somebody looks at for cover."""
    return problems_of_days(by, first, last, too_long=_("Ask for cover for up to %(most)d days at a time."))


def _problems(by: Actor, today: date, first: date, last: date, note: str) -> list[FieldError]:
    wrong = problems_of_cover_days(by, first, last)
    if not wrong and last < today:
        wrong.append(FieldError("last_date", _("These days have passed.")))
    if len(note) > MOST_COVER_NOTE:
        wrong.append(FieldError("note", _("Keep this to %(most)d characters or fewer.") % {"most": MOST_COVER_NOTE}))
    return wrong


def _lock_request(by: Actor, request: CoverRequest) -> CoverRequest:
    """The open request as it now stands, its batch locked before it."""
    batch = locked_batch(request.batch)
    now = (
        CoverRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("instructor", "asked")
        .get(pk=request.pk)
    )
    now.batch = batch
    if now.status != CoverRequest.Status.OPEN:
        raise CoverClosed(status=now.get_status_display().lower())
    if now.last_date < batch.today():
        raise CoverOver
    return now


def _close_request(by: Actor, request: CoverRequest, status: str, use_case: str, reason: str = "") -> CoverRequest:
    with recorded(by, use_case, reason=reason):
        request.status, request.closed_at, request.closed_by = status, timezone.now(), by.user
        request.close_reason = reason
        request.save(update_fields=["status", "substitute", "closed_at", "closed_by", "close_reason", "updated_at"])
    tell_closed(by, request)
    return request
