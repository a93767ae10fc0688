"""The days over which figures are counted, and those with which they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.errors import Invalid

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
# The default, counted back from the last day of this week.
WEEKS = 12
# A year in whole weeks, so that Mondays are compared with Mondays.
YEAR = timedelta(weeks=52)
# Three years: what is longer is nobody's period.
MOST_DAYS = 3 * 366
MOST_OF_A_BATCH = timedelta(days=366)


class Comparison(models.TextChoices):
    """With which days a period is compared."""

    YEAR = "year", gettext_lazy("Same weeks a year before")
    BEFORE = "before", gettext_lazy("The time right before")
    NOTHING = "none", gettext_lazy("Nothing")


@dataclass(frozen=True)
class Period:
    """Whole days, both ends included."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | None, last: date | None, today: date) -> Period:
        """What was asked for; what was left out is today, and twelve weeks before. Raises `Invalid` at its field."""
        last = last or today
        first = first or last - WEEK * WEEKS + DAY
        if last < first:
            raise Invalid(_("The last day is before the first. Choose a later one."), field="to")
        if (last - first).days >= MOST_DAYS:
            raise Invalid(_("That's longer than three years. Choose a shorter time."), field="from")
        return cls(first, last)

    @classmethod
    def of_batch(cls, start: date | None, end: date | None, today: date) -> Period:
        """What a batch is counted over unless asked otherwise: from its first day until today or its last one, by its
        own clock; of one that lasts for years the last year."""
        last = min(end or today, today)
        return cls(max(min(start or last, last), last - MOST_OF_A_BATCH), last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def weeks(self) -> list[date]:
        """The Mondays of the weeks that the period touches."""
        monday = self.first - DAY * (self.first.isoweekday() - 1)
        return [monday + WEEK * place for place in range((self.last - monday).days // 7 + 1)]

    def latest_weeks(self, most: int = WEEKS) -> Period:
        """Its last weeks, each of them whole, so that a week comes to the same in both."""
        return Period(max(self.first, self.weeks[-most:][0]), self.last)

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """From the first midnight to the last moment, by a clock."""
        return (datetime.combine(self.first, time.min, zone), datetime.combine(self.last, time.max, zone))

    def compared(self, how: str) -> Period | None:
        """The days to compare with; none where nothing is asked for."""
        if how == Comparison.YEAR:
            return Period(self.first - YEAR, self.last - YEAR)
        if how == Comparison.BEFORE:
            return Period(self.first - DAY * self.days, self.first - DAY)
        return None
