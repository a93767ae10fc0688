"""Days and moments as the home pages say them."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def _near(distance: int) -> str:
    """The word for a day that has one, by its distance from today."""
    return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get(distance, "")


def _date(day: date, today: date, pattern: str) -> str:
    return date_format(day, pattern if day.year == today.year else f"{pattern} Y")


def on_day(day: date, today: date) -> str:
    """A day inside a sentence: "5 days ago", "today", "tomorrow", "Monday", "on 30 November"."""
    distance = (day - today).days
    if 1 < distance < 7:
        return date_format(day, "l")
    if -15 < distance < -1:
        return ngettext("%(count)d day ago", "%(count)d days ago", -distance) % {"count": -distance}
    return _near(distance) or _("on %(day)s") % {"day": _date(day, today, "j F")}


def days_until(day: date, today: date) -> str:
    """How long until a day, short enough for a pill: "in 3 days", "in 7 weeks"."""
    distance = (day - today).days
    if distance < 0:
        return ngettext("%(count)d day late", "%(count)d days late", -distance) % {"count": -distance}
    if distance < 21:
        days = ngettext("in %(count)d day", "in %(count)d days", distance) % {"count": distance}
        return _near(distance) or days
    weeks = round(distance / 7)
    return ngettext("in %(count)d week", "in %(count)d weeks", weeks) % {"count": weeks}


def until_moment(moment: datetime, now: datetime) -> str:
    """How long until a moment: "in 40 minutes", "in 3 hours", "tomorrow", "in 5 days"."""
    minutes = int((moment - now).total_seconds() // 60)
    if minutes < 0:
        return _("now")
    if minutes < 60:
        return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}
    now = now.astimezone(moment.tzinfo)
    if moment.date() == now.date():
        hours = round(minutes / 60)
        return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    return days_until(moment.date(), now.date())


def day_name(day: date, today: date) -> str:
    """A day as a heading: "Today", "Tomorrow", "Fri 27 Nov"."""
    return capfirst(_near((day - today).days)) or _date(day, today, "D j M")


def asked_at(moment: datetime, now: datetime) -> str:
    """When somebody asked for something, by the reader's clock: "Asked 08:03", "Asked yesterday, 08:03"."""
    local = moment.astimezone(now.tzinfo)
    clock, distance = date_format(local, "H:i"), (local.date() - now.date()).days
    if distance == 0:
        return _("Asked %(time)s") % {"time": clock}
    day = _near(distance) or _date(local.date(), now.date(), "D j M")
    return _("Asked %(day)s, %(time)s") % {"day": day, "time": clock}
