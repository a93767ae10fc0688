"""Who could stand in for an instructor who is away: the meetings concerned, and who is free then."""

from __future__ import annotations

import zoneinfo
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
from muster.allocation.scoring.knowing import Need, candidates_of, needs_of_batches
from muster.allocation.scoring.points import Weights
from muster.allocation.scoring.ranking import Suggestions, ranked, warned
from muster.batches.clashes import Timetable
from muster.batches.models import Batch, Booking, InstructorAssignment
from muster.batches.rules.locks import zone_of
from muster.batches.timetable import DatedMeeting, dated_meetings
from muster.batches.warnings import times_between
from muster.batches.workload import still_running
from muster.institutions.access import Actor

DAY = timedelta(days=1)
Period = tuple[datetime, datetime]


@dataclass(frozen=True)
class ToCover:
    """A batch with the meetings that need somebody else, who suits, and the open request for some of the days."""

    batch: Batch
    meetings: Sequence[DatedMeeting]
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


def led_meetings(actor: Actor, person: User, batches: QuerySet[Batch], first: date, last: date) -> list[DatedMeeting]:
    """The meetings that the person leads on these days and a substitute would take. Two statements.

    A meeting whose weekly time names its instructor is not among them: there the timetable says who teaches.
    """
    return [
        meeting
        for meeting in dated_meetings(actor, batches, first, last)
        if any(one.id == person.pk and one.role == InstructorAssignment.Role.LEAD for one in meeting.people)
    ]


def cover_of(
    actor: Actor, person: User, first: date, last: date, *, batches: QuerySet[Batch] | None = None
) -> list[ToCover]:
    """What the person leads from the first to the last day (today on), by batch, each with who could stand in, the best
    first. Twelve statements at most, whatever the number of batches and instructors.

    `batches` narrows it to some of theirs.
    """
    first = max(first, actor.today())
    led = led_by(actor, person, first, last) if batches is None else batches
    by_batch: dict[UUID, list[DatedMeeting]] = {}
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
    weights = Weights.of(actor.institution)
    found = []
    for need in needs:
        batch, meetings = rows[need.id], by_batch[need.id]
        own = {meeting.slot_id for meeting in meetings}
        periods = _periods(need, zone_of(batch))
        out = {person.pk: ("away", _("is to be covered"))}
        for pk in candidates.keys() - out.keys():
            number = _overlapping(periods, (row for row in booked.get(pk, ()) if row[2] not in own))
            if number:
                out[pk] = ("busy", _busy(number, len(periods)))
        suggestions = ranked(need, candidates.values(), weights, left_out=out)
        timetable = _timetable(actor, batch, need)
        shown = [
            warned(actor, batch, timetable, one, joins=one.who.id not in there.get(batch.pk, ()))
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
    return Timetable(actor.institution.pk, zone_of(batch), need.first, need.last, need.hours)


def _periods(need: Need, zone_name: str) -> list[Period]:
    """From when to when the need meets on each of its days; holidays too, as bookings know none."""
    zone, found = zoneinfo.ZoneInfo(zone_name), []
    day = need.first
    while day is not None and need.last is not None and day <= need.last:
        found += [
            (datetime.combine(day, hour.start, zone), datetime.combine(day, hour.end, zone))
            for hour in need.hours
            if hour.weekday == day.isoweekday()
        ]
        day += DAY
    return found


def _bookings(
    actor: Actor, people: Mapping[UUID, Any], first: date, last: date
) -> dict[UUID, list[tuple[datetime, datetime, UUID]]]:
    """Everything for which these people are booked on the days, and the day around them."""
    rows = Booking.objects.filter(
        institution=actor.institution, instructor__in=people, on_date__range=(first - DAY, last + DAY)
    )
    found: dict[UUID, list[tuple[datetime, datetime, UUID]]] = {}
    for person, period, slot in rows.values_list("instructor_id", "period", "slot_id"):
        found.setdefault(person, []).append((period.lower, period.upper, slot))
    return found


def _overlapping(periods: Sequence[Period], booked: Iterable[tuple[datetime, datetime, UUID]]) -> int:
    """On how many of the periods somebody is booked; touching is not overlapping."""
    taken = list(booked)
    return sum(any(start < until and begins < end for begins, until, _slot in taken) for start, end in periods)


def _busy(number: int, of: int) -> str:
    if number == of:
        return ngettext("is booked at that time", "is booked at all these times", of)
    return _("is booked at %(count)d of the %(all)d times") % {"count": number, "all": of}


def _team(batches: Collection[UUID], day: date) -> dict[UUID, set[UUID]]:
    """Who belongs to each batch on the day or later."""
    found: dict[UUID, set[UUID]] = {}
    rows = InstructorAssignment.objects.filter(batch__in=batches).exclude(until_date__lt=day)
    for batch_id, instructor_id in rows.values_list("batch_id", "instructor_id"):
        found.setdefault(batch_id, set()).add(instructor_id)
    return found
