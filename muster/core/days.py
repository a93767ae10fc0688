"""Days in words."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _


def days_in_words(first: dt.date | None, last: dt.date | None) -> str:
    """One day as "23 Nov 2026", two as "23 Nov – 12 Mar 2027", the year once when it is the same; without a last day
    "from 23 Nov 2026", and nothing without a first one."""
    if first is None:
        return ""
    begin, end = date_format(first, "j M Y"), date_format(last, "j M Y") if last else ""
    if last is None:
        return _("from %(first)s") % {"first": begin}
    if first == last:
        return end
    return f"{date_format(first, 'j M') if first.year == last.year else begin} – {end}"
