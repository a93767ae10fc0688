"""On which mornings something is mailed that is mailed again and again."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mailed(models.TextChoices):
    """How often something is mailed by itself, in the morning of the institution's clock."""

    NEVER = "never", _("Only when asked")
    DAILY = "daily", _("Every morning")
    WEEKLY = "weekly", _("Every Monday morning")
    MONTHLY = "monthly", _("On the first morning of each month")


def mailing_day(often: str, today: dt.date) -> dt.date | None:
    """The latest day up to today on which it is due; None where it is never mailed.

    What was last mailed before that day is due, so that a morning without power is made up for once, not for each day.
    """
    return {
        Mailed.DAILY: today,
        Mailed.WEEKLY: today - dt.timedelta(days=today.isoweekday() - 1),
        Mailed.MONTHLY: today.replace(day=1),
    }.get(Mailed(often))
