"""Reads around batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, When
from django.db.models.functions import Cast, JSONObject

from muster.accounts.models import User
from muster.batches.models import Batch, InstructorAssignment, meets
from muster.core.json_rows import JSONList, ReadJSON
from muster.courses.models import Subject
from muster.institutions.access import Actor
from muster.institutions.models import Affiliation, Institution, Room
from muster.timetable.models import ScheduleSlot

DAYS = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def in_full(rows: QuerySet[Batch], today: date) -> QuerySet[Batch]:
    """Batches with what every list shows, in one statement: course, branch, department, `lead` and `week`.

    Whoever shows no more of course, branch and department than `course_title`, `branch_name` and `department_name`
    drops them by `select_related(None)`: a quarter of the objects is made then.
    `lead` is the lead of today, else the next one planned: `{_id, full_name, email}` or None. `week` is the slots, own
    and shared, in the order of the week.
    """
    return rows.select_related("course", "branch", "department").annotate(
        course_title=F("course__title"),
        branch_name=F("branch__name"),
        department_name=F("department__name"),
        lead=_lead(today),
        week=_week(),
    )


# Kept, because making them costs more than running them; another day has other leads.
@lru_cache(64)
def _lead(today: date) -> Subquery:
    leads = InstructorAssignment.objects.leads().filter(batch=OuterRef("pk")).exclude(until_date__lt=today)
    person = JSONObject(
        _id=Cast("instructor_id", TextField()),
        full_name="instructor__full_name",
        email="instructor__email",
    )
    return Subquery(leads.order_by("from_date").values(person=person)[:1], output_field=ReadJSON())


@cache
def _week() -> JSONList:
    return JSONList(
        ScheduleSlot.objects.filter(meets(OuterRef("pk")))
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
    """The given batches in full, as of the institution's today."""
    return in_full(rows, actor.today())


def taught_by(instructor_id: UUID) -> Q:
    """Batches with a running or coming assignment of this instructor, or a slot that names them."""
    assigned = InstructorAssignment.objects.filter(instructor_id=instructor_id, batch=OuterRef("pk")).filter(
        Q(until_date__isnull=True) | Q(until_date__gte=F("from_date"))
    )
    slots = ScheduleSlot.objects.filter(meets(OuterRef("pk")), instructor_id=instructor_id)
    return Q(Exists(assigned)) | Q(Exists(slots))


def without_lead(today: date) -> Q:
    """Batches that nobody leads today or is planned to lead later."""
    leads = InstructorAssignment.objects.leads().filter(batch=OuterRef("pk")).exclude(until_date__lt=today)
    return ~Q(Exists(leads))


class BatchPhase:
    """Where a batch stands in its life, as shown to people."""

    PLANNING, ENROLLMENT, ACTIVE, COMPLETION, CLOSED = "planning", "enrollment", "active", "completion", "closed"
    IN_ORDER = (PLANNING, ENROLLMENT, ACTIVE, COMPLETION, CLOSED)


def phase_of(batch: Batch, *, has_lead: bool, has_slots: bool) -> str:
    """The phase of a batch: planned until it is staffed and scheduled, in completion until it is archived."""
    if batch.is_archived or batch.status == Batch.Status.CANCELLED:
        return BatchPhase.CLOSED
    if batch.status == Batch.Status.COMPLETED:
        return BatchPhase.COMPLETION
    if batch.status == Batch.Status.ACTIVE:
        return BatchPhase.ACTIVE
    return BatchPhase.ENROLLMENT if has_lead and has_slots else BatchPhase.PLANNING


def seats_in_use(batch: Batch) -> int:
    """Those who have seats, or had them when the batch was completed."""
    return batch.enrolled_students if batch.attended_count is None else batch.attended_count
