"""The results of the demonstration: past semesters are published, the running one is being entered."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from muster.batches.models import Batch
from muster.institutions.access import Actor
from muster.progression.grading import Cell, Component, State
from muster.progression.models import SubjectMapping
from muster.progression.queries import ResultsSheet, sheet_of, subjects_of
from muster.progression.rules import ScoreInput, publish_results, save_scores

# What is examined at a semester's end, and so has no scores before.
AT_THE_END = "END"


def enter_results(by: Actor, batch: Batch) -> None:
    """Publish the semesters that the batch has behind it, and the first subject of the one in which it is."""
    now = batch.current_semester or 0
    running = [mapping.pk for mapping in subjects_of(batch).filter(semester=now)]
    for mapping in subjects_of(batch).filter(semester__lte=now):
        is_done = mapping.semester < now or mapping.pk == running[0]
        save_scores(by=by, mapping=mapping, cells=list(_cells(sheet_of(mapping), mapping, is_done=is_done)))
        if is_done:
            publish_results(by=by, mapping=mapping)


def _cells(sheet: ResultsSheet, mapping: SubjectMapping, *, is_done: bool) -> Iterator[ScoreInput]:
    for place, row in enumerate(sheet.rows):
        # Whoever is good at one thing is good at another; the same demonstration every time.
        bent = random.Random(row.enrollment.student.full_name).gauss(0.68, 0.11)  # noqa: S311
        chance = random.Random(f"{row.enrollment.student.full_name} {mapping.subject.code}")  # noqa: S311
        for component in sheet.scheme.components:
            if is_done or component.code != AT_THE_END:
                value = _value(component, bent, chance, is_done=is_done)
                if value is not None:
                    yield ScoreInput(place, row.enrollment.pk, component.code, value)


def _value(component: Component, bent: float, chance: random.Random, *, is_done: bool) -> Cell | None:
    """A score in halves; now and then somebody was absent, or their score is not there yet."""
    drawn = chance.random()
    if drawn < 0.012:
        return State.ABSENT
    if drawn < 0.06 and not is_done:
        return None
    halves = round(2 * float(component.maximum) * min(max(chance.gauss(bent, 0.09), 0.08), 1))
    return Decimal(halves) / 2
