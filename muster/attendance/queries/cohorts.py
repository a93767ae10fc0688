"""Batches by what their registers come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, JSONObject, Now
from django.db.models.lookups import LessThan

from muster.attendance.models import BatchTally, CountedMark
from muster.attendance.queries.missing import DAY, LOOK_BACK, ended_at
from muster.attendance.queries.percent import COUNTED, TALLY_SUMS, percent_of
from muster.batches.models import Batch, InstructorAssignment, meets
from muster.batches.workload import still_running
from muster.enrollments.models import SeatPeriod
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.queries import SESSION_TODAY


@dataclass(frozen=True)
class Progress:
    """How far a batch has come, and how its learners came: sessions that are cancelled count nowhere."""

    # All sessions there are, those whose day has come, those whose register is taken, and those of the last weeks
    # whose register is not, though there were learners.
    sessions: int
    past: int
    taken: int
    missing: int
    rate: float | None


def _sessions() -> QuerySet[ClassSession, Any]:
    """Those of the batch outside that take place, as one group."""
    return ClassSession.objects.filter(meets(OuterRef("pk"))).taking_place().order_by().values(of=Value(1))


def with_session_numbers(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """The batches with how many sessions there are, and how many of them to date: what `sessions_to_date` reads."""
    numbers = JSONObject(all=Count("pk"), past=Count("pk", filter=Q(date__lte=SESSION_TODAY)))
    return rows.annotate(session_numbers=Subquery(_sessions().annotate(numbers=numbers).values("numbers")))


def sessions_to_date(batch: Batch) -> tuple[int, int]:
    """How many sessions of a batch that came through `with_session_numbers` have had their day, of how many."""
    numbers: Any = batch.session_numbers or {"all": 0, "past": 0}  # type: ignore[attr-defined]
    return numbers["past"], numbers["all"]


def cohorts_of(actor: Actor, rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """The batches with their registers summed up, in one statement: what `progress_of` and `facilitators_of` read."""
    today = actor.today()
    tallies = (
        BatchTally.objects.filter(batch=OuterRef("pk"))
        .exclude(session__status=ClassSession.Status.CANCELLED)
        .order_by()
        .values(of=F("batch"))
    )
    open_registers = (
        _sessions()
        .filter(LessThan(ended_at(), Now()), date__range=(today - LOOK_BACK, today + DAY), is_locked=False)
        .filter(~Exists(BatchTally.objects.filter(is_taken=True, session=OuterRef("pk"))))
        .filter(Exists(SeatPeriod.objects.filter(batch=OuterRef(OuterRef("pk"))).on(OuterRef("date"))))
    )
    daily = CountedMark.objects.filter(session__isnull=True, batch=OuterRef("pk")).order_by().values(of=F("batch"))
    staff = (
        still_running()
        .filter(batch=OuterRef("pk"))
        .order_by("from_date", "created_at")
        .values(
            person=JSONObject(
                _id=Cast("instructor_id", TextField()),
                full_name="instructor__full_name",
                email="instructor__email",
                role="role",
            )
        )
    )
    return with_session_numbers(rows.select_related("course")).annotate(
        staff=ArraySubquery(staff),
        missing_number=Subquery(open_registers.annotate(number=Count("pk")).values("number")),
        tally_numbers=Subquery(
            tallies.annotate(numbers=JSONObject(taken=Count("pk", filter=Q(is_taken=True)), **TALLY_SUMS)).values(
                "numbers"
            )
        ),
        daily_numbers=Subquery(
            daily.annotate(
                numbers=JSONObject(**{mark.value.lower(): Count("pk", filter=Q(status=mark)) for mark in COUNTED})
            ).values("numbers")
        ),
    )


def progress_of(batch: Batch) -> Progress:
    """The progress of a batch that came through `cohorts_of`."""
    full: Any = batch
    past, sessions = sessions_to_date(batch)
    tallies = full.tally_numbers or {"taken": 0}
    daily = full.daily_numbers or {}
    sums = {name: (tallies.get(name) or 0) + (daily.get(name) or 0) for name in TALLY_SUMS}
    missing = 0 if batch.is_archived else full.missing_number or 0
    return Progress(sessions, past, tallies["taken"], missing, percent_of(**sums))


def facilitators_of(batch: Batch) -> list[dict[str, Any]]:
    """Who teaches the batch now or will, each once, the lead first."""
    order = {role: place for place, role in enumerate(InstructorAssignment.Role.values)}
    found: dict[str, dict[str, Any]] = {}
    for one in sorted(batch.staff, key=lambda one: order[one["role"]]):  # type: ignore[attr-defined]
        found.setdefault(one["_id"], {name: one[name] for name in ("_id", "full_name", "email")})
    return list(found.values())
