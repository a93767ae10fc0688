"""What the home pages gather, each in a number of statements that does not grow with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, Value

from muster.accounts.models import User
from muster.batches.clashes import FreeInstructor, free_leads
from muster.batches.models import Batch, InstructorAssignment, ScheduleSlot, meets
from muster.batches.permissions import batches
from muster.batches.queries import batches_of, taught_by, without_lead
from muster.enrollments.models import Enrollment
from muster.institutions.access import Actor

SOON = timedelta(days=14)
FILLING = timedelta(days=90)
SLOWLY = timedelta(days=30)


@dataclass(frozen=True)
class Trouble:
    """A kind of batch to watch: which they are, and how many of them are shown by name."""

    key: str
    where: Q
    order: tuple[str, ...]
    most: int


def _troubles(actor: Actor) -> list[Trouble]:
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
        Trouble("late", unstaffed & Q(start_date__lte=today) & not_over, ("start_date", "pk"), 3),
        Trouble("unstaffed_soon", unstaffed & to_come & Q(start_date__lte=today + SOON), ("start_date", "pk"), 3),
        Trouble("unstaffed", unstaffed & to_come, ("start_date", "pk"), 5),
        Trouble(
            "slow",
            course & to_come & Q(start_date__lte=today + SLOWLY) & short & ~full,
            ("start_date", "pk"),
            3,
        ),
        Trouble("filling", course & to_come & Q(start_date__lte=today + FILLING) & ~full, ("start_date", "pk"), 5),
        Trouble("full", full, ("-start_date", "pk"), 5),
        Trouble("no_slots", ~Q(Exists(slots)) & not_over & Q(start_date__lte=today + SOON), ("start_date", "pk"), 3),
        Trouble("ending", Q(status=Batch.Status.ACTIVE, end_date__range=(today, today + SOON)), ("end_date", "pk"), 3),
    ]


@dataclass
class Overview:
    """Batches that somebody runs: how many there are of each kind, and the most urgent of each by name."""

    counts: Mapping[str, int]
    shown: Mapping[str, Sequence[Batch]]
    siblings: Mapping[UUID, Batch]
    free_leads: Mapping[UUID, Sequence[FreeInstructor]] = field(default_factory=dict)


def overview_of(actor: Actor) -> Overview:
    """The batches that the actor runs and what is wrong with them. Six statements at most."""
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
    arms = [
        mine.filter(trouble.where)
        .order_by(*trouble.order)
        .annotate(why=Value(trouble.key, CharField()))
        .values_list("why", "pk")[: trouble.most]
        for trouble in troubles
        if counts[trouble.key]
    ]
    named: list[tuple[str, UUID]] = list(arms[0].union(*arms[1:], all=True)) if arms else []
    rows = {
        batch.pk: batch for batch in batches_of(actor, Batch.objects.filter(pk__in={pk for _why, pk in named})) if named
    }
    shown: dict[str, list[Batch]] = {trouble.key: [] for trouble in troubles}
    for why, pk in named:
        if pk in rows:
            shown[why].append(rows[pk])
    for trouble in troubles:
        # A union keeps no order of its arms.
        last = trouble.order[0]
        shown[trouble.key].sort(
            key=lambda batch: (getattr(batch, last.lstrip("-")) or date.max, batch.pk), reverse=last.startswith("-")
        )
    unstaffed = [*shown["late"], *shown["unstaffed_soon"]][:3]
    return Overview(
        counts=counts,
        shown=shown,
        siblings=_open_siblings(actor, shown["full"]),
        free_leads=free_leads(unstaffed, seen_by=actor),
    )


def _open_siblings(actor: Actor, full: Iterable[Batch]) -> dict[UUID, Batch]:
    """By full batch, the next batch of its course that has seats."""
    full = list(full)
    courses = {batch.course_id for batch in full if batch.course_id}
    if not courses:
        return {}
    rows = (
        batches.rows(actor, among=Batch.objects.booking())
        .filter(course_id__in=courses, capacity__gt=F("enrolled_students") + F("seats_offered"))
        .order_by("course_id", "start_date", "pk")
        .distinct("course_id")
    )
    by_course = {batch.course_id: batch for batch in rows}
    return {batch.pk: by_course[batch.course_id] for batch in full if batch.course_id in by_course}


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


def places_of(actor: Actor) -> QuerySet[Enrollment]:
    """The student's own enrollments, what counts now first, with payments and batches in full. Three statements."""
    return (
        Enrollment.objects.filter(student=actor.user, institution=actor.institution)
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
    still = Q(Exists(roles)) | Q(slots__instructor=actor.user) | Q(shared_meetings__slots__instructor=actor.user)
    return (
        batches_of(actor, rows.filter(pk__in=Batch.objects.filter(still).values("pk")))
        .annotate(own_roles=ArraySubquery(roles))
        .order_by("start_date", "name", "pk")
    )
