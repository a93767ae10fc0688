"""How a learner's attendance stands, and what of the sessions to come may still be missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import F, Func, IntegerField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Left, Now
from django.db.models.lookups import GreaterThan

from muster.attendance.queries.missing import ended_at
from muster.attendance.queries.percent import marks_of_seat, percent_of
from muster.batches.models import meets
from muster.enrollments.models import Enrollment
from muster.enrollments.queries import enrollments_in_full
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession
from muster.timetable.queries import SESSION_TODAY


@dataclass(frozen=True)
class AttendanceProjection:
    """Marks by their letters, the oldest first, the sessions still to come, and the percentage that is asked for."""

    letters: str
    to_come: int
    minimum: int

    @property
    def came(self) -> int:
        """Late counts as coming."""
        return self.letters.count("P") + self.letters.count("L")

    @property
    def counted(self) -> int:
        """Excused does not count."""
        return self.came + self.letters.count("A")

    @property
    def percent(self) -> float | None:
        return percent_of(present=self.came, late=0, absent=self.letters.count("A"))

    @property
    def may_miss(self) -> int | None:
        """How many of the sessions to come may be missed; None where coming to all of them is not enough."""
        # Rounded up in whole numbers.
        needed = -(-self.minimum * (self.counted + self.to_come) // 100) - self.came
        return None if needed > self.to_come else min(self.to_come, self.to_come - needed)

    @property
    def best(self) -> float | None:
        """The percentage when nothing is missed any more."""
        return percent_of(present=self.came + self.to_come, late=0, absent=self.letters.count("A"))


def sessions_to_come(batch: Any) -> QuerySet[ClassSession]:
    """The sessions of a batch that are neither over, marked nor cancelled."""
    ahead = ClassSession.objects.filter(meets(batch), status=ClassSession.Status.SCHEDULED)
    return ahead.filter(GreaterThan(ended_at(), Now()), date__gte=SESSION_TODAY)


def with_projection(rows: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """The enrollments with `letters` and `to_come`, as `AttendanceProjection` takes them, in the same statement."""
    marks = (
        marks_of_seat()
        .values(of=F("batch"))
        .annotate(
            letters=StringAgg(
                Left("status", 1, output_field=TextField()),
                "",
                order_by=("record_date", F("start_time").asc(nulls_first=True), "pk"),
                output_field=TextField(),
            )
        )
    )
    ahead = sessions_to_come(OuterRef("batch_id")).order_by().annotate(number=Func(F("pk"), function="count"))
    return rows.annotate(
        letters=Coalesce(Subquery(marks.values("letters"), TextField()), Value("", TextField())),
        to_come=Subquery(ahead.values("number"), IntegerField()),
    )


def own_enrollments(actor: Actor) -> QuerySet[Enrollment]:
    """The actor's own enrollments, the latest first, in full, with payments and what `with_projection` tells. Three
    statements."""
    own = Enrollment.objects.filter(student=actor.user, institution=actor.institution)
    return enrollments_in_full(actor, with_projection(own)).prefetch_related("payments")
