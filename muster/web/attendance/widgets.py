"""Small parts that several pages of attendance draw."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.batches.models import Batch
from muster.web.ui.templatetags.muster import pill

LOOKS = {
    Batch.Status.UPCOMING: ("", "clock"),
    Batch.Status.ACTIVE: ("good", "okc"),
    Batch.Status.COMPLETED: ("info", "award"),
    Batch.Status.CANCELLED: ("", "xc"),
}
NOTHING = SafeString('<span class="muted">–</span>')


def batch_state(batch: Batch) -> SafeString:
    """The status of a batch with its icon."""
    return pill(batch.get_status_display(), *LOOKS[Batch.Status(batch.status)])


def batch_line(batch: Batch) -> SafeString:
    """The second line of a batch: its mark and its code."""
    mark = format_html('<span class="archmark">[{}]</span> ', _("ARCHIVED")) if batch.is_archived else ""
    return format_html("{}{}", mark, batch.code)


def bar_of(done: int, whole: int, *, missing: int = 0, words: Any, note: Any = "") -> SafeString:
    """A bar with its numbers: what is done, and dashed beside it what should be and is not."""
    if not whole:
        return NOTHING
    part = round(1000 * done / whole) / 10
    gap = round(1000 * missing / whole) / 10
    dashed = format_html('<rect class="offered" x="{}" y="1" width="{}" height="6"/>', part, gap) if gap else ""
    below = format_html('<span class="note">{}</span>', note) if note else ""
    return format_html(
        '<span class="seats"><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="held" width="{}" height="8"/>{}</svg>'
        '<span class="n"><span class="vh">{} </span>{}<span> / {}</span></span>{}</span>',
        part,
        dashed,
        words,
        done,
        whole,
        below,
    )


def rate_of(rate: float | None, minimum: int) -> SafeString:
    """A percentage; one below the institution's minimum says so in words too."""
    if rate is None:
        return NOTHING
    if rate >= minimum:
        return format_html("{} %", f"{rate:g}")
    return format_html('{} % <span class="s">{}</span>', f"{rate:g}", _("below %(minimum)d %%") % {"minimum": minimum})
