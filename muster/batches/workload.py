"""How much instructors carry: batches, hours of this week, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import (
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.utils.translation import gettext_lazy

from muster.accounts.models import User
from muster.batches.models import Batch, BatchMeeting, InstructorAssignment
from muster.batches.permissions import batches
from muster.core.clocks import zone_words
from muster.institutions.access import Actor
from muster.institutions.models import Role, is_from_today
from muster.people.models import InstructorProfile
from muster.people.permissions import instructors
from muster.people.queries import is_here, people_here, with_places
from muster.timetable.models import Booking

DAY = timedelta(days=1)


def still_running(since: date | None = None) -> QuerySet[InstructorAssignment]:
    """Assignments that cover today, by the clock of their batch, or a day to come; or the day or a later one."""
    lasts = is_from_today("until_date", "batch__") if since is None else Q(until_date__gte=since)
    return InstructorAssignment.objects.filter(Q(until_date__isnull=True) | Q(lasts, until_date__gte=F("from_date")))


def load_of_each(institution_id: UUID) -> QuerySet[Any]:
    """`batch_load` as rows of `instructor_id` and `batches`."""
    open_ones = Batch.objects.booking().filter(institution_id=institution_id)
    rows = still_running().filter(institution_id=institution_id, batch__in=open_ones)
    return rows.order_by().values("instructor_id").annotate(batches=Count("batch_id", distinct=True))


def batch_load(institution_id: UUID) -> Mapping[UUID, int]:
    """How many batches, Upcoming or Active, each instructor of the institution is assigned to now or later."""
    return dict(load_of_each(institution_id).values_list("instructor_id", "batches"))


def with_load(actor: Actor, rows: QuerySet[User]) -> QuerySet[User]:
    """People with `load` (batches now or to come), their `limit`, `minutes` booked this week and `next_meeting`."""
    today, now = actor.today(), actor.now()
    monday = today - DAY * (today.isoweekday() - 1)
    assigned = load_of_each(actor.institution.pk).filter(instructor=OuterRef("pk")).values("batches")
    booked = Booking.objects.filter(instructor=OuterRef("pk"), institution=actor.institution)
    length = ExpressionWrapper(F("period__endswith") - F("period__startswith"), DurationField())
    week = (
        booked.filter(on_date__range=(monday, monday + DAY * 6))
        .order_by()
        .values("instructor")
        .annotate(total=Sum(length))
        .values("total")
    )
    own_limit = InstructorProfile.objects.filter(institution=actor.institution, user=OuterRef("pk")).values(
        "max_active_batches"
    )
    coming = (
        booked.filter(on_date__gte=today - DAY, period__endswith__gt=now)
        .order_by("on_date", "period")
        .values(
            one=JSONObject(
                starts=Cast(F("period__startswith"), TextField()),
                zone="meeting__time_zone",
                name="meeting__name",
                seen=Exists(_visible_meetings(actor)),
            )
        )
    )
    return rows.annotate(
        load=Coalesce(Subquery(assigned, output_field=IntegerField()), 0),
        limit=Coalesce(Subquery(own_limit, output_field=IntegerField()), Value(actor.institution.max_active_batches)),
        minutes=Subquery(week, output_field=DurationField()),
        next_meeting=Subquery(coming[:1]),
    )


@dataclass(frozen=True)
class Workload:
    """What an instructor carries: batches that are Upcoming or Active, active enrollments in them, and how long they
    are booked this week, holidays left out. The students of their own are counted by `allocation.queries`."""

    batches: int
    students: int
    minutes: int
    batch_limit: int
    mentee_limit: int

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 2)

    @property
    def utilization(self) -> float | None:
        """Batches as a share of the limit; None where the limit is none at all."""
        return round(self.batches / self.batch_limit, 2) if self.batch_limit else None


def with_students(actor: Actor, rows: QuerySet[User]) -> QuerySet[User]:
    """People with `students`: the active enrollments in the batches that they have now or later."""
    held = still_running().filter(instructor=OuterRef(OuterRef("pk")), institution=actor.institution)
    counted = (
        Batch.objects.booking()
        .filter(institution=actor.institution, pk__in=held.values("batch_id"), enrollments__status="active")
        .order_by()
        .values("institution")
        .annotate(number=Count("enrollments"))
        .values("number")
    )
    return rows.annotate(students=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def workload_of(actor: Actor, person_id: UUID) -> Workload:
    """What one instructor carries now and has ahead."""
    row: Any = with_students(actor, with_load(actor, User.objects.filter(pk=person_id))).get()
    profile = InstructorProfile.objects.filter(institution=actor.institution, user_id=person_id).first()
    mentees = profile.max_mentees if profile else None
    return Workload(
        batches=row.load,
        students=row.students,
        minutes=weekly_minutes(row),
        batch_limit=row.limit,
        mentee_limit=actor.institution.max_mentees if mentees is None else mentees,
    )


@dataclass(frozen=True)
class BookedMeeting:
    """A meeting for which somebody is booked, by its own clock; without its batch for those who may not see that.

    `zone` names the clock where it is not that of the reader.
    """

    starts: datetime
    zone: str
    on_date: date
    batch_id: UUID | None
    code: str


def booked_meetings(actor: Actor, person_id: UUID, first: date, last: date) -> list[BookedMeeting]:
    """What the person is booked for from the first to the last day, holidays left out, in order. One statement."""
    rows = (
        Booking.objects.filter(instructor=person_id, institution=actor.institution, on_date__range=(first, last))
        .annotate(
            the_batch=Case(When(meeting__is_shared=False, then=F("meeting_id"))),
            code=F("meeting__code"),
            zone=F("meeting__time_zone"),
            seen=Exists(_visible_meetings(actor)),
        )
        .order_by("on_date", "period")
        .values_list("period", "on_date", "the_batch", "code", "seen", "zone")
    )
    return [
        BookedMeeting(
            # Without a zone, so that no page turns it to another.
            period.lower.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
            zone_words(ZoneInfo(zone), actor.zone),
            day,
            batch_id if seen else None,
            code if seen or not batch_id else "",
        )
        for period, day, batch_id, code, seen, zone in rows
    ]


def _visible_meetings(actor: Actor) -> QuerySet[BatchMeeting]:
    """The batches of a booking that the actor may see."""
    return BatchMeeting.objects.filter(meeting=OuterRef("meeting"), batch__in=batches.rows(actor).values("pk"))


class InstructorState(models.TextChoices):
    """What an instructor can take on."""

    INACTIVE = "inactive", gettext_lazy("Inactive")
    AT_THE_LIMIT = "at_the_limit", gettext_lazy("At their limit")
    NO_BATCH = "no_batch", gettext_lazy("No batches")
    TEACHING = "teaching", gettext_lazy("Teaching")


def instructor_state(person: Any) -> InstructorState:
    """What a person of `with_load` can take on."""
    if not is_here(person):
        return InstructorState.INACTIVE
    if person.load >= person.limit:
        return InstructorState.AT_THE_LIMIT
    return InstructorState.TEACHING if person.load else InstructorState.NO_BATCH


def instructors_with_load(actor: Actor) -> QuerySet[User]:
    """The instructors that the actor may see, by name, with `number`, their load and their places."""
    rows: QuerySet[User] = instructors.rows(actor, "list", among=people_here(actor, "staff_number"))
    return with_places(actor, with_load(actor, rows), Role.INSTRUCTOR).order_by("full_name__plain", "pk")


def weekly_minutes(person: Any) -> int:
    """Minutes booked this week by a person of `with_load`."""
    return int(person.minutes.total_seconds() // 60) if person.minutes else 0
