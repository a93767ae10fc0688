"""What the home pages gather, each in a number of statements that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import JSONObject

from muster.accounts.models import User
from muster.attendance.models import CorrectionRequest
from muster.attendance.permissions import corrections
from muster.attendance.queries.projection import with_projection
from muster.batches.clashes import FreeInstructor, free_leads
from muster.batches.models import Batch, InstructorAssignment, meets
from muster.batches.permissions import batches
from muster.batches.queries import batches_of, taught_by, without_lead
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.notifications.queries import inbox_of, unread_of
from muster.timetable.models import ScheduleSlot


@dataclass(frozen=True)
class HeaderCounts:
    """What the frame of a page counts for its reader."""

    unread: int = 0
    requests: int = 0


def _number(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, inside another statement."""
    counted = Func(F("pk"), function="count", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=counted).values("number"))


def header_counts(actor: Actor) -> HeaderCounts:
    """Notices that the actor has not read, and requests that they have to decide. One statement."""
    if not corrections.may(actor, "decide"):
        return HeaderCounts(unread_of(actor))
    waiting = corrections.rows(actor, "decide").filter(status=CorrectionRequest.Status.PENDING)
    return HeaderCounts(
        *Institution.objects.filter(pk=actor.institution.pk)
        .values_list(_number(inbox_of(actor, unread=True)), _number(waiting))
        .get()
    )


SOON = timedelta(days=14)
FILLING = timedelta(days=90)
SLOWLY = timedelta(days=30)


@dataclass(frozen=True)
class BatchAlert:
    """A kind of batch to watch: which they are, and how many of them are shown by name."""

    key: str
    where: Q
    order: tuple[str, ...]
    most: int


def _troubles(actor: Actor) -> list[BatchAlert]:
    today = actor.today()
    course = Q(kind=Batch.Kind.COURSE)
    unstaffed = course & without_lead(today)
    not_over = Q(end_date__gte=today) | Q(end_date__isnull=True)
    held = F("enrolled_students") + F("seats_offered")
    full = Q(capacity__isnull=False, capacity__lte=held) & not_over
    to_come = Q(start_date__gt=today)
    slots = ScheduleSlot.objects.filter(meets(OuterRef("pk")))
    short = Q(enrolled_students__lt=actor.institution.advised_size_min)
    return [
        BatchAlert("late", unstaffed & Q(start_date__lte=today) & not_over, ("start_date", "pk"), 3),
        BatchAlert("unstaffed_soon", unstaffed & to_come & Q(start_date__lte=today + SOON), ("start_date", "pk"), 3),
        BatchAlert("unstaffed", unstaffed & to_come, ("start_date", "pk"), 5),
        BatchAlert(
            "slow",
            course & to_come & Q(start_date__lte=today + SLOWLY) & short & ~full,
            ("start_date", "pk"),
            3,
        ),
        BatchAlert("filling", course & to_come & Q(start_date__lte=today + FILLING) & ~full, ("start_date", "pk"), 5),
        BatchAlert("full", full, ("-start_date", "pk"), 5),
        BatchAlert("no_slots", ~Q(Exists(slots)) & not_over & Q(start_date__lte=today + SOON), ("start_date", "pk"), 3),
        BatchAlert(
            "ending", Q(status=Batch.Status.ACTIVE, end_date__range=(today, today + SOON)), ("end_date", "pk"), 3
        ),
    ]


@dataclass(frozen=True)
class Sibling:
    """The next batch of the same course that has seats."""

    code: str
    seats: int


@dataclass
class Overview:
    """Batches that somebody runs: how many there are of each kind, and the most urgent of each by name."""

    counts: Mapping[str, int]
    shown: Mapping[str, Sequence[Batch]]
    siblings: Mapping[UUID, Sibling]
    free_leads: Mapping[UUID, Sequence[FreeInstructor]] = field(default_factory=dict)


def overview_of(actor: Actor) -> Overview:
    """The batches that the actor runs and what is wrong with them. Four statements at most."""
    mine = batches.rows(actor, "change", among=Batch.objects.booking())
    troubles = _troubles(actor)
    counts = mine.aggregate(
        all=Count("pk"),
        active=Count("pk", filter=Q(status=Batch.Status.ACTIVE)),
        upcoming=Count("pk", filter=Q(status=Batch.Status.UPCOMING)),
        enrolled=Sum("enrolled_students", default=0),
        seats=Sum("capacity", default=0),
        held=Sum(F("enrolled_students") + F("seats_offered"), filter=Q(capacity__isnull=False), default=0),
        **{trouble.key: Count("pk", filter=trouble.where) for trouble in troubles},
    )
    first = [
        mine.filter(trouble.where).order_by(*trouble.order).values("pk")[: trouble.most]
        for trouble in troubles
        if counts[trouble.key]
    ]
    rows = list(_batches_by_name(actor, troubles, first)) if first else []
    shown: dict[str, list[Batch]] = {}
    for trouble in troubles:
        these = [batch for batch in rows if getattr(batch, f"among_{trouble.key}")]
        these.sort(key=partial(_place, trouble.order[0].lstrip("-")), reverse=trouble.order[0].startswith("-"))
        # What another trouble brought along may be of this one too, but then it comes after the first.
        shown[trouble.key] = these[: trouble.most]
    unstaffed = [*shown["late"], *shown["unstaffed_soon"]][:3]
    return Overview(
        counts=counts,
        shown=shown,
        siblings={batch.pk: Sibling(**batch.sibling) for batch in shown["full"] if batch.sibling},  # type: ignore[attr-defined]
        free_leads=free_leads(unstaffed, seen_by=actor),
    )


def _place(column: str, batch: Batch) -> tuple[date, UUID]:
    return (getattr(batch, column) or date.max, batch.pk)


def _batches_by_name(
    actor: Actor, troubles: Sequence[BatchAlert], first: Sequence[QuerySet[Any, Any]]
) -> QuerySet[Batch]:
    """The batches that are first in some trouble, in full, with `among_<trouble>` and `sibling`. One statement."""
    open_ones = (
        batches.rows(actor, among=Batch.objects.booking())
        .filter(course_id=OuterRef("course_id"), capacity__gt=F("enrolled_students") + F("seats_offered"))
        .order_by("start_date", "pk")
    )
    seats = F("capacity") - F("enrolled_students") - F("seats_offered")
    return batches_of(actor, Batch.objects.filter(pk__in=first[0].union(*first[1:]))).annotate(
        sibling=Subquery(open_ones.values(one=JSONObject(code="code", seats=seats))[:1]),
        **{f"among_{trouble.key}": Case(When(trouble.where, True), default=False) for trouble in troubles},
    )


def offered_to(actor: Actor, *, most: int = 12) -> QuerySet[Batch]:
    """Course batches with a seat for the student, the soonest first, in full; none of a course they are in."""
    mine = Enrollment.objects.current().filter(student=actor.user, institution=actor.institution)
    # The same spare seats that the rule keeps from those who enroll themselves.
    spare = (F("capacity") * actor.institution.seat_buffer_percent + 99) / 100
    rows = (
        batches.rows(actor, among=Batch.objects.booking())
        .filter(
            kind=Batch.Kind.COURSE,
            end_date__gte=actor.today(),
            capacity__gt=F("enrolled_students") + F("seats_offered") + spare,
        )
        .exclude(pk__in=mine.filter(batch__isnull=False).values("batch_id"))
        .exclude(course_id__in=mine.filter(course__isnull=False).values("course_id"))
        .order_by("start_date", "name", "pk")
    )
    return batches_of(actor, rows)[:most]


def current_enrollments_of(actor: Actor) -> QuerySet[Enrollment]:
    """The student's own enrollments, what counts now first, with payments, batches in full and what
    `with_projection` tells. Three statements.
    """
    return (
        with_projection(Enrollment.objects.filter(student=actor.user, institution=actor.institution), actor.today())
        .select_related("course")
        .prefetch_related(Prefetch("batch", batches_of(actor, Batch.objects.all())), "payments")
        .order_by("-created_at", "pk")
    )


def batches_taught_by(actor: Actor) -> QuerySet[Batch]:
    """Batches that the actor teaches now or later, in full, with the roles held there. One statement."""
    today = actor.today()
    roles = (
        InstructorAssignment.objects.filter(instructor=actor.user, batch=OuterRef("pk"))
        .exclude(until_date__lt=today)
        .values("role")
    )
    rows = batches.rows(actor, among=Batch.objects.booking()).filter(taught_by(cast("User", actor.user).pk))
    still = Q(Exists(roles)) | Q(meetings__slots__instructor=actor.user)
    return (
        batches_of(actor, rows.filter(pk__in=Batch.objects.filter(still).values("pk")))
        .annotate(own_roles=ArraySubquery(roles))
        .order_by("start_date", "name", "pk")
    )
