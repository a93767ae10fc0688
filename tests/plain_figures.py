"""The plain computation of every figure: all rows are read, and counted one by one in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from muster.allocation.models import IndividualAssignment
from muster.assessment.models import AssessmentMark
from muster.attendance.models import AttendanceRecord
from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.certificates.models import Certificate
from muster.enrollments.models import Enrollment, SeatPeriod, WaitlistEntry
from muster.feedback.models import LEAST, FeedbackInvitation, FeedbackRound
from muster.insights.mentoring import LEAST_CHECK_INS
from muster.insights.periods import Period
from muster.institutions.access import Actor
from muster.institutions.models import Membership, Role
from muster.mentoring.models import MentoringCheckIn, MentoringGoal, MentoringQuestion, MentoringSession
from muster.people.models import InstructorProfile
from muster.progression.models import RolloverRequest, SubjectResult
from muster.risk.models import RiskFlag
from muster.timetable.models import Booking, ClassSession
from tests.asking import read_all_answers

DAY = timedelta(days=1)
BETTER = ["failed", "exempt", "passed"]


class PlainRows:
    """Every row of an institution that anything is counted from."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.now, self.today = actor, timezone.now(), actor.today()

        def rows(model: Any, *related: str) -> list[Any]:
            return list(model.objects.filter(institution=actor.institution).select_related(*related))

        self.batches = {one.pk: one for one in rows(Batch)}
        self.assigned = rows(InstructorAssignment)
        self.leading = [one for one in self.assigned if one.role == "lead"]
        self.seats, self.seated = rows(Enrollment), rows(SeatPeriod)
        self.records, self.sessions = rows(AttendanceRecord, "enrollment"), rows(ClassSession, "meeting")
        self.links = rows(BatchMeeting)
        self.certificates, self.waiting = rows(Certificate, "document"), rows(WaitlistEntry)
        self.flags, self.results = rows(RiskFlag, "enrollment"), rows(SubjectResult, "mapping")
        self.scores, self.rollovers = rows(AssessmentMark, "assessment", "enrollment"), rows(RolloverRequest)
        self.rounds, self.invited = rows(FeedbackRound), rows(FeedbackInvitation)
        self.bookings, self.profiles = rows(Booking), rows(InstructorProfile)
        self.pairs, self.met = rows(IndividualAssignment), rows(MentoringSession, "session")
        self.questions, self.goals, self.said = rows(MentoringQuestion), rows(MentoringGoal), rows(MentoringCheckIn)
        self.learners = {one.user_id for one in rows(Membership) if one.role == Role.STUDENT}
        self.answers = answers_by_round()

    @cached_property
    def marks(self) -> list[Any]:
        """The marks that count towards attendance, with the session of each that has one."""
        sessions = {one.pk: one for one in self.sessions}
        said = [one for one in self.records if one.status]
        held = [one for one in said if one.session_id and sessions[one.session_id].status != "cancelled"]
        in_class = {(one.enrollment.student_id, one.enrollment.batch_id, one.record_date) for one in held}
        of_days = [one for one in said if not one.session_id and self._is_of_a_day(one, in_class)]
        counted = ("PRESENT", "LATE", "ABSENT")
        return [(one, sessions.get(one.session_id)) for one in (*held, *of_days) if one.status in counted]

    def _is_of_a_day(self, one: Any, in_class: set[Any]) -> bool:
        student, batch, day = one.enrollment.student_id, one.enrollment.batch_id, one.record_date
        own = {seat.pk for seat in self.seats if (seat.student_id, seat.batch_id) == (student, batch)}
        runs = self.batches[batch]
        return (
            (student, batch, day) not in in_class
            and (runs.start_date is None or runs.start_date <= day)
            and (runs.end_date is None or day <= runs.end_date)
            and any(covers(seat, day) for seat in self.seated if seat.enrollment_id in own)
        )


def answers_by_round() -> dict[Any, list[tuple[int, int, int]]]:
    """What everybody answered, which the owner of the tables alone reads."""
    found: dict[Any, list[tuple[int, int, int]]] = {}
    for key, *points in read_all_answers(
        "SELECT pool.round_id, content_rating, instructor_rating, value_rating FROM feedback_feedbackanswer"
        " JOIN feedback_feedbackpool AS pool ON pool.id = pool_id"
    ):
        found.setdefault(key, []).append(tuple(points))
    return found


def covers(span: Any, day: date) -> bool:
    """Whether a span with its first and its last day, or none, covers a day."""
    return bool(span.from_date <= day and (span.until_date is None or day <= span.until_date))


@dataclass(frozen=True)
class PlainScope:
    """Some batches between two days; of a lead those days of theirs on which they led, and what is about them."""

    rows: PlainRows
    batches: frozenset[Any]
    period: Period
    lead: Any = None
    student: Any = None

    @cached_property
    def led(self) -> list[Any]:
        return [one for one in self.rows.leading if one.instructor_id == self.lead]

    def has(self, batch: Any, day: date) -> bool:
        """Whether the day of the batch is counted."""
        if batch not in self.batches:
            return False
        return self.lead is None or any(one.batch_id == batch and covers(one, day) for one in self.led)

    def within(self, moment: datetime | None) -> bool:
        return moment is not None and self.is_day(moment.astimezone(self.rows.actor.zone).date())

    def is_day(self, day: date | None) -> bool:
        return day is not None and self.period.first <= day <= self.period.last

    @cached_property
    def marks(self) -> list[bool]:
        """Of each mark whether they came."""
        return [
            one.status != "ABSENT"
            for one, _session in self.rows.marks
            if self.is_day(one.record_date)
            and self.has(one.enrollment.batch_id, one.record_date)
            and self.student in (None, one.enrollment.student_id)
        ]

    @cached_property
    def registers(self) -> list[bool]:
        """Of each register that is due whether it is taken."""
        rows, found = self.rows, []
        students = {one.pk: one.student_id for one in rows.seats}
        for one in rows.sessions:
            met = [link.batch_id for link in rows.links if link.meeting_id == one.meeting_id]
            end = datetime.combine(one.date, one.end_time or time.max, ZoneInfo(one.meeting.time_zone))
            if one.status == "cancelled" or end >= rows.now or not self.is_day(one.date):
                continue
            if not any(self.has(batch, one.date) for batch in met):
                continue
            here = [seat.enrollment_id for seat in rows.seated if seat.batch_id in met and covers(seat, one.date)]
            marked = {row.enrollment.student_id for row in rows.records if row.session_id == one.pk and row.status}
            if marked or here:
                found.append(bool(marked) and marked.issuperset(students[seat] for seat in here))
        return found

    @cached_property
    def limited(self) -> dict[Any, int]:
        """The seats of the batches with a limit that run on the last day."""
        day, found = self.period.last, {}
        for pk in self.batches:
            one = self.rows.batches[pk]
            runs = (one.start_date is None or one.start_date <= day) and (one.end_date is None or day <= one.end_date)
            if runs and one.capacity is not None and self.has(pk, day):
                found[pk] = one.capacity
        return found

    @cached_property
    def started(self) -> list[Any]:
        """Everybody who ever had a seat in a batch that ended within the time."""
        rows, had = self.rows, {one.enrollment_id for one in self.rows.seated}
        ends = {pk: rows.batches[pk].end_date for pk in self.batches}
        ended = {pk for pk, day in ends.items() if self.is_day(day) and self.has(pk, day)}
        return [one for one in rows.seats if one.batch_id in ended and one.pk in had]

    @cached_property
    def closed(self) -> list[Any]:
        """The rounds of feedback that closed."""
        return [
            one
            for one in self.rows.rounds
            if one.batch_id in self.batches and self.within(one.closed_at) and self.lead in (None, one.instructor_id)
        ]

    @cached_property
    def judged(self) -> list[Any]:
        """Of each student and subject the result that stands, if that is one of who passed or failed."""
        tried: dict[Any, list[Any]] = defaultdict(list)
        for one in self.rows.results:
            tried[one.enrollment_id, one.mapping_id].append(one)
        found = []
        for some in tried.values():
            stands = max(
                (one for one in some if one.is_current), key=lambda one: (BETTER.index(one.verdict), one.attempt)
            )
            first = min(some, key=lambda one: (one.attempt, one.version))
            seat = next(one for one in self.rows.seats if one.pk == stands.enrollment_id)
            if (
                stands.verdict != "exempt"
                and stands.mapping.batch_id in self.batches
                and self.within(first.created_at)
                and self.student in (None, seat.student_id)
            ):
                found.append(stands)
        return found

    @cached_property
    def moves(self) -> list[tuple[int, bool]]:
        """Of each student of a rollover the semester they were in, and whether they went on."""
        done = [
            one
            for one in self.rows.rollovers
            if one.status == "executed" and one.batch_id in self.batches and self.within(one.decided_at)
        ]
        return [(one.from_semester, each["move"] == "moves") for one in done for each in one.outcome["students"]]

    @cached_property
    def teachers(self) -> set[Any]:
        """Who teaches the batches now or later, or the one that all is about."""
        if self.lead:
            return {self.lead}
        return {one.instructor_id for one in self._assigned if one.batch_id in self.batches}

    @property
    def _assigned(self) -> list[Any]:
        return [one for one in self.rows.assigned if one.until_date is None or one.until_date >= self.rows.today]

    def load(self, person: Any) -> int:
        """In how many batches they teach that are upcoming or active."""
        rows = self.rows
        of = {one.batch_id for one in self._assigned if one.instructor_id == person}
        return sum(rows.batches[pk].status in ("Upcoming", "Active") for pk in of)

    # --- mentoring --------------------------------------------------------------------------------------------------
    @cached_property
    def pairs(self) -> dict[Any, Any]:
        return {one.pk: one for one in self.rows.pairs if self.lead in (None, one.instructor_id)}

    def of_pairs(self, rows: Iterable[Any], day: str = "created_at") -> list[Any]:
        """The rows of the pairs whose moment is within the time."""
        return [one for one in rows if one.assignment_id in self.pairs and self.within(getattr(one, day))]

    @cached_property
    def met(self) -> list[Any]:
        """The mentoring sessions that were held or missed."""
        return [
            one
            for one in self.rows.met
            if one.assignment_id in self.pairs and one.outcome and self.is_day(one.session.date)
        ]

    @cached_property
    def together(self) -> list[tuple[Any, int]]:
        """The pairs that there were, each with the whole days that it lasted."""
        zone = self.rows.actor.zone
        start = datetime.combine(self.period.first, time.min, zone)
        end = datetime.combine(self.period.last, time.max, zone)
        found = []
        for one in self.pairs.values():
            if one.assigned_at <= end and (one.ended_at is None or one.ended_at >= start):
                until = min(one.ended_at or self.rows.now, self.rows.now, end)
                days = until.astimezone(zone).date() - one.assigned_at.astimezone(zone).date()
                found.append((one.pk, days.days))
        return found


Numbers = tuple[Any, Any]
PLAIN: dict[str, Callable[[PlainScope], Numbers]] = {}
"""By the name of each figure its two numbers."""


def figure(function: Callable[[PlainScope], Numbers]) -> Callable[[PlainScope], Numbers]:
    """The plain computation of the figure of this name."""
    PLAIN[function.__name__] = function
    return function


def share(found: Iterable[bool]) -> Numbers:
    some = list(found)
    return sum(some), len(some)


def mean(found: Iterable[Any]) -> Numbers:
    some = [Decimal(one) for one in found]
    return sum(some, Decimal(0)), len(some)


@figure
def attendance(of: PlainScope) -> Numbers:
    return share(of.marks)


@figure
def registers_taken(of: PlainScope) -> Numbers:
    return share(of.registers)


@figure
def seats_filled(of: PlainScope) -> Numbers:
    taken = [one for one in of.rows.seated if one.batch_id in of.limited and covers(one, of.period.last)]
    return len(taken), sum(of.limited.values())


@figure
def completed(of: PlainScope) -> Numbers:
    return share(one.status == "completed" for one in of.started)


@figure
def certified(of: PlainScope) -> Numbers:
    holds = {one.enrollment_id for one in of.rows.certificates if one.document.ended_at is None}
    return share(one.pk in holds for one in of.started)


@figure
def satisfaction(of: PlainScope) -> Numbers:
    answers = of.rows.answers
    shown = [three for one in of.closed if len(answers.get(one.pk, ())) >= LEAST for three in answers[one.pk]]
    return mean(points for three in shown for points in (three[1:2] if of.lead else three))


@figure
def response(of: PlainScope) -> Numbers:
    closed = {one.pk for one in of.closed}
    return share(one.answered for one in of.rows.invited if one.round_id in closed)


@figure
def at_risk(of: PlainScope) -> Numbers:
    seated = [one for one in of.rows.seats if one.batch_id in of.batches and one.status in ("active", "on_hold")]
    flagged = {one.enrollment_id for one in of.rows.flags if one.closed_at is None}
    return len({one.student_id for one in seated if one.pk in flagged}), len({one.student_id for one in seated})


@figure
def new_enrollments(of: PlainScope) -> Numbers:
    return sum(one.batch_id in of.batches and of.is_day(one.enrollment_date) for one in of.rows.seats), None


@figure
def waitlisted(of: PlainScope) -> Numbers:
    joined = sum(one.batch_id in of.batches and of.within(one.joined_at) for one in of.rows.waiting)
    return joined, sum(of.limited.values())


@figure
def passed(of: PlainScope) -> Numbers:
    return share(one.verdict == "passed" for one in of.judged)


@figure
def average_mark(of: PlainScope) -> Numbers:
    return mean(one.percent for one in of.judged)


@figure
def average_score(of: PlainScope) -> Numbers:
    return mean(
        one.score * 100 / one.assessment.maximum
        for one in of.rows.scores
        if one.assessment.batch_id in of.batches
        and of.is_day(one.assessment.due_on)
        and one.published_at
        and one.score is not None
        and of.student in (None, one.enrollment.student_id)
    )


@figure
def moved_up(of: PlainScope) -> Numbers:
    return share(went_on for _semester, went_on in of.moves)


@figure
def utilization(of: PlainScope) -> Numbers:
    own = {one.user_id: one.max_active_batches for one in of.rows.profiles}
    usual = of.rows.actor.institution.max_active_batches
    limits = [usual if own.get(pk) is None else own[pk] for pk in of.teachers]
    return sum(map(of.load, of.teachers)), sum(limits)


@figure
def weekly_hours(of: PlainScope) -> Numbers:
    monday = of.rows.today - DAY * (of.rows.today.isoweekday() - 1)
    booked = [
        (one.period.upper - one.period.lower) / timedelta(hours=1)
        for one in of.rows.bookings
        if one.instructor_id in of.teachers and monday <= one.on_date <= monday + DAY * 6
    ]
    return sum(map(Decimal, booked), Decimal(0)), len(of.teachers)


@figure
def mentored(of: PlainScope) -> Numbers:
    return sum(one.ended_at is None for one in of.pairs.values()), len(of.rows.learners)


@figure
def mentoring_held(of: PlainScope) -> Numbers:
    return share(one.outcome == "held" for one in of.met)


@figure
def mentoring_engaged(of: PlainScope) -> Numbers:
    rows = of.rows
    spoke = [one for one in of.met if one.outcome == "held"] + of.of_pairs(rows.said) + of.of_pairs(rows.questions)
    contact = {one.assignment_id for one in spoke + of.of_pairs(rows.questions, "answered_at")}
    return share(pk in contact for pk, _days in of.together)


@figure
def goals_reached(of: PlainScope) -> Numbers:
    return share(one.status == "reached" for one in of.of_pairs(of.rows.goals) if one.status != "dropped")


@figure
def questions_answered(of: PlainScope) -> Numbers:
    return share(one.answered_at is not None for one in of.of_pairs(of.rows.questions))


@figure
def answer_hours(of: PlainScope) -> Numbers:
    answered = of.of_pairs(of.rows.questions, "answered_at")
    since = [max(one.created_at, of.pairs[one.assignment_id].assigned_at) for one in answered]
    return mean((one.answered_at - begin) / timedelta(hours=1) for one, begin in zip(answered, since, strict=True))


@figure
def pair_days(of: PlainScope) -> Numbers:
    return mean(days for _pk, days in of.together)


@figure
def mentoring_progress(of: PlainScope) -> Numbers:
    said = of.of_pairs(of.rows.said)
    return mean(one.progress for one in said) if len(said) >= LEAST_CHECK_INS else (0, 0)
