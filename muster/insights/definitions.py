"""Every figure by its name: what it is called, what it counts, how it is written; `docs/metrics.md` says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Any, Self

from django.utils.translation import gettext_lazy

from muster.core.errors import Missing
from muster.insights.periods import Period


class Shape(Enum):
    """What a figure is of its two numbers."""

    PERCENT = "percent"
    """100 × numerator / denominator, rounded down to one decimal."""
    MEAN = "mean"
    """Numerator / denominator, two decimals, half up."""
    NUMBER = "number"
    """The numerator alone; the denominator says of how many."""


@dataclass(frozen=True)
class Definition:
    """What a figure is. `fewer` says that a lower one is the better one."""

    name: str
    label: Any
    says: Any
    shape: Shape = Shape.PERCENT
    fewer: bool = False


DEFINITIONS = {
    one.name: one
    for one in (
        Definition(
            "attendance",
            gettext_lazy("Attendance"),
            gettext_lazy("Present and late, of all marks that count. Excused and canceled sessions don't."),
        ),
        Definition(
            "registers_taken",
            gettext_lazy("Registers taken"),
            gettext_lazy(
                "Sessions on whose register every student has a mark, of those that are over, took place and have "
                "students."
            ),
        ),
        Definition(
            "seats_filled",
            gettext_lazy("Seats filled"),
            gettext_lazy(
                "Students with a seat on the last day, of all seats of the batches with a limit that run on it."
            ),
        ),
        Definition(
            "completed",
            gettext_lazy("Completed"),
            gettext_lazy(
                "Students who completed, of all who ever had a seat, in the batches whose last day is within the time."
            ),
        ),
        Definition(
            "certified",
            gettext_lazy("Certified"),
            gettext_lazy("Students with a certificate that stands, of those who ever had a seat, in the same batches."),
        ),
        Definition(
            "satisfaction",
            gettext_lazy("Satisfaction"),
            gettext_lazy(
                "The mean of all points for content, instructor and value, in the rounds of batches that closed within "
                "the time with five answers or more."
            ),
            Shape.MEAN,
        ),
        Definition(
            "response",
            gettext_lazy("Response rate"),
            gettext_lazy("Answers, of those who were asked, in the rounds of batches that closed within the time."),
        ),
        Definition(
            "at_risk",
            gettext_lazy("At risk"),
            gettext_lazy("Students with an open flag today, of the students with a seat. Two reasons count once."),
            Shape.NUMBER,
            fewer=True,
        ),
        Definition(
            "new_enrollments",
            gettext_lazy("New enrollments"),
            gettext_lazy("Enrollments that began within the time."),
            Shape.NUMBER,
        ),
        Definition(
            "waitlisted",
            gettext_lazy("Joined a waitlist"),
            gettext_lazy(
                "Students who joined a waitlist within the time, for each hundred seats of the running batches."
            ),
        ),
        Definition(
            "passed",
            gettext_lazy("Pass rate"),
            gettext_lazy("Results that passed, of those first published within the time."),
        ),
        Definition(
            "average_mark",
            gettext_lazy("Average mark"),
            gettext_lazy("The mean of the percentages of the same results."),
            Shape.MEAN,
        ),
        Definition(
            "average_score",
            gettext_lazy("Average score"),
            gettext_lazy(
                "The mean of published scores in percent of their maximum, of assessments due within the time."
            ),
            Shape.MEAN,
        ),
        Definition(
            "moved_up",
            gettext_lazy("Moved up"),
            gettext_lazy(
                "Students who went on to the next semester, of all in the rollovers carried out within the time."
            ),
        ),
        Definition(
            "utilization",
            gettext_lazy("Utilization"),
            gettext_lazy("Batches that are upcoming or active, of the most that the instructors may have."),
        ),
        Definition(
            "weekly_hours",
            gettext_lazy("Hours this week"),
            gettext_lazy("The mean of the hours for which the same instructors are booked this week."),
            Shape.MEAN,
        ),
        Definition(
            "mentored",
            gettext_lazy("Mentored"),
            gettext_lazy("Students who have a mentor today, of all students."),
        ),
        Definition(
            "mentoring_held",
            gettext_lazy("Mentoring held"),
            gettext_lazy("Mentoring sessions within the time that were held, of those that were held or missed."),
        ),
        Definition(
            "mentoring_engaged",
            gettext_lazy("In contact"),
            gettext_lazy("Pairs who met, asked, answered or checked in within the time, of the pairs that there were."),
        ),
        Definition(
            "answer_hours",
            gettext_lazy("Hours to answer"),
            gettext_lazy(
                "The mean of the hours from a question to its answer, of the questions answered within the time."
            ),
            Shape.MEAN,
            fewer=True,
        ),
        Definition(
            "pair_days",
            gettext_lazy("Days together"),
            gettext_lazy("The mean of the days that pairs of the time had lasted by its end, or until they ended."),
            Shape.MEAN,
        ),
        Definition(
            "mentoring_progress",
            gettext_lazy("Progress, in their words"),
            gettext_lazy(
                "The mean of the points from 1 to 5 for progress in the check-ins within the time, of five or more."
            ),
            Shape.MEAN,
        ),
        Definition(
            "goals_reached",
            gettext_lazy("Goals reached"),
            gettext_lazy("Goals that were reached, of those agreed within the time. Dropped ones don't count."),
        ),
        Definition(
            "questions_answered",
            gettext_lazy("Questions answered"),
            gettext_lazy("Questions to mentors that were answered, of those asked within the time."),
        ),
    )
}


@dataclass(frozen=True)
class Figure:
    """A figure with its two numbers. `whole` is None where the figure is of nothing."""

    name: str
    part: Decimal | int
    whole: int | None

    def __post_init__(self) -> None:
        if self.name not in DEFINITIONS:
            raise Missing(self.name)

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.name]

    @property
    def value(self) -> float | None:
        """As it is shown; None where nothing counts."""
        if self.definition.shape is Shape.NUMBER:
            return float(self.part)
        if not self.whole:
            return None
        if self.definition.shape is Shape.PERCENT:
            return int(1000 * self.part // self.whole) / 10
        return float((Decimal(self.part) / self.whole).quantize(Decimal("0.01"), ROUND_HALF_UP))

    def change_from(self, before: Figure | None) -> float | None:
        """How much it moved, in points or in its own unit; None where one of the two is unknown."""
        if before is None or self.value is None or before.value is None:
            return None
        return round(self.value - before.value, 2)


@dataclass(frozen=True)
class FiguresInsight:
    """Figures between two days by their names, and the same of the days compared with."""

    period: Period
    figures: Mapping[str, Figure]
    compared_period: Period | None = None
    compared_figures: Mapping[str, Figure] | None = None

    @classmethod
    def of(cls, period: Period, compared: Period | None, count: Callable[[Period], Iterable[Figure]]) -> Self:
        """What the count finds between the days, and between those compared with."""
        now, then = count(period), count(compared) if compared else None
        return cls(
            period,
            {one.name: one for one in now},
            compared,
            None if then is None else {one.name: one for one in then},
        )

    def before(self, name: str) -> Figure | None:
        """The figure of the days compared with."""
        return self.compared_figures.get(name) if self.compared_figures else None

    def change(self, name: str) -> float | None:
        """How much a figure moved since; None where one of the two is unknown."""
        return self.figures[name].change_from(self.before(name))
