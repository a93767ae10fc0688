"""What the making of a report is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.text import slugify

from muster.core.days import days_in_words
from muster.exchange.rules.progress import Progress, no_progress
from muster.insights.periods import Period
from muster.insights.scope import Scope, scope_of
from muster.institutions.access import Actor
from muster.reports.filters import ReportFilters

# As rows are read together.
AT_ONCE = 2000


@dataclass(frozen=True)
class ReportWork:
    """As whom a report is made, of what, in which format, and who follows how far it is."""

    actor: Actor
    filters: ReportFilters
    format: str
    progress: Progress = no_progress

    @property
    def today(self) -> date:
        """The day on which the report is made."""
        return self.actor.today()

    @cached_property
    def scope(self) -> Scope:
        """The batches that are counted."""
        return scope_of(self.actor, self.filters.part)

    def period(self, usual: Period | None = None) -> Period:
        """The days; without any the usual ones, or twelve weeks."""
        return self.filters.days(usual or Period.of(None, None, self.today), self.today)


def words_of_days(period: Period) -> str:
    """The days in words."""
    return days_in_words(period.first, period.last)


def file_stem_of(title: str, *parts: object) -> str:
    """The name of a file without its ending."""
    return (
        "-".join(filter(None, (slugify(str(part), allow_unicode=True) for part in (title, *parts))))[:120] or "report"
    )
