"""Registers that should be taken and are not, and those that are old enough to be locked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from muster.attendance.models import BatchTally, RegisterChase
from muster.attendance.permissions import registers
from muster.batches.models import Batch, BatchMeeting
from muster.core.models import AuditEntry
from muster.core.subqueries import IsAmong, is_one_of
from muster.enrollments.models import SeatPeriod
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession, Teaching
from muster.timetable.queries import with_teachers

# What is older is no longer asked for: nobody remembers who came.
LOOK_BACK = timedelta(days=60)
# How far a branch may be ahead of its institution.
DAY = timedelta(days=1)
END_OF_DAY = time(23, 59, 59)


def ended_at() -> Any:
    """When a session ends, by the clock of its meeting; one without times ends with its day."""
    end = ExpressionWrapper(F("date") + Coalesce(F("end_time"), Value(END_OF_DAY)), DateTimeField())
    return Func(end, F("meeting__time_zone"), function="muster_moment", output_field=DateTimeField())


def is_taken() -> IsAmong:
    """Whether the register is taken: every learner of it has a mark, as its tallies say (`BatchTally.is_taken`)."""
    return IsAmong(BatchTally.objects.filter(is_taken=True, session=OuterRef("pk")))


def _seated() -> QuerySet[SeatPeriod]:
    met = BatchMeeting.objects.filter(meeting=OuterRef(OuterRef("meeting")), batch__archived_at__isnull=True)
    return SeatPeriod.objects.on(OuterRef("date")).filter(is_one_of("batch", met.values("batch")))


def _of_open_batches() -> Q:
    links = BatchMeeting.objects.filter(batch__archived_at__isnull=True, batch__deleted_at__isnull=True)
    return Q(IsAmong(links.filter(meeting=OuterRef("meeting"))))


def _is_recent(actor: Actor) -> Q:
    """The condition of a session that is asked for at all: its own columns say so, in an index."""
    took_place = ~Q(status=ClassSession.Status.CANCELLED)
    days = Q(date__gte=actor.today() - LOOK_BACK, date__lte=actor.today() + DAY)
    return days & Q(is_locked=False) & took_place


def _is_missing(actor: Actor) -> Q:
    """The condition of a session with `ended`: it is over, and learners who may be marked have no mark."""
    is_over = Q(ended__lt=timezone.now())
    return _is_recent(actor) & ~Q(is_taken()) & Q(IsAmong(_seated())) & _of_open_batches() & is_over


def missing_registers(actor: Actor, rows: QuerySet[ClassSession] | None = None) -> QuerySet[ClassSession]:
    """Sessions that are over, and learners of theirs who have no mark: those that the actor may mark, the latest first.

    One statement. `ended` is when it ended; `staff` says who was to mark (`named_teachers`);
    `chased_at` when they were told.
    """
    found = with_teachers(_missing(actor, registers.rows(actor, "mark") if rows is None else rows))
    return found.annotate(chased_at=F("chase_row__chased_at"))


def missing_days(actor: Actor, batch: Batch) -> list[tuple[UUID, date]]:
    """Which registers of the batch should be taken and are not, each with its day, the latest first. One statement."""
    return list(_missing(actor, batch.sessions).values_list("pk", "date"))


def missing_registers_of(actor: Actor, batch: Batch) -> int:
    """How many registers of the batch should be taken and are not. One statement."""
    return _missing(actor, batch.sessions).count()


def _missing(actor: Actor, rows: QuerySet[ClassSession]) -> QuerySet[ClassSession]:
    return rows.annotate(ended=ended_at()).filter(_is_missing(actor)).order_by("-date", "-start_time", "pk")


@dataclass(frozen=True)
class RegisterState:
    """How far one register is taken."""

    marked: int
    expected: int
    is_locked: bool
    is_taken: bool


@dataclass(frozen=True)
class RegisterStates:
    """Registers by session; how many that the actor could take are not taken, of how many of those nobody was asked
    today, and the latest of them."""

    of: Mapping[UUID, RegisterState]
    missing: int
    unasked: int
    latest_missing: Sequence[ClassSession]


def register_states(actor: Actor, sessions: Collection[UUID], *, most: int = 2) -> RegisterStates:
    """How far the registers of these sessions are taken, and what `missing_registers` counts. One statement."""
    marks = Func(F("present") + F("absent") + F("late") + F("excused"), function="sum")
    asked = Q(pk__in=sessions)
    rows = (
        registers.rows(actor, "mark")
        # Within CASE no index narrows the sessions that there ever were.
        .filter(asked | _is_recent(actor))
        .annotate(ended=ended_at())
        .annotate(
            is_missing=Case(When(_is_missing(actor), True), default=False),
            is_asked=Case(When(asked, True), default=False),
            is_taken=Case(When(is_taken(), True), default=False),
            is_unasked=Case(When(may_be_asked_for(actor), True), default=False),
        )
        .filter(asked | Q(is_missing=True))
        .annotate(
            missing=Window(Count("pk", filter=Q(is_missing=True))),
            unasked=Window(Count("pk", filter=Q(is_missing=True, is_unasked=True))),
            marked=Coalesce(
                Subquery(_single_value(BatchTally.objects.filter(session=OuterRef("pk")), marks), IntegerField()), 0
            ),
            expected=Func(F("meeting_id"), F("date"), function="muster_expected", output_field=IntegerField()),
        )
        .order_by("-is_asked", "-date", "-start_time", "pk")
    )
    found: list[Any] = list(with_teachers(rows)[: len(sessions) + most])
    latest = sorted((row for row in found if row.is_missing), key=lambda row: row.ended, reverse=True)
    return RegisterStates(
        of={
            row.pk: RegisterState(row.marked, row.expected, row.is_locked, row.is_taken)
            for row in found
            if row.is_asked
        },
        missing=found[0].missing if found else 0,
        unasked=found[0].unasked if found else 0,
        latest_missing=latest[:most],
    )


def _single_value(rows: QuerySet[Any], of: Func) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = rows.order_by().annotate(one=of).values("one")
    return found


def may_be_asked_for(actor: Actor) -> Q:
    """The condition of a register that somebody teaches, and of which nobody was reminded today."""
    today = actor.now().replace(hour=0, minute=0, second=0, microsecond=0)
    asked = RegisterChase.objects.filter(session=OuterRef("pk"), chased_at__gte=today)
    # `Teaching` is a view: with EXISTS it would be read as a whole, for all sessions there ever were.
    return Q(IsAmong(Teaching.objects.filter(session=OuterRef("pk")))) & ~Q(IsAmong(asked))


def without_reminder(rows: QuerySet[ClassSession]) -> QuerySet[ClassSession]:
    """Those about which nobody was told yet."""
    return rows.exclude(Exists(RegisterChase.objects.filter(session=OuterRef("pk"))))


def registers_to_lock(actor: Actor, hours: int) -> QuerySet[ClassSession]:
    """Registers that are taken, open, and ended more than so many hours ago.

    One that was unlocked stays open for as many hours again.
    """
    since = timezone.now() - timedelta(hours=hours)
    unlocked = AuditEntry.objects.filter(row_id=OuterRef("pk"), at__gt=since, use_case="unlock_register")
    return (
        ClassSession.objects.filter(institution=actor.institution, is_locked=False, date__lte=actor.today() + DAY)
        .taking_place()
        .filter(is_taken(), _of_open_batches())
        .annotate(ended=ended_at())
        .filter(~Exists(unlocked), ended__lt=since)
        .order_by("date", "pk")
    )
