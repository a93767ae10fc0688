"""Who could stand in for an instructor who is away: the meetings concerned, and who is free then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.accounts.models import User
from muster.allocation.models import CoverRequest
from muster.allocation.queries import cover_requests
from muster.allocation.scoring.inputs import Need, candidates_of, needs_of_batches
from muster.allocation.scoring.points import Weights
from muster.allocation.scoring.ranking import Suggestions, rank_candidates, with_warnings
from muster.batches.clashes import Timetable
from muster.batches.models import Batch, InstructorAssignment
from muster.batches.occurrences import FURTHEST_BEHIND, Occurrence, occurrences_of
from muster.batches.workload import still_running
from muster.institutions.access import Actor
from muster.timetable.models import Booking
from muster.timetable.weeks import HolidayCalendar, times_between

DAY = timedelta(days=1)
# From when to when, and for which session.
Booked = tuple[datetime, datetime, UUID]


@dataclass(frozen=True)
class ToCover:
    """A batch with the meetings that need somebody else, who suits, and the open request for some of the days."""

    batch: Batch
    meetings: Sequence[Occurrence]
    suggestions: Suggestions
    request: CoverRequest | None = None


def led_by(actor: Actor, person: User, first: date, last: date) -> QuerySet[Batch]:
    """The running batches that the person leads on some of the days."""
    leads = still_running(first).filter(
        role=InstructorAssignment.Role.LEAD,
        instructor=person,
        institution=actor.institution,
        from_date__lte=last,
    )
    return Batch.objects.booking().filter(pk__in=leads.values("batch_id"))


def led_meetings(actor: Actor, person: User, batches: QuerySet[Batch], first: date, last: date) -> list[Occurrence]:
    """The meetings that the person leads on these days and a substitute would take. Two statements.

    A meeting whose weekly time names its instructor is not among them: there the timetable says who teaches. Nor is one
    that has begun.
    """
    return [
        meeting
        for meeting in occurrences_of(actor, batches, first, last)
        if meeting.starts_at > actor.now()
        and any(one.id == person.pk and one.role == InstructorAssignment.Role.LEAD for one in meeting.people)
    ]


def first_day_left(batch: Batch, meetings: Sequence[Occurrence], first: date) -> date:
    """From when a substitute takes these meetings: the first day asked about, but not a today that is over."""
    today = batch.today()
    first = max(first, today)
    begins = meetings[0].starts_at.astimezone(batch.zone).date()
    return first + DAY if first == today < begins else first


def cover_of(
    actor: Actor, person: User, first: date, last: date, *, batches: QuerySet[Batch] | None = None
) -> list[ToCover]:
    """What the person leads from the first to the last day (today on, by each batch's own clock), by batch, each with
    who could stand in, the best first. Eight statements at most, whatever the number of batches and instructors.

    `batches` narrows it to some of theirs.
    """
    first = max(first, actor.today() - FURTHEST_BEHIND)
    led = led_by(actor, person, first, last) if batches is None else batches
    by_batch: dict[UUID, list[Occurrence]] = {}
    for meeting in led_meetings(actor, person, led, first, last) if first <= last else ():
        for one in meeting.batches:
            by_batch.setdefault(one.id, []).append(meeting)
    if not by_batch:
        return []
    rows = {
        batch.pk: batch
        for batch in led.filter(pk__in=by_batch).select_related("institution", "branch", "course", "department")
    }
    first = max(first, min(batch.today() for batch in rows.values()))
    needs = [_on_days(need, first, last) for need in needs_of_batches(Batch.objects.filter(pk__in=rows), first)]
    candidates = candidates_of(actor.institution, first=first, last=last)
    booked = _bookings(actor, candidates, first, last)
    there = _team(rows, first)
    requests = {
        one.batch_id: one
        for one in cover_requests(actor).filter(
            batch__in=rows,
            instructor=person,
            status=CoverRequest.Status.OPEN,
            first_date__lte=last,
            last_date__gte=first,
        )
    }
    weights, holidays = Weights.of(actor.institution), HolidayCalendar(actor.institution)
    found = []
    for need in needs:
        batch, meetings = rows[need.id], by_batch[need.id]
        out = {person.pk: ("away", _("is the one being covered"))}
        for pk in candidates.keys() - out.keys():
            if number := _overlap_count(meetings, booked.get(pk, ())):
                out[pk] = ("busy", _busy(number, len(meetings)))
        suggestions = rank_candidates(need, candidates.values(), weights, left_out=out)
        timetable = _timetable(actor, batch, need)
        shown = [
            with_warnings(actor, batch, timetable, one, holidays, joins=(batch.pk, one.who.id) not in there)
            for one in suggestions.ranked
        ]
        found.append(ToCover(batch, meetings, replace(suggestions, ranked=shown), requests.get(batch.pk)))
    return found


def cover_of_request(actor: Actor, request: CoverRequest) -> ToCover | None:
    """The same for what a request asks; None where no session is left."""
    asked = Batch.objects.filter(pk=request.batch_id)
    found = cover_of(actor, request.instructor, request.first_date, request.last_date, batches=asked)
    return found[0] if found else None


def _on_days(need: Need, first: date, last: date) -> Need:
    """The need on these days alone, without the weekly hours that do not fall on them."""
    begins = max(need.first or first, first)
    ends = min(need.last or last, last)
    hours = tuple(hour for hour in need.hours if times_between(hour.weekday, begins, ends))
    return replace(need, first=begins, last=ends, hours=hours)


def _timetable(actor: Actor, batch: Batch, need: Need) -> Timetable | None:
    if not need.hours or need.first is None or need.last is None:
        return None
    return Timetable(actor.institution.pk, batch.zone.key, need.first, need.last, need.hours, branch_id=batch.branch_id)


def _bookings(actor: Actor, people: Collection[UUID], first: date, last: date) -> dict[UUID, list[Booked]]:
    """For what each of these people is booked on the days, and the days around them. One statement."""
    rows = Booking.objects.filter(
        institution=actor.institution, instructor__in=people, on_date__range=(first - DAY, last + DAY)
    )
    found: dict[UUID, list[Booked]] = {}
    for person, period, session_id in rows.values_list("instructor_id", "period", "session_id"):
        found.setdefault(person, []).append((period.lower, period.upper, session_id))
    return found


def _overlap_count(meetings: Sequence[Occurrence], booked: Sequence[Booked]) -> int:
    """At how many of the meetings somebody is booked elsewhere; touching is not overlapping."""
    sessions = {meeting.session_id for meeting in meetings}
    taken = [(begins, until) for begins, until, session_id in booked if session_id not in sessions]
    return sum(any(one.starts_at < until and begins < one.ends_at for begins, until in taken) for one in meetings)


def _busy(number: int, of: int) -> str:
    if number == of:
        return ngettext("is busy at that time", "is busy at all these times", of)
    return _("is busy at %(count)d of the %(all)d times") % {"count": number, "all": of}


def _team(batches: Collection[UUID], day: date) -> set[tuple[UUID, UUID]]:
    """Who belongs to which batch on the day or later."""
    rows = InstructorAssignment.objects.filter(batch__in=batches).exclude(until_date__lt=day)
    return set(rows.values_list("batch_id", "instructor_id"))
