"""Reads around batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, JSONObject

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment, meets
from muster.batches.permissions import batches, batches_being_taught
from muster.batches.workload import still_running
from muster.core.json_rows import JSONList, ReadJSON
from muster.courses.models import Subject
from muster.institutions.access import Actor, Grant
from muster.institutions.models import (
    Affiliation,
    Institution,
    Role,
    Room,
    is_before_today,
    is_from_today,
    local_today,
)
from muster.timetable.models import ScheduleSlot

DAYS = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def in_full(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """Batches with what every list shows, in one statement: course, branch, department, `lead` and `week`.

    Whoever shows no more of course, branch and department than `course_title`, `branch_name` and `department_name`
    drops them by `select_related(None)`: a quarter of the objects is made then.
    `lead` is who leads today by the clock of the batch, else who is to: `{_id, full_name, email}` or None. `week` is
    the slots, own and shared, in the order of the week.
    """
    return rows.select_related("course", "branch", "department").annotate(
        course_title=F("course__title"),
        branch_name=F("branch__name"),
        department_name=F("department__name"),
        lead=_lead(),
        week=_week(),
    )


# Kept, because making them costs more than running them.
@cache
def _lead() -> Subquery:
    leads = still_running().filter(role=InstructorAssignment.Role.LEAD, batch=OuterRef("pk"))
    person = JSONObject(
        _id=Cast("instructor_id", TextField()),
        full_name="instructor__full_name",
        email="instructor__email",
    )
    return Subquery(leads.order_by("from_date").values(person=person)[:1], output_field=ReadJSON())


@cache
def _week() -> JSONList:
    return JSONList(
        # Joined, and not asked as `meets` does: of an array PostgreSQL expects ten meetings, and reads all there are.
        ScheduleSlot.objects.filter(meeting__batch_links__batch=OuterRef("pk"))
        .order_by("weekday", "start_time")
        .values(
            row=JSONObject(
                slot_id=Cast("pk", TextField()),
                weekday="weekday",
                start_time=Cast("start_time", CharField()),
                end_time=Cast("end_time", CharField()),
                room_id=Cast("room_id", TextField()),
                room="room__name",
                subject_id=Cast("subject_id", TextField()),
                subject="subject__title",
                instructor_id=Cast("instructor_id", TextField()),
                instructor="instructor__full_name",
                shared=Case(When(meeting__is_shared=True, then=Cast("meeting_id", TextField()))),
            )
        )
    )


@dataclass(frozen=True)
class Named:
    """What a week and its staff name by id, as far as the institution has it: active people, rooms, subjects."""

    people: Mapping[Any, User] = field(default_factory=dict)
    rooms: Mapping[Any, Room] = field(default_factory=dict)
    subjects: Mapping[Any, Subject] = field(default_factory=dict)


def named_rows(
    institution: Institution,
    *,
    people: Iterable[UUID | None],
    rooms: Iterable[UUID | None],
    subjects: Iterable[UUID | None],
) -> Named:
    """The rows of these ids. One statement for each kind of which there are any."""
    here = Affiliation.objects.filter(institution=institution, is_active=True)
    return Named(
        _by_id(User.objects.filter(pk__in=here.values("user_id")), people),
        _by_id(Room.objects.filter(institution=institution).select_related("branch"), rooms),
        _by_id(Subject.objects.filter(institution=institution), subjects),
    )


def _by_id(rows: QuerySet[Any], ids: Iterable[UUID | None]) -> dict[UUID, Any]:
    wanted = {pk for pk in ids if pk}
    return {row.pk: row for row in rows.filter(pk__in=wanted)} if wanted else {}


def batches_of(actor: Actor, rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """The given batches in full."""
    return in_full(rows)


def taught_by(instructor_id: UUID) -> Q:
    """Batches with a running or coming assignment of this instructor, or a slot that names them."""
    assigned = InstructorAssignment.objects.filter(instructor_id=instructor_id, batch=OuterRef("pk")).filter(
        Q(until_date__isnull=True) | Q(until_date__gte=F("from_date"))
    )
    slots = ScheduleSlot.objects.filter(meets(OuterRef("pk")), instructor_id=instructor_id)
    return Q(Exists(assigned)) | Q(Exists(slots))


def is_running() -> Q:
    """Batches that are Upcoming or Active, neither archived nor deleted."""
    return Q(status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE), archived_at__isnull=True, deleted_at__isnull=True)


def not_over() -> Q:
    """Batches whose last day is not past."""
    return Q(end_date__isnull=True) | is_from_today("end_date")


def without_lead() -> Q:
    """Running course batches before their end that nobody leads today or is planned to lead later.

    The members of a batch year are taught by the faculty of their subjects.
    """
    leads = still_running().filter(role=InstructorAssignment.Role.LEAD, batch=OuterRef("pk"))
    return Q(~Q(Exists(leads)), kind=Batch.Kind.COURSE) & is_running() & not_over()


# What day it is where the batch meets.
BATCH_TODAY = local_today()
SEATS_HELD = F("enrolled_students") + F("seats_offered")


def is_full() -> Q:
    """Batches without a free seat."""
    return Q(capacity__isnull=False, capacity__lte=SEATS_HELD)


def is_full_now() -> Q:
    """Batches without a free seat that are not over."""
    return is_full() & not_over()


def with_seats_left(spare: Any = 0) -> Q:
    """Batches with a seat beside the spare ones; one without a capacity always has."""
    return Q(capacity__isnull=True) | Q(capacity__gt=SEATS_HELD + spare)


def batches_taught_by(actor: Actor) -> QuerySet[Batch]:
    """Batches that the actor teaches now or later, in full, with `own_roles`, the roles held there. One statement."""
    roles = InstructorAssignment.objects.filter(instructor=actor.user, batch=OuterRef("pk"))
    taught = Batch.objects.booking().filter(batches_being_taught(actor, Grant(Role.INSTRUCTOR)))
    lasting = roles.filter(Q(until_date__isnull=True) | is_from_today("until_date", "batch__"))
    own_roles = ArraySubquery(lasting.values("role"))
    rows = batches_of(actor, batches.rows(actor, among=taught)).annotate(own_roles=own_roles)
    return rows.order_by("start_date", "name__plain", "pk")


# --- what needs whoever runs batches ----------------------------------------------------------------------------------
SOON, SLOWLY, FILLING = 14, 30, 90


@dataclass(frozen=True)
class BatchAlert:
    """A kind of batch to watch, and how many of them are named, the first by this column."""

    where: Q
    most: int
    order: str = "start_date"


def _within(days: int, column: str = "start_date") -> Q:
    """Batches that begin in so many days at most, or have begun."""
    return is_before_today(column, days=days + 1)


def batch_alerts(actor: Actor) -> dict[str, BatchAlert]:
    """What there is to watch, by a word for it."""
    course, to_come, before_end = Q(kind=Batch.Kind.COURSE), is_from_today("start_date", days=1), not_over()
    full = is_full_now()
    short = Q(enrolled_students__lt=actor.institution.advised_size_min)
    no_slots = ~Q(Exists(ScheduleSlot.objects.filter(meets(OuterRef("pk")))))
    ending = Q(status=Batch.Status.ACTIVE) & is_from_today("end_date") & _within(SOON, "end_date")
    return {
        "without_lead": BatchAlert(without_lead(), 8),
        "due": BatchAlert(without_lead() & _within(SOON), 3),
        "slow": BatchAlert(course & to_come & _within(SLOWLY) & short & ~full, 3),
        "filling": BatchAlert(course & to_come & _within(FILLING) & ~full, 5),
        "full": BatchAlert(full, 5, "-start_date"),
        "no_slots": BatchAlert(no_slots & before_end & _within(SOON), 3),
        "ending": BatchAlert(ending, 3, "end_date"),
    }


def run_by(actor: Actor) -> Q:
    """The running batches that the actor manages."""
    return batches.scope(actor, "change") & is_running()


@dataclass(frozen=True)
class BatchOverview:
    """The batches that somebody runs: how many there are of each kind, and the most urgent of each in full.

    A full one has as its `sibling` the next batch of the same course with seats, `{code, seats}`, or None.
    """

    counts: Mapping[str, int]
    shown: Mapping[str, Sequence[Any]]


def overview_of(actor: Actor) -> BatchOverview:
    """The batches that the actor runs and what is wrong with them. Two statements."""
    mine = batches.rows(actor, "change", among=Batch.objects.booking())
    alerts = batch_alerts(actor)
    counts = mine.aggregate(
        all=Count("pk"),
        active=Count("pk", filter=Q(status=Batch.Status.ACTIVE)),
        upcoming=Count("pk", filter=Q(status=Batch.Status.UPCOMING)),
        enrolled=Sum("enrolled_students", default=0),
        seats=Sum("capacity", default=0),
        held=Sum(SEATS_HELD, filter=Q(capacity__isnull=False), default=0),
        **{key: Count("pk", filter=alert.where) for key, alert in alerts.items()},
    )
    first = [
        mine.filter(alert.where).order_by(alert.order, "pk").values("pk")[: alert.most]
        for key, alert in alerts.items()
        if counts[key]
    ]
    rows: list[Any] = []
    if first:
        siblings = (
            batches.rows(actor, among=Batch.objects.booking())
            .filter(course_id=OuterRef("course_id"), capacity__gt=SEATS_HELD)
            .order_by("start_date", "pk")
            .values(one=JSONObject(code="code", seats=F("capacity") - SEATS_HELD))
        )
        among = {f"among_{key}": Case(When(alert.where, True), default=False) for key, alert in alerts.items()}
        named = batches_of(actor, Batch.objects.filter(pk__in=first[0].union(*first[1:])))
        rows = list(named.annotate(sibling=Subquery(siblings[:1]), **among))
        for batch in rows:
            batch.institution = actor.institution

    def most_urgent(key: str, alert: BatchAlert) -> list[Any]:
        column = alert.order.lstrip("-")
        these = [batch for batch in rows if getattr(batch, f"among_{key}")]
        these.sort(key=lambda batch: (getattr(batch, column) or date.max, batch.pk), reverse=alert.order[0] == "-")
        # What another alert brought along may be of this one too, but then it comes after the first.
        return these[: alert.most]

    return BatchOverview(counts, {key: most_urgent(key, alert) for key, alert in alerts.items()})


class BatchPhase:
    """Where a batch stands in its life, as shown to people."""

    PLANNING, ENROLLMENT, ACTIVE, COMPLETION, CLOSED = "planning", "enrollment", "active", "completion", "closed"
    IN_ORDER = (PLANNING, ENROLLMENT, ACTIVE, COMPLETION, CLOSED)


def with_phase(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    """The batches with `phase`, as `phase_of` says it of `in_full`; a test holds both together."""
    leads = still_running().filter(role=InstructorAssignment.Role.LEAD, batch=OuterRef("pk"))
    is_planned = Q(Exists(leads)) & Q(Exists(ScheduleSlot.objects.filter(meets(OuterRef("pk")))))
    return rows.annotate(
        phase=Case(
            When(Q(archived_at__isnull=False) | Q(status=Batch.Status.CANCELLED), Value(BatchPhase.CLOSED)),
            When(status=Batch.Status.COMPLETED, then=Value(BatchPhase.COMPLETION)),
            When(status=Batch.Status.ACTIVE, then=Value(BatchPhase.ACTIVE)),
            When(is_planned, Value(BatchPhase.ENROLLMENT)),
            default=Value(BatchPhase.PLANNING),
            output_field=CharField(),
        )
    )


def phase_of(batch: Batch, *, has_lead: bool, has_slots: bool) -> str:
    """The phase of a batch: planned until it is staffed and scheduled, in completion until it is archived."""
    if batch.is_archived or batch.status == Batch.Status.CANCELLED:
        return BatchPhase.CLOSED
    if batch.status == Batch.Status.COMPLETED:
        return BatchPhase.COMPLETION
    if batch.status == Batch.Status.ACTIVE:
        return BatchPhase.ACTIVE
    return BatchPhase.ENROLLMENT if has_lead and has_slots else BatchPhase.PLANNING
