"""What the registers of the classes that somebody leads come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from muster.accounts.models import User
from muster.attendance.models import HAS_MARKS, BatchTally
from muster.attendance.queries.percent import TALLY_SUMS, percent_of
from muster.batches.models import InstructorAssignment
from muster.batches.permissions import batches
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession

# How far back one looks.
LOOK_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Performance:
    """How many registers were taken of the classes that somebody led within the year, and the attendance in them."""

    registers: int
    attendance: float | None


def with_performance(actor: Actor, rows: QuerySet[User]) -> QuerySet[User]:
    """People with what `performance_of` reads, in the same statement: over the batches that the actor may see."""
    led = InstructorAssignment.objects.leads().filter(
        Q(until_date__isnull=True) | Q(until_date__gte=OuterRef("session__date")),
        instructor=OuterRef(OuterRef("pk")),
        batch=OuterRef("batch"),
        from_date__lte=OuterRef("session__date"),
    )
    tallies = (
        BatchTally.objects.filter(
            HAS_MARKS,
            Exists(led),
            institution=actor.institution,
            batch__in=batches.rows(actor).values("pk"),
            session__date__gte=actor.today() - LOOK_BACK,
            session__date__lte=Func(F("session__meeting__time_zone"), function="muster_today"),
        )
        .exclude(session__status=ClassSession.Status.CANCELLED)
        .order_by()
        .values(of=F("institution"))
        .annotate(numbers=JSONObject(registers=Count("session", filter=Q(is_taken=True), distinct=True), **TALLY_SUMS))
    )
    return rows.annotate(register_numbers=Subquery(tallies.values("numbers")))


def performance_of(person: User) -> Performance:
    """The performance of somebody who came through `with_performance`."""
    full: Any = person
    numbers = full.register_numbers or {}
    return Performance(numbers.get("registers", 0), percent_of(**{name: numbers.get(name, 0) for name in TALLY_SUMS}))
