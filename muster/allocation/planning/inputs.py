"""What a plan is worked out from, read at once: who wants an instructor, who there is, and when they are taken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from muster.accounts.models import User
from muster.allocation.planning.problem import DatedHour, Overlaps, StaffingProblem, overlaps_of
from muster.allocation.scoring import (
    Candidate,
    Need,
    Weights,
    candidates_of,
    needs_of_batches,
    needs_of_students,
    parts_of,
    score_of,
)
from muster.batches.models import Batch
from muster.core.search import plain
from muster.institutions.access import Actor
from muster.institutions.models import Institution


@dataclass(frozen=True)
class Vacancy:
    """A batch without a lead or a student without a mentor: what it asks of somebody, and the dated hours it meets."""

    need: Need
    meetings: tuple[DatedHour, ...] = ()

    @property
    def basis(self) -> str:
        """A digest of the last hour of each slot and session, which hardly changes with the days that pass: another one
        says that the batch has other hours now, or that some of them are over (`bases_since`)."""
        return _digest(_last_hours(self.meetings))


def bases_since(meetings: Sequence[DatedHour], now: float) -> Iterator[str]:
    """Every basis that these hours can have had until now, by what was over when it was taken: of all of them, then
    without the slots and sessions that ended first, one after the other."""
    left = sorted(_last_hours(meetings).items(), key=lambda one: one[1])
    yield _digest(dict(left))
    while left and left[0][1][1] <= now:
        del left[0]
        yield _digest(dict(left))


def _last_hours(meetings: Sequence[DatedHour]) -> dict[str, tuple[int, int]]:
    return {str(one.source): (one.start, one.end) for one in sorted(meetings)}


def _digest(hours: Mapping[str, tuple[int, int]]) -> str:
    return sha256(repr(sorted(hours.items())).encode()).hexdigest()[:32]


@dataclass
class PlanningInput:
    """Everything that a plan is worked out from, by numbers: `wanted[w]` and `people[p]`."""

    wanted: Sequence[Vacancy]
    people: Sequence[Candidate]
    booked: Sequence[Sequence[DatedHour]]
    weights: Weights
    of_students: bool = False
    keep_to_limits: bool = True
    least_score: int = 0
    overlaps: Overlaps = field(init=False)

    def __post_init__(self) -> None:
        self.overlaps = overlaps_of([one.meetings for one in self.wanted], self.booked)

    def carries(self, who: Candidate) -> int:
        """How many batches or mentees they have."""
        return who.mentees if self.of_students else who.batches

    def limit(self, who: Candidate) -> int:
        """How many they may have."""
        return who.mentee_limit if self.of_students else who.batch_limit

    def score(self, wanted: int, person: int) -> int:
        """How well the person suits, from 0 to 100."""
        return score_of(parts_of(self.wanted[wanted].need, self.people[person]), self.weights)

    def problem(self) -> StaffingProblem:
        """The same in numbers, for a solver."""
        room = [self.limit(who) - self.carries(who) for who in self.people]
        open_to = [number for number, left in enumerate(room) if left > 0 or not self.keep_to_limits]
        points: list[Mapping[int, int]] = []
        for number, one in enumerate(self.wanted):
            busy = self.overlaps.busy[number]
            if number in self.overlaps.itself:
                points.append({})
                continue
            scores = {
                person: self.score(number, person)
                for person in open_to
                if person not in busy and self.people[person].id != one.need.id
            }
            points.append({person: score for person, score in scores.items() if score >= self.least_score})
        return StaffingProblem(
            points=points,
            room=room,
            carries=[self.carries(who) for who in self.people],
            clashes=self.overlaps.clashes,
            cliques=self.overlaps.cliques,
            soft=not self.keep_to_limits,
        )

    @property
    def fingerprint(self) -> str:
        """A digest of all of it."""
        digest = sha256(repr((self.weights, self.keep_to_limits, self.least_score)).encode())
        for one in self.wanted:
            digest.update(f"{one.need.id}{one.basis}".encode())
        for who, taken in zip(self.people, self.booked, strict=True):
            digest.update(f"{who.id}{self.carries(who)}/{self.limit(who)}".encode())
            digest.update(repr([(one.start, one.end) for one in taken]).encode())
        return digest.hexdigest()


def inputs_for_batches(
    actor: Actor, batches: QuerySet[Batch], *, keep_to_limits: bool = True, least_score: int = 0
) -> PlanningInput:
    """What staffs these batches is worked out from. Five statements, whatever the numbers."""
    needs = needs_of_batches(batches)
    meetings = meetings_of([need.id for need in needs])
    wanted = [Vacancy(need, tuple(meetings.get(need.id, ()))) for need in needs]
    ends = [need.last for need in needs]
    last = max(filter(None, ends), default=None) if None not in ends else None
    people = _by_name(candidates_of(actor.institution, last=last))
    booked = booked_hours(actor.institution, [who.id for who in people], wanted)
    return PlanningInput(
        wanted,
        people,
        [booked.get(who.id, ()) for who in people],
        Weights.of(actor.institution),
        keep_to_limits=keep_to_limits,
        least_score=least_score,
    )


def inputs_for_students(
    actor: Actor, students: Sequence[User], *, keep_to_limits: bool = True, least_score: int = 0
) -> PlanningInput:
    """What gives these students a mentor is worked out from. Three statements, whatever the numbers."""
    people = _by_name(candidates_of(actor.institution))
    return PlanningInput(
        [Vacancy(need) for need in needs_of_students(actor, students)],
        people,
        [()] * len(people),
        Weights.of(actor.institution),
        of_students=True,
        keep_to_limits=keep_to_limits,
        least_score=least_score,
    )


def _by_name(candidates: Mapping[UUID, Candidate]) -> list[Candidate]:
    return sorted(candidates.values(), key=lambda who: (plain(who.name), who.id))


# Sessions that go with the week count as its hour, those that stand for themselves each by itself.
SOURCE = "CASE WHEN session.is_edited THEN session.id ELSE coalesce(session.slot_id, session.id) END"

# The sessions that a new lead would be booked for: those that name nobody, on the days that no substitute takes, from
# the first day of the batch, or from today (by its own clock, now or at a moment) where somebody has led it before.
MEETINGS = f"""
SELECT batch.id, {SOURCE},
       extract(epoch FROM lower(held.period))::bigint, extract(epoch FROM upper(held.period))::bigint
FROM batches_batch AS batch
JOIN batches_batchmeeting AS link ON link.batch_id = batch.id
JOIN timetable_meeting AS meeting ON meeting.id = link.meeting_id
JOIN timetable_classsession AS session ON session.meeting_id = meeting.id
CROSS JOIN LATERAL (
    SELECT muster_period(session.date, session.start_time, session.end_time, meeting.time_zone) AS period,
           (coalesce(%(at)s, clock_timestamp()) AT TIME ZONE meeting.time_zone)::date AS today
) AS held
WHERE batch.id = ANY (%(batches)s::uuid[])
AND batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL AND batch.archived_at IS NULL
AND session.instructor_id IS NULL AND session.status <> 'cancelled' AND session.start_time IS NOT NULL
AND (session.date >= held.today OR NOT EXISTS (
    SELECT FROM batches_instructorassignment AS before
    WHERE before.batch_id = batch.id AND before.role = 'lead' AND before.from_date <= held.today
))
AND NOT EXISTS (
    SELECT FROM batches_instructorassignment AS substitute
    WHERE substitute.batch_id = batch.id AND substitute.role = 'substitute'
    AND session.date >= substitute.from_date
    AND (substitute.until_date IS NULL OR session.date <= substitute.until_date)
)
ORDER BY 1, 3, 4, 2
"""  # noqa: S608 - constants alone

BOOKED = f"""
SELECT booking.instructor_id, {SOURCE},
       extract(epoch FROM lower(booking.period))::bigint, extract(epoch FROM upper(booking.period))::bigint
FROM timetable_booking AS booking JOIN timetable_classsession AS session ON session.id = booking.session_id
WHERE booking.institution_id = %(institution)s AND booking.instructor_id = ANY (%(people)s::uuid[])
AND booking.period && tstzrange(to_timestamp(%(first)s), to_timestamp(%(last)s))
ORDER BY 3, 4, 2
"""  # noqa: S608 - constants alone


def meetings_of(batches: Collection[UUID], at: datetime | None = None) -> dict[UUID, list[DatedHour]]:
    """The dated hours for which a new lead of each batch would be booked: now, or at that moment. One statement."""
    return _hours_by_owner(MEETINGS, {"batches": list(batches), "at": at}) if batches else {}


def booked_hours(
    institution: Institution, people: Collection[UUID], wanted: Sequence[Vacancy]
) -> dict[UUID, list[DatedHour]]:
    """When each person is booked in the days of what is wanted. One statement."""
    meetings = [meeting for one in wanted for meeting in one.meetings]
    if not meetings or not people:
        return {}
    return _hours_by_owner(
        BOOKED,
        {
            "institution": institution.pk,
            "people": list(people),
            "first": min(meeting.start for meeting in meetings),
            "last": max(meeting.end for meeting in meetings),
        },
    )


def _hours_by_owner(statement: str, values: dict[str, Any]) -> dict[UUID, list[DatedHour]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    found: dict[UUID, list[DatedHour]] = {}
    for of, source, start, end in rows:
        found.setdefault(of, []).append(DatedHour(start, end, source))
    return found
