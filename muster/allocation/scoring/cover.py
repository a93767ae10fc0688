"""Who could stand in for an instructor who is away: the meetings concerned, and who is free then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
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
from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.batches.occurrences import Occurrence, occurrences_of
from muster.batches.workload import still_running
from muster.institutions.access import Actor
from muster.timetable.models import Booking
from muster.timetable.weeks import HolidayCalendar, times_between

DAY = timedelta(days=1)
Period = tuple[datetime, datetime]


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


def first_day_left(actor: Actor, batch: Batch, meetings: Sequence[Occurrence], first: date) -> date:
    """From when a substitute takes these meetings: the first day asked about, but not a today that is over."""
    first = max(first, actor.today())
    begins = meetings[0].starts_at.astimezone(batch.zone).date()
    return first + DAY if first == actor.today() < begins else first


def cover_of(
    actor: Actor, person: User, first: date, last: date, *, batches: QuerySet[Batch] | None = None
) -> list[ToCover]:
    """What the person leads from the first to the last day (today on), by batch, each with who could stand in, the best
    first. Ten statements at most, whatever the number of batches and instructors.

    `batches` narrows it to some of theirs.
    """
    first = max(first, actor.today())
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
    needs = [_on_days(need, first, last) for need in needs_of_batches(Batch.objects.filter(pk__in=rows), first)]
    candidates = candidates_of(actor.institution, actor.today(), first=first, last=last)
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
        own = [
            one
            for one in booked.get(person.pk, ())
            if batch.pk in one.batches and first <= one.day <= last and one.period[0] > actor.now()
        ]
        periods, sessions = [one.period for one in own], {one.session_id for one in own}
        out = {person.pk: ("away", _("is the one being covered"))}
        for pk in candidates.keys() - out.keys():
            number = _overlap_count(periods, (one for one in booked.get(pk, ()) if one.session_id not in sessions))
            if number:
                out[pk] = ("busy", _busy(number, len(periods)))
        suggestions = rank_candidates(need, candidates.values(), weights, left_out=out)
        timetable = _timetable(actor, batch, need)
        shown = [
            with_warnings(actor, batch, timetable, one, holidays, joins=one.who.id not in there.get(batch.pk, ()))
            for one in suggestions.ranked
        ]
        found.append(ToCover(batch, meetings, replace(suggestions, ranked=shown), requests.get(batch.pk)))
    return found


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


@dataclass(frozen=True)
class _Booked:
    """One booking of somebody: when, by which session, and in which batches."""

    day: date
    period: Period
    session_id: UUID
    batches: frozenset[UUID]


def _bookings(actor: Actor, people: Mapping[UUID, Any], first: date, last: date) -> dict[UUID, list[_Booked]]:
    """Everything for which these people are booked on the days, and the day around them. Two statements.

    What the person who is away is booked for is what a substitute takes.
    """
    rows = list(
        Booking.objects.filter(
            institution=actor.institution, instructor__in=people, on_date__range=(first - DAY, last + DAY)
        ).values_list("instructor_id", "on_date", "period", "session_id", "meeting_id")
    )
    met: dict[UUID, set[UUID]] = {}
    links = BatchMeeting.objects.filter(meeting__in={meeting for *_rest, meeting in rows})
    for meeting, batch in links.values_list("meeting_id", "batch_id"):
        met.setdefault(meeting, set()).add(batch)
    found: dict[UUID, list[_Booked]] = {}
    for person, day, period, session_id, meeting in rows:
        one = _Booked(day, (period.lower, period.upper), session_id, frozenset(met.get(meeting, ())))
        found.setdefault(person, []).append(one)
    return found


def _overlap_count(periods: Sequence[Period], booked: Iterable[_Booked]) -> int:
    """On how many of the periods somebody is booked; touching is not overlapping."""
    taken = [one.period for one in booked]
    return sum(any(start < until and begins < end for begins, until in taken) for start, end in periods)


def _busy(number: int, of: int) -> str:
    if number == of:
        return ngettext("is busy at that time", "is busy at all these times", of)
    return _("is busy at %(count)d of the %(all)d times") % {"count": number, "all": of}


def _team(batches: Collection[UUID], day: date) -> dict[UUID, set[UUID]]:
    """Who belongs to each batch on the day or later."""
    found: dict[UUID, set[UUID]] = {}
    rows = InstructorAssignment.objects.filter(batch__in=batches).exclude(until_date__lt=day)
    for batch_id, instructor_id in rows.values_list("batch_id", "instructor_id"):
        found.setdefault(batch_id, set()).add(instructor_id)
    return found
