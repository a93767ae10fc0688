"""What was answered about a batch, as far as it may be shown: how many gave each rating, and the comments."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.feedback.models import ShownAnswer
from muster.feedback.permissions import feedback_rounds
from muster.feedback.queries import POINTS, QUESTIONS, FeedbackFigures, figures_of
from muster.insights.periods import Period
from muster.insights.tables import FigureColumn, FigureRow, FigureTable
from muster.institutions.access import Actor

SAYS = gettext_lazy(
    "How many gave 5, 4, 3, 2 and 1 points in the rounds of this batch that closed on these days, and their mean. "
    "No name is kept; a round is shown from five answers on."
)


def ratings_of_batch(actor: Actor, batch: Batch, period: Period) -> FeedbackFigures:
    """The answers to the rounds of a batch that closed within the period and that the actor may read.

    Whole rounds of five answers or more, as `figures_of` adds them up; without ratings nothing may be shown. Two
    statements.
    """
    closed: Any = feedback_rounds.rows(actor, "read").filter(batch=batch, closed_at__range=period.moments(actor.zone))
    return figures_of(ShownAnswer.objects.filter(round__in=closed.order_by().values("pk")))


def ratings_table(found: FeedbackFigures) -> FigureTable:
    """Each question: how many gave each rating, the best first, and the mean."""
    rows = [
        FigureRow([str(QUESTIONS[name]), *reversed(one.counts), one.average])
        for name, one in (found.ratings or {}).items()
    ]
    columns = [
        FigureColumn("question", _("Question")),
        *(FigureColumn(f"gave_{points}", str(points)) for points in reversed(POINTS)),
        FigureColumn("mean", _("Mean, from 1 to 5")),
    ]
    return FigureTable("ratings", _("Feedback, ratings"), columns, rows)
