"""A batch beside the others of its course: the figures of each over its own days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.core.replica import reads_what_may_lag
from muster.feedback.queries import QUESTIONS
from muster.insights.counts import (
    completion_by_batch,
    results_by_batch,
    rounds_closed,
    satisfaction_by,
    scores_by_batch,
    seats_at_end,
    students_at_risk,
)
from muster.insights.marks import NO_MARKS, BatchMarks, Marks, attendance_counts, marks_of_each
from muster.insights.periods import Period
from muster.insights.queries import BatchFigures
from muster.insights.scope import Scope, ScopePart
from muster.institutions.access import Actor

# The batch and those that began last.
MOST_SIBLINGS = 12
SAYS = gettext_lazy(
    "Batches of the same course that have begun and whose students you may see, the latest first. Each is counted over "
    "its own days, until today or its last one; of longer ones the last year."
)
WEEKS_SAY = gettext_lazy(
    "The line of the siblings: present and late of all their marks together, in the same week of the course. Its first "
    "week is the one with the first day of each batch. Weeks with fewer than 30 marks are skipped."
)
TYPES_SAY = gettext_lazy(
    "Hollow circles are all marks of the siblings together, each over its own days, from 30 marks of a type on."
)


class Sibling(NamedTuple):
    """A batch, and the days over which it is counted."""

    batch: UUID
    code: str
    name: str
    period: Period
    starts_on: date


@dataclass(frozen=True)
class SiblingMarks:
    """The batch, then the others of its course, and the marks of each over its own days."""

    rows: Sequence[Sibling]
    parts: Mapping[UUID, BatchMarks]

    @property
    def own_parts(self) -> BatchMarks:
        """The marks of the batch itself."""
        return self.parts.get(self.rows[0].batch, BatchMarks({}, {}))

    def weeks_of_own(self) -> dict[int, Marks]:
        """The marks of the batch itself by week of the course, 0 for the first."""
        return _by_week_of_course(self.rows[:1], self.parts)

    def weeks_of_others(self) -> dict[int, Marks]:
        """All marks of the others together by week of the course."""
        return _by_week_of_course(self.rows[1:], self.parts)

    def types_of_others(self) -> dict[str, Marks]:
        """All marks of the others together by type of session."""
        found: dict[str, Marks] = {}
        for one in self.rows[1:]:
            for kind, marks in self.parts.get(one.batch, BatchMarks({}, {})).by_type.items():
                found[kind] = found.get(kind, NO_MARKS) + marks
        return found

    def in_week(self, monday: date) -> float | None:
        """What the others came to in the week of their course that this is of the batch's; None of too few marks."""
        marks = self.weeks_of_others().get(week_of_course(self.rows[0].starts_on, monday), NO_MARKS)
        return marks.figure.value if marks.is_enough else None


@dataclass(frozen=True)
class Siblings(SiblingMarks):
    """What each comes to besides."""

    marks: Mapping[UUID, Marks]
    cohorts: BatchFigures


def week_of_course(starts_on: date, monday: date) -> int:
    """Which week of a batch begins on a Monday: 0 for the one with its first day."""
    return (monday - (starts_on - timedelta(days=starts_on.weekday()))).days // 7


def _by_week_of_course(rows: Sequence[Sibling], parts: Mapping[UUID, BatchMarks]) -> dict[int, Marks]:
    found: dict[int, Marks] = {}
    for one in rows:
        for monday, marks in parts.get(one.batch, BatchMarks({}, {})).by_week.items():
            week = week_of_course(one.starts_on, monday)
            found[week] = found.get(week, NO_MARKS) + marks
    return dict(sorted(found.items()))


class SiblingChoice(models.TextChoices):
    """With which siblings a batch is compared, where it isn't one of them."""

    ALL = "", gettext_lazy("All siblings")
    RUNNING = "running", gettext_lazy("Siblings running now")
    NONE = "none", gettext_lazy("No siblings")


_COLUMNS = ("pk", "branch_id", "department_id", "course_id", "end_date", "start_date", "code", "name")


class OfferedSibling(NamedTuple):
    """Another batch of the course that has begun."""

    pk: UUID
    branch: UUID | None
    department: UUID | None
    course: UUID | None
    ends_on: date | None
    starts_on: date
    code: str
    name: str


def offered_siblings(actor: Actor, batch: Batch, today: date) -> list[OfferedSibling]:
    """The others of a batch's course that have begun and whose students the actor may see, the latest first.

    One statement.
    """
    if batch.course_id is None or batch.start_date is None:
        return []
    begun = batches.rows(actor, "roster").filter(course=batch.course_id, start_date__lte=today)
    others: Any = begun.exclude(Q(pk=batch.pk) | Q(status=Batch.Status.CANCELLED)).order_by("-start_date", "pk")
    return [OfferedSibling(*row) for row in others.values_list(*_COLUMNS)[: MOST_SIBLINGS - 1]]


def _chosen_of(offered: Sequence[OfferedSibling], chosen: str, today: date) -> list[OfferedSibling]:
    if chosen == SiblingChoice.ALL:
        return list(offered)
    if chosen == SiblingChoice.NONE:
        return []
    if chosen == SiblingChoice.RUNNING:
        return [one for one in offered if one.ends_on is None or one.ends_on >= today]
    found = [one for one in offered if str(one.pk) == chosen.lower()]
    if not found:
        raise Invalid(
            _("This is none of the batch's siblings. Choose running, none, or one of them by its id."), field="siblings"
        )
    return found


@reads_what_may_lag
def siblings_of(
    actor: Actor, batch: Batch, today: date, offered: Sequence[OfferedSibling], chosen: str = ""
) -> Siblings | None:
    """The batch beside the chosen ones of the offered siblings; None where there are none.

    A constant number of statements, one for each figure of them all. Raises Invalid at `siblings` where the chosen one
    is none of them.
    """
    found = _chosen_of(offered, chosen, today)
    if not found:
        return None
    rows, scope, period = _counted_over(actor, batch, today, found)
    return Siblings(rows, marks_of_each(scope, period), *_figures_of(scope, period))


def marks_beside_siblings(actor: Actor, batch: Batch, today: date) -> SiblingMarks:
    """The marks of a batch that has begun beside those of all its siblings, if there are any. Two statements."""
    rows, scope, period = _counted_over(actor, batch, today, offered_siblings(actor, batch, today))
    return SiblingMarks(rows, marks_of_each(scope, period))


def _counted_over(
    actor: Actor, batch: Batch, today: date, others: Sequence[OfferedSibling]
) -> tuple[list[Sibling], Scope, Period]:
    """The batch and the others, each over its own days."""
    rows, parts = [], []
    for *key, starts_on, code, name in ([getattr(batch, column) for column in _COLUMNS], *others):
        days = Period.of_batch(starts_on, key[-1], today)
        rows.append(Sibling(key[0], code, name, days, starts_on))
        parts.append(ScopePart(*key)._replace(first=days.first, last=days.last))
    return rows, Scope(actor, parts), Period(min(one.period.first for one in rows), today)


def _figures_of(scope: Scope, period: Period) -> tuple[Mapping[UUID, Marks], BatchFigures]:
    """Eight statements. The period reaches until today: a round may close after the last day of its batch."""
    rounds = rounds_closed(scope, period)
    figures = BatchFigures(
        seats_at_end(scope, period.last),
        completion_by_batch(scope, period),
        results_by_batch(scope, period),
        scores_by_batch(scope, period),
        {one.of: one for one in satisfaction_by(rounds, "batch", tuple(QUESTIONS))},
        students_at_risk(scope),
    )
    return attendance_counts(scope, period).by_batch, figures
