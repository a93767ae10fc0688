"""The marks of the demonstration: what is long due is published, the last is being marked, the rest is ahead."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from muster.assessment.queries import marks_sheet_of
from muster.assessment.rules import MarkGiven, add_assessment, publish_marks, save_marks
from muster.batches.models import Batch
from muster.institutions.access import Actor
from muster.progression.grading import State

# Title, category, maximum, extra credit, and after which part of the batch it is due.
PLANNED = (
    ("Workbook 1", "Assignments", 20, 0, 0.15),
    ("Knowledge test", "Tests", 50, 0, 0.35),
    ("Case study", "Assignments", 40, 5, 0.6),
    ("Final practical", "Final exam", 100, 0, 0.95),
)
MARKED_AFTER = timedelta(days=10)
PRAISE = "Clear and complete. Label the axes of your charts next time."


def give_marks(by: Actor, batch: Batch) -> None:
    """Plan the assessments of the batch, and mark those that are due."""
    today = by.today()
    if batch.start_date is None or batch.end_date is None:
        return
    for title, category, maximum, extra, part in PLANNED:
        due = batch.start_date + timedelta(days=round((batch.end_date - batch.start_date).days * part))
        fields = {"title": title, "maximum": Decimal(maximum), "extra_credit": Decimal(extra), "due_on": due}
        row = add_assessment(by=by, batch=batch, category=category, fields=fields)
        if due >= today:
            continue
        is_done = due < today - MARKED_AFTER
        given = []
        for place, one in enumerate(marks_sheet_of(batch).rows):
            chance = random.Random(f"{one.enrollment.student.full_name} {title}")  # noqa: S311
            if chance.random() < (0.03 if is_done else 0.4):
                continue
            most = maximum + (extra if chance.random() > 0.9 else 0)
            score = Decimal(round(2 * most * min(max(chance.gauss(0.7, 0.13), 0.1), 1))) / 2
            value = State.ABSENT if chance.random() < 0.03 else score
            given.append(MarkGiven(place, row.pk, one.enrollment.pk, value, PRAISE if place % 7 == 0 else None))
        if given:
            save_marks(by=by, batch=batch, marks=given)
            if is_done:
                publish_marks(by=by, assessment=row)
