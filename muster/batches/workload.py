"""How much instructors carry: batches, hours of this week, and what comes next."""

from __future__ import annotations

from datetime import date, timedelta

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

from muster.accounts.models import User
from muster.batches.models import Batch, Booking, InstructorAssignment
from muster.batches.permissions import batches
from muster.institutions.access import Actor
from muster.institutions.models import Holiday

DAY = timedelta(days=1)


def still_running(today: date) -> QuerySet[InstructorAssignment]:
    """Assignments that cover today or a day to come."""
    return InstructorAssignment.objects.exclude(until_date__lt=today).filter(
        Q(until_date__isnull=True) | Q(until_date__gte=F("from_date"))
    )


def with_load(actor: Actor, rows: QuerySet[User]) -> QuerySet[User]:
    """People with `load` (batches now or to come), `minutes` booked this week and `next_meeting`."""
    today, now = actor.today(), actor.now()
    monday = today - DAY * (today.isoweekday() - 1)
    assigned = (
        still_running(today)
        .filter(
            instructor=OuterRef("pk"),
            institution=actor.institution,
            batch__status__in=(Batch.Status.UPCOMING, Batch.Status.ACTIVE),
            batch__archived_at__isnull=True,
            batch__deleted_at__isnull=True,
        )
        .order_by()
        .values("instructor")
        .annotate(number=Count("batch_id", distinct=True))
        .values("number")
    )
    booked = Booking.objects.filter(instructor=OuterRef("pk"), institution=actor.institution)
    length = ExpressionWrapper(F("period__endswith") - F("period__startswith"), DurationField())
    week = (
        booked.filter(on_date__range=(monday, monday + DAY * 6))
        .order_by()
        .values("instructor")
        .annotate(total=Sum(length))
        .values("total")
    )
    holiday = Holiday.objects.filter(
        Q(branch__isnull=True) | Q(branch=OuterRef("slot__batch__branch_id")),
        institution=actor.institution,
        start_date__lte=OuterRef("on_date"),
        end_date__gte=OuterRef("on_date"),
    )
    seen = batches.rows(actor).values("pk")
    coming = (
        booked.filter(on_date__gte=today - DAY, period__endswith__gt=now)
        .exclude(Exists(holiday))
        .order_by("on_date", "period")
        .values(
            one=JSONObject(
                starts=Cast(F("period__startswith"), TextField()),
                name=Coalesce("slot__batch__name", "slot__shared_meeting__name"),
                seen=Case(
                    When(slot__batch__in=seen, then=Value(True)),
                    When(slot__shared_meeting__batches__in=seen, then=Value(True)),
                    default=Value(False),
                ),
            )
        )
    )
    return rows.annotate(
        load=Coalesce(Subquery(assigned, output_field=IntegerField()), 0),
        minutes=Subquery(week, output_field=DurationField()),
        next_meeting=Subquery(coming[:1]),
    )
