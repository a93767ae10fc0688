"""Small parts that several pages of attendance draw."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.web.ui.tables import TitleColumn
from muster.web.ui.widgets import percent, seats

NOTHING = SafeString('<span class="muted">–</span>')


class SessionDayColumn(TitleColumn):
    """The day of a session; in files the date itself."""

    def render(self, value: Any, record: Any) -> SafeString:
        """The day in words, leading to what the row is about."""
        return super().render(date_format(value, "D j M Y"), record)


def bar_of(done: int, whole: int, *, missing: int = 0, words: Any, note: Any = "") -> SafeString:
    """A bar with its numbers: what is done, and dashed beside it what should be and is not."""
    return seats(done, whole, missing, note, words) if whole else NOTHING


def rate_of(rate: float | None, minimum: int) -> SafeString:
    """A percentage; one below the minimum says so in words too."""
    if rate is None:
        return NOTHING
    if rate >= minimum:
        return format_html("{}", percent(rate))
    return format_html(
        '{} <span class="s">{}</span>', percent(rate), _("below %(minimum)s") % {"minimum": percent(minimum)}
    )
