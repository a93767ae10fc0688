"""When a student and their mentor might meet: what either has, and what of a day is left for both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.allocation.models import IndividualAssignment
from muster.attendance.models import AbsenceNotice
from muster.batches.participants import attended_by
from muster.core.clocks import clock_of, minutes_of
from muster.institutions.access import Actor
from muster.institutions.models import Branch, zone_of
from muster.mentoring.queries import is_concerned
from muster.people.models import AvailabilityWindow, TimeOff
from muster.timetable.clock import moments
from muster.timetable.models import ClassSession
from muster.timetable.queries import taught_by
from muster.timetable.weeks import holidays_between

# When a day begins and ends for somebody who said nothing else, and how far apart times are offered; in minutes.
DAY_BEGINS, DAY_ENDS, STEP = 8 * 60, 18 * 60, 30
WHOLE_DAY = (0, 24 * 60)
# From when to when of a day, in minutes.
Span = tuple[int, int]


@dataclass(frozen=True)
class BusyTime:
    """When somebody is somewhere else, and where."""

    who: User
    starts: datetime
    ends: datetime
    what: str

    def meets(self, starts: datetime, ends: datetime) -> bool:
        """Whether it overlaps; touching is not overlapping."""
        return self.starts < ends and starts < self.ends


def busy_times(
    assignment: IndividualAssignment, first: date, last: date, *, seen_by: Actor, ignored: Collection[UUID] = ()
) -> list[BusyTime]:
    """Every session of either of the two from the first to the last day, in order. Two statements.

    What it is stays untold to whoever is neither one of them nor an administrator, and to a student of their mentor.
    """
    found: list[BusyTime] = []
    is_student = seen_by.user is not None and seen_by.user.pk == assignment.student_id
    for who in (assignment.instructor, assignment.student):
        told = is_concerned(seen_by, assignment) and (who.pk == assignment.student_id or not is_student)
        own = ClassSession.objects.filter(mentoring__assignment__student=who.pk)
        rows = (
            ClassSession.objects.taking_place()
            .filter(taught_by(who.pk) | attended_by(who.pk) | Q(pk__in=own.order_by().values("pk")))
            .filter(
                institution=assignment.institution_id,
                meeting__books=True,
                start_time__isnull=False,
                # Another zone's clock may say another day.
                date__range=(first - timedelta(days=1), last + timedelta(days=1)),
            )
            .exclude(pk__in=list(ignored))
            .select_related("meeting")
        )
        found += [
            BusyTime(who, *when, session.meeting.name if told else _("another session"))
            for session in rows
            if (when := session.moments)
        ]
    return sorted(found, key=lambda one: one.starts)


@dataclass(frozen=True)
class FreeDay:
    """A day on which the two might meet: times that suit both, what is in the way of others, and when each is busy.

    `free` are the spans in which both are free for as long as was asked for.
    """

    on: date
    times: tuple[time, ...]
    reasons: tuple[str, ...]
    mentor: tuple[Span, ...] = ()
    student: tuple[Span, ...] = ()
    free: tuple[Span, ...] = ()


def free_days(
    assignment: IndividualAssignment,
    branch: Branch | None,
    first: date,
    days: int,
    minutes: int,
    *,
    seen_by: Actor,
    ignored: Collection[UUID] = (),
) -> list[FreeDay]:
    """The times at which both are free, day by day, by the clock of their branch. Six statements.

    Left out are sessions of both but for those `ignored`, holidays, hours and days at which the mentor said not to be
    there, and days for which the student reported an absence.
    """
    last = first + timedelta(days=days - 1)
    zone = zone_of(assignment.institution, branch)
    busy = busy_times(assignment, first, last, seen_by=seen_by, ignored=ignored)
    here = {"institution": assignment.institution_id}
    on_leave = TimeOff.objects.filter(
        **here, profile__user=assignment.instructor_id, first_date__lte=last, last_date__gte=first
    )
    reported = AbsenceNotice.objects.not_withdrawn().filter(
        **here,
        student=assignment.student_id,
        enrollment__isnull=True,
        session__isnull=True,
        first_date__lte=last,
        last_date__gte=first,
    )
    away = [(assignment.instructor, one.first_date, one.last_date) for one in on_leave]
    away += [(assignment.student, one.first_date, one.last_date) for one in reported]
    windows = list(AvailabilityWindow.objects.filter(**here, profile__user=assignment.instructor_id))
    closed = holidays_between(assignment.institution_id, branch.pk if branch else None, first, last)
    found = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        holiday = next((one for one in closed if one.start_date <= day <= one.end_date), None)
        gone = next((who for who, since, until in away if since <= day <= until), None)
        if holiday is not None:
            words = _("Holiday: %(name)s.") % {"name": holiday.name}
            found.append(FreeDay(day, (), (words,), (WHOLE_DAY,), (WHOLE_DAY,)))
        elif gone is not None:
            lanes = {"mentor" if gone is assignment.instructor else "student": (WHOLE_DAY,)}
            is_reader = seen_by.user is not None and gone.pk == seen_by.user.pk
            words = _("You're away.") if is_reader else _("%(name)s is away.") % {"name": gone.full_name}
            found.append(FreeDay(day, (), (words,), **lanes))
        else:
            hours = [
                (minutes_of(one.start_time), minutes_of(one.end_time))
                for one in windows
                if one.weekday == day.isoweekday()
            ]
            if not windows:
                hours = [(DAY_BEGINS, DAY_ENDS)] if day.isoweekday() <= 5 else []
            found.append(_free_day(assignment, day, sorted(hours), busy, minutes, zone))
    return found


def _free_day(
    pair: IndividualAssignment,
    day: date,
    hours: Sequence[Span],
    busy: Sequence[BusyTime],
    minutes: int,
    zone: ZoneInfo,
) -> FreeDay:
    now, times = datetime.now(zone), []
    for begins, ends in hours:
        for at in range(-(-begins // STEP) * STEP, ends - minutes + 1, STEP):
            start = clock_of(at)
            when = moments(day, start, clock_of(at + minutes), zone)
            if when[0] > now and not any(one.meets(*when) for one in busy):
                times.append(start)
    reasons = [
        _("%(who)s: %(what)s, %(start)s to %(end)s.")
        % {
            "who": one.who.full_name,
            "what": one.what,
            "start": f"{one.starts.astimezone(zone):%H:%M}",
            "end": f"{one.ends.astimezone(zone):%H:%M}",
        }
        for one in busy
        if one.starts.astimezone(zone).date() == day
    ]
    of_mentor, of_student = (
        [span for one in busy if one.who.pk == who and (span := _span_of(one, day, zone))]
        for who in (pair.instructor_id, pair.student_id)
    )
    not_there = _left_of([WHOLE_DAY], hours)
    free = [one for one in _left_of(hours, [*of_mentor, *of_student]) if one[1] - one[0] >= minutes]
    return FreeDay(
        day,
        tuple(times),
        tuple(reasons),
        tuple(sorted([*of_mentor, *not_there])),
        tuple(of_student),
        tuple(free) if times else (),
    )


def _span_of(one: BusyTime, day: date, zone: ZoneInfo) -> Span | None:
    """The part of the day that it takes."""
    starts, ends = one.starts.astimezone(zone), one.ends.astimezone(zone)
    if not starts.date() <= day <= ends.date():
        return None
    since = minutes_of(starts.time()) if starts.date() == day else 0
    until = minutes_of(ends.time()) if ends.date() == day else WHOLE_DAY[1]
    return (since, until) if since < until else None


def _left_of(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of the spans without what is taken of them."""
    left = list(spans)
    for since, until in taken:
        left = [
            part
            for begins, ends in left
            for part in ((begins, min(ends, since)), (max(begins, until), ends))
            if part[0] < part[1]
        ]
    return left
