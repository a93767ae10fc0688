"""What is told of one batch besides its figures: how each student attends, scores, siblings and what they say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from muster.assessment.models import Assessment, AssessmentMark
from muster.assessment.permissions import assessments
from muster.assessment.queries import MarkStatistics, marks_sheet_of, statistics_of_marks
from muster.batches.models import Batch
from muster.core.errors import Invalid
from muster.core.replica import reads_what_may_lag
from muster.courses.queries import minimum_attendance_of
from muster.feedback.queries import FeedbackFigures
from muster.insights.low import LowStudent, low_students
from muster.insights.marks import NO_MARKS, Marks
from muster.insights.periods import Period
from muster.insights.ratings import ratings_of_batch, ratings_table
from muster.insights.scope import Scope
from muster.insights.siblings import OfferedSibling, Siblings, offered_siblings, siblings_of
from muster.insights.students import MarkedStudent, attendance_by_student, students_table
from muster.insights.tables import PERCENT, FigureColumn, FigureRow, FigureTable, siblings_table
from muster.institutions.access import Actor
from muster.timetable.models import ClassSession


@dataclass(frozen=True)
class BatchInsight:
    """How each student attends, which of them are below the minimum and why, the scores of one assessment, if the
    reader may see any, the siblings, if there are any, and the ratings, as far as they are shown."""

    students: Sequence[MarkedStudent]
    minimum: int
    low: Sequence[LowStudent]
    assessment: Assessment | None
    statistics: MarkStatistics | None
    siblings: Siblings | None
    ratings: FeedbackFigures

    @property
    def tables(self) -> Mapping[str, FigureTable]:
        """What stands behind them, by their keys."""
        made = [students_table(self.students)] if self.students else []
        made += [_scores_table(self.assessment, self.statistics)] if self.assessment and self.statistics else []
        made += [ratings_table(self.ratings)] if self.ratings.ratings else []
        if self.siblings:
            beside = (_sibling_weeks(self.siblings), _sibling_types(self.siblings))
            made += [*(table for table in beside if table.rows), siblings_table(self.siblings)]
        return {table.key: table for table in made}


class BatchOffer(NamedTuple):
    """What there is to choose from: the assessment whose scores are told, and the batches to compare with."""

    scored: Sequence[Assessment]
    siblings: Sequence[OfferedSibling]


def offered_for(actor: Actor, batch: Batch) -> BatchOffer:
    """What the actor may choose from. Two statements."""
    return BatchOffer(_scored_assessments(actor, batch), offered_siblings(actor, batch, batch.today()))


def _scored_assessments(actor: Actor, batch: Batch) -> list[Assessment]:
    """The assessments that have a score and whose marks the actor may see, the last that was due first.

    One statement.
    """
    scored = AssessmentMark.objects.filter(assessment=OuterRef("pk"), score__isnull=False)
    rows = assessments.rows(actor, "marks").filter(Exists(scored), batch=batch)
    return list(rows.order_by("-due_on", "title__plain", "pk"))


@reads_what_may_lag
def insight_into_batch(
    scope: Scope, batch: Batch, period: Period, offer: BatchOffer, *, assessment: str = "", siblings: str = ""
) -> BatchInsight:
    """Of a scope of this batch alone: its students on these days, of the assessments the chosen one, else the first,
    the chosen siblings, else all, and what was said of it. A constant number of statements.

    Raises Invalid at `assessment` or `siblings` where the chosen one is none of those on offer.
    """
    of = _chosen_of(offer.scored, assessment)
    statistics = statistics_of_marks(marks_sheet_of(batch, [of.pk]), of) if of else None
    students = attendance_by_student(scope, period)
    minimum = minimum_attendance_of(scope.actor.institution, batch.course)
    return BatchInsight(
        students,
        minimum,
        low_students(scope, period, students, minimum),
        of,
        statistics,
        siblings_of(scope.actor, batch, batch.today(), offer.siblings, siblings),
        ratings_of_batch(scope.actor, batch, period),
    )


def _chosen_of(scored: Sequence[Assessment], chosen: str) -> Assessment | None:
    if not chosen:
        return scored[0] if scored else None
    found = next((one for one in scored if str(one.pk) == chosen.lower()), None)
    if found is None:
        raise Invalid(
            _("This is no assessment of this batch with scores that you may see. Choose one of the batch's own."),
            field="assessment",
        )
    return found


def _scores_table(assessment: Assessment, found: MarkStatistics) -> FigureTable:
    """How many scores lie in each tenth of the maximum; the last one holds the maximum itself."""
    rows = [
        FigureRow([float(one.least), None if one.below is None else float(one.below), one.number])
        for one in found.spans
    ]
    columns = [
        FigureColumn("least", _("Score from")),
        FigureColumn("below", _("To")),
        FigureColumn("students", _("Students")),
    ]
    return FigureTable("scores", _("Scores of %(title)s") % {"title": assessment.title}, columns, rows)


# --- siblings ---------------------------------------------------------------------------------------------------------
def _sibling_weeks(siblings: Siblings) -> FigureTable:
    """The batch and all marks of the others together, by week of the course."""
    own, others = siblings.weeks_of_own(), siblings.weeks_of_others()
    rows = [FigureRow([week + 1, *_beside(own.get(week), others.get(week))]) for week in sorted({*own, *others})]
    column = FigureColumn("week", _("Week of the course"))
    return FigureTable("sibling_weeks", _("Siblings by week"), [column, *_columns_beside()], rows)


def _sibling_types(siblings: Siblings) -> FigureTable:
    """The same by type of session."""
    own, others = siblings.own_parts.by_type, siblings.types_of_others()
    rows = [
        FigureRow([str(ClassSession.Kind(kind).label), *_beside(own.get(kind), others.get(kind))])
        for kind in sorted({*own, *others})
    ]
    column = FigureColumn("type", _("Type of session"))
    return FigureTable("sibling_types", _("Siblings by session type"), [column, *_columns_beside()], rows)


def _beside(own: Marks | None, others: Marks | None) -> list[Any]:
    """Both, each with its two numbers; of few marks of the others a percentage says nothing."""
    own, others = own or NO_MARKS, others or NO_MARKS
    rest = others.figure.value if others.is_enough else None
    return [own.figure.value, own.came, own.counted, rest, others.came, others.counted]


def _columns_beside() -> list[FigureColumn]:
    return [
        FigureColumn("attendance", _("This batch"), PERCENT),
        FigureColumn("came", _("Came")),
        FigureColumn("marks", _("Marks")),
        FigureColumn("siblings", _("Siblings"), PERCENT),
        FigureColumn("siblings_came", _("Siblings came")),
        FigureColumn("siblings_marks", _("Marks of siblings")),
    ]
