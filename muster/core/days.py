"""Days in words."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format


def days_in_words(first: dt.date, last: dt.date) -> str:
    """One day as "23 Nov 2026", two as "23 Nov – 12 Mar 2027"; the year once when it is the same."""
    end = date_format(last, "j M Y")
    if first == last:
        return end
    return f"{date_format(first, 'j M' if first.year == last.year else 'j M Y')} – {end}"
