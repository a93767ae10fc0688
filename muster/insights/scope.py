"""What figures are counted over: the batches that somebody manages or teaches, narrowed to a part of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from muster.batches.models import Batch, InstructorAssignment
from muster.batches.permissions import batches
from muster.insights.periods import Period
from muster.insights.permissions import analytics
from muster.institutions.access import Actor
from muster.oversight.models import AccessBatch
from muster.oversight.permissions import grants_in_force


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
    """The parts, who asks, and the instructor where all is about one. Of what is granted there is attendance alone."""

    actor: Actor
    parts: Sequence[ScopePart]
    instructor: UUID | None = None
    is_granted: bool = False

    @property
    def batches(self) -> list[UUID]:
        return list(dict.fromkeys(part.batch for part in self.parts))

    def on(self, day: date) -> list[UUID]:
        """The batches of which the day is counted."""
        return [part.batch for part in self.parts if part.covers(day)]

    def days(self, batch: str, day: str) -> Q:
        """Rows with this batch, of its days that are counted, as a condition on two of their columns."""
        if all(part.first is None and part.last is None for part in self.parts):
            return Q(**{f"{batch}__one_of": self.batches})
        found = Q(pk__in=[])
        for part in self.parts:
            bounds = {f"{day}__gte": part.first, f"{day}__lte": part.last}
            found |= Q(**{batch: part.batch}, **{name: value for name, value in bounds.items() if value})
        return found

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

    Of who sees no students, the days of the batches whose registers are granted to them. At most three statements.
    """
    if not batches.may(actor, "roster"):
        return _granted_scope(actor, among or Q())
    rows: Any = batches.rows(actor, "roster").filter(among or Q()).exclude(status=Batch.Status.CANCELLED)
    return Scope(actor, [ScopePart(*row) for row in rows.order_by("pk").values_list("pk", *_COLUMNS)])


def scope_of_batch(actor: Actor, batch: Batch) -> Scope:
    """One batch, of which the caller knows that the actor may see its students. No statement."""
    is_counted = batch.status != Batch.Status.CANCELLED
    return Scope(actor, [ScopePart(batch.pk, *(getattr(batch, name) for name in _COLUMNS))] if is_counted else [])


def _granted_scope(actor: Actor, among: Q) -> Scope:
    grants = list(grants_in_force(actor).order_by("first_date"))
    named: dict[UUID, set[UUID]] = defaultdict(set)
    for access, batch in AccessBatch.objects.filter(access__in=[one.pk for one in grants]).values_list(
        "access", "batch"
    ):
        named[batch].add(access)
    rows: Any = analytics.rows(actor).filter(among).exclude(status=Batch.Status.CANCELLED)
    parts: list[ScopePart] = []
    for row in rows.order_by("pk").values_list("pk", *_COLUMNS):
        own = [one for one in grants if one.all_batches or one.pk in named[row[0]]]
        spans = _join_spans((one.first_date, one.last_date) for one in own)
        parts += [ScopePart(*row)._replace(first=first, last=last) for first, last in spans]
    return Scope(actor, parts, is_granted=True)


def _join_spans(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The spans, in their order, with those that overlap made one: no day twice."""
    found: list[tuple[date, date]] = []
    for first, last in spans:
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def scope_of_instructor(actor: Actor, instructor: UUID) -> Scope:
    """The days on which somebody leads or led a batch whose students the actor may see. One statement."""
    seen = batches.rows(actor, "roster").exclude(status=Batch.Status.CANCELLED)
    led = InstructorAssignment.objects.leads().filter(
        institution=actor.institution, instructor=instructor, batch__in=seen.values("pk")
    )
    columns = ("batch_id", *(f"batch__{name}" for name in _COLUMNS), "from_date", "until_date")
    rows: Any = led.order_by("batch_id", "from_date").values_list(*columns)
    return Scope(actor, [ScopePart(*row) for row in rows], instructor)
