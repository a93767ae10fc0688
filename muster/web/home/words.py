"""Days and moments as the home pages say them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.occurrences import Occurrence


def on_day(day: date, today: date) -> str:
    """A day to come inside a sentence: "today", "tomorrow", "Monday", "on 30 November"."""
    distance = (day - today).days
    if distance == 0:
        return _("today")
    if distance == 1:
        return _("tomorrow")
    if 1 < distance < 7:
        return date_format(day, "l")
    return _("on %(day)s") % {"day": date_format(day, "j F" if day.year == today.year else "j F Y")}


def days_ago(day: date, today: date) -> str:
    """A day gone by: "today", "yesterday", "5 days ago", "on 3 March"."""
    distance = (today - day).days
    if distance == 0:
        return _("today")
    if distance == 1:
        return _("yesterday")
    if distance < 15:
        return ngettext("%(count)d day ago", "%(count)d days ago", distance) % {"count": distance}
    return _("on %(day)s") % {"day": date_format(day, "j F" if day.year == today.year else "j F Y")}


def days_until(day: date, today: date) -> str:
    """How long until a day, short enough for a pill: "in 3 days", "in 7 weeks"."""
    distance = (day - today).days
    if distance < 0:
        return ngettext("%(count)d day late", "%(count)d days late", -distance) % {"count": -distance}
    if distance == 0:
        return _("today")
    if distance == 1:
        return _("tomorrow")
    if distance < 21:
        return ngettext("in %(count)d day", "in %(count)d days", distance) % {"count": distance}
    weeks = round(distance / 7)
    return ngettext("in %(count)d week", "in %(count)d weeks", weeks) % {"count": weeks}


def until_moment(moment: datetime, now: datetime) -> str:
    """How long until a moment: "in 40 minutes", "in 3 hours", "tomorrow", "in 5 days"."""
    minutes = int((moment - now).total_seconds() // 60)
    if minutes < 0:
        return _("now")
    if minutes < 60:
        return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}
    if moment.date() == now.date():
        hours = round(minutes / 60)
        return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    return days_until(moment.date(), now.date())


def day_name(day: date, today: date) -> str:
    """A day as a heading: "Today", "Tomorrow", "Fri 27 Nov"."""
    distance = (day - today).days
    if distance == 0:
        return _("Today")
    if distance == 1:
        return _("Tomorrow")
    return date_format(day, "D j M" if day.year == today.year else "D j M Y")


def then_of(to_come: Sequence[Occurrence]) -> str:
    """The meeting after the next, as a sentence."""
    if len(to_come) < 2:
        return ""
    return _("Then %(moment)s.") % {"moment": date_format(to_come[1].starts_at, "D j M, H:i")}
