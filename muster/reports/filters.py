"""What a report is narrowed to: the part of the institution, and the days, which a schedule counts anew each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.core.errors import Invalid
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.insights.periods import DAY, WEEKS, Period
from muster.institutions.access import Actor
from muster.institutions.models import Branch, Department
from muster.institutions.permissions import branches, departments

FIELD = "filters"


class ReportTime(models.TextChoices):
    """Days that are counted back from the day on which a report is made."""

    WEEK = "last_week", gettext_lazy("Last week")
    MONTH = "last_month", gettext_lazy("Last month")
    QUARTER = "last_12_weeks", gettext_lazy("Last 12 weeks")


def days_of(time: str, today: date) -> Period:
    """The whole week or month before the one of this day, or the twelve weeks until it."""
    if time == ReportTime.WEEK:
        monday = today - DAY * (today.isoweekday() - 1)
        return Period(monday - timedelta(weeks=1), monday - DAY)
    if time == ReportTime.MONTH:
        last = today.replace(day=1) - DAY
        return Period(last.replace(day=1), last)
    return Period(today - timedelta(weeks=WEEKS) + DAY, today)


_BATCHES: QuerySet[Batch] = Batch.objects.select_related("course", "department", "branch", "institution")
# How what a filter names is found among what the actor may see: the same rows as the pages offer.
PARTS: Mapping[str, Callable[[Actor, object], Any]] = {
    "batch": lambda actor, pk: batches.get_named(actor, pk, f"{FIELD}.batch", "roster", among=_BATCHES),
    "branch": lambda actor, pk: branches.get_named(actor, pk, f"{FIELD}.branch"),
    "department": lambda actor, pk: departments.get_named(actor, pk, f"{FIELD}.department"),
    "course": lambda actor, pk: courses.get_named(actor, pk, f"{FIELD}.course"),
}


@dataclass(frozen=True)
class ReportFilters:
    """A part of the institution, and days: some, or a time that is counted back, or none for the usual ones."""

    batch: Batch | None = None
    branch: Branch | None = None
    department: Department | None = None
    course: Course | None = None
    time: str = ""
    first: date | None = None
    last: date | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, actor: Actor, asked: Mapping[str, Any], known: tuple[str, ...]) -> ReportFilters:
        """What was asked for, each found among what the actor may see. Raises Invalid at `filters.<name>`."""
        given = {name: value for name, value in asked.items() if value not in (None, "")}
        for name in given:
            if name not in known:
                words = _("This report can't be narrowed by that. Choose from %(known)s.")
                raise Invalid(words % {"known": ", ".join(known)}, field=f"{FIELD}.{name}", code="unknown")
        if (time := str(given.get("time", ""))) and time not in ReportTime.values:
            words = _("Choose one of these: %(known)s.") % {"known": ", ".join(ReportTime.values)}
            raise Invalid(words, field=f"{FIELD}.time")
        first, last = (_day(given, name) for name in ("from", "to"))
        if time and (first or last):
            raise Invalid(_("Choose either a time or days."), field=f"{FIELD}.time")
        if first and last and last < first:
            raise Invalid(_("The last day is before the first. Choose a later one."), field=f"{FIELD}.to")
        rows = {name: PARTS[name](actor, given[name]) for name in PARTS if name in given}
        return cls(**rows, time=time, first=first, last=last, asked=given)

    def days(self, usual: Period, today: date) -> Period:
        """The days; the usual ones where none are asked for. Raises Invalid at what makes none."""
        if self.time:
            return days_of(self.time, today)
        if not self.first and not self.last:
            return usual
        try:
            return Period.of(self.first, self.last, max(today, self.first or today))
        except Invalid as error:
            raise Invalid(error.message, field=f"{FIELD}.{error.errors[0].field}") from error

    @property
    def part(self) -> Q:
        """Which batches are counted."""
        rows = {"branch": self.branch, "department": self.department, "course": self.course}
        found = Q(**{name: one for name, one in rows.items() if one})
        return found & Q(pk=self.batch.pk) if self.batch else found

    @property
    def words(self) -> list[tuple[str, str]]:
        """The part of the institution, by its names."""
        found = (
            (_("Branch"), self.branch.name if self.branch else ""),
            (_("Department"), self.department.name if self.department else ""),
            (_("Course"), self.course.title if self.course else ""),
        )
        return [(word, value) for word, value in found if value]


def _day(given: Mapping[str, Any], name: str) -> date | None:
    value = given.get(name)
    if value is None or isinstance(value, date):
        return value
    try:
        found = parse_date(str(value))
    except ValueError:
        found = None
    if found is None:
        raise Invalid(_("Enter a date such as 2030-01-31."), field=f"{FIELD}.{name}")
    return found
