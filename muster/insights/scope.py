"""What figures are counted over: the batches that somebody manages or teaches, narrowed to a part of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.insights.periods import Period
from muster.institutions.access import Actor


class ScopePart(NamedTuple):
    """A batch, or those days of it that are counted: the ones on which an instructor led it."""

    batch: UUID
    branch: UUID | None
    department: UUID | None
    course: UUID | None
    ends_on: date | None
    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day is counted."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


_COLUMNS = ("branch_id", "department_id", "course_id", "end_date")

# The parts as rows of a statement; `values_of` has what it takes.
PARTS = """unnest(
    %(batches)s::uuid[], %(branches)s::uuid[], %(departments)s::uuid[], %(firsts)s::date[], %(lasts)s::date[]
) AS part(batch_id, branch_id, department_id, first, last)"""


@dataclass(frozen=True)
class Scope:
    """The parts, who asks, and the instructor where all is about one."""

    actor: Actor
    parts: Sequence[ScopePart]
    instructor: UUID | None = None

    @property
    def batches(self) -> list[UUID]:
        return list(dict.fromkeys(part.batch for part in self.parts))

    def on(self, day: date) -> list[UUID]:
        """The batches of which the day is counted."""
        return [part.batch for part in self.parts if part.covers(day)]

    def ended_in(self, period: Period) -> list[UUID]:
        """The batches whose last day is within the period, and is counted."""
        return [
            part.batch
            for part in self.parts
            if part.ends_on and period.first <= part.ends_on <= period.last and part.covers(part.ends_on)
        ]

    def values(self, period: Period) -> dict[str, Any]:
        """What a statement over `PARTS` and between two days takes."""
        return {
            "batches": [part.batch for part in self.parts],
            "branches": [part.branch for part in self.parts],
            "departments": [part.department for part in self.parts],
            "firsts": [part.first for part in self.parts],
            "lasts": [part.last for part in self.parts],
            "institution": self.actor.institution.pk,
            "first": period.first,
            "last": period.last,
        }


def scope_of(actor: Actor, among: Q | None = None) -> Scope:
    """All batches whose students the actor may see, archived ones too, or those of them that meet a condition.

    One statement.
    """
    rows: Any = batches.rows(actor, "roster").filter(among or Q()).exclude(status=Batch.Status.CANCELLED)
    return Scope(actor, [ScopePart(*row) for row in rows.order_by("pk").values_list("pk", *_COLUMNS)])


def scope_of_instructor(actor: Actor, instructor: UUID) -> Scope:
    """The days on which somebody leads or led a batch whose students the actor may see. One statement."""
    seen = batches.rows(actor, "roster").exclude(status=Batch.Status.CANCELLED)
    led = InstructorAssignment.objects.leads().filter(
        institution=actor.institution, instructor=instructor, batch__in=seen.values("pk")
    )
    columns = ("batch_id", *(f"batch__{name}" for name in _COLUMNS), "from_date", "until_date")
    rows: Any = led.order_by("batch_id", "from_date").values_list(*columns)
    return Scope(actor, [ScopePart(*row) for row in rows], instructor)
