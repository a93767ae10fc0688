"""What both lists of people need: facets over their batches, the workload bar."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.web.ui.tables import ThroughFacet

__all__ = ["ThroughFacet", "hours_in_words", "workload_bar"]


def workload_bar(number: int, limit: int, label: str = "") -> SafeString:
    """Active batches, or what the label says, of as many as are advised: as a bar and in numbers."""
    whole = max(limit, number, 1)
    return format_html(
        '<span class="seats load"{}><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="held" width="{}" height="8"/></svg>'
        '<span class="n"><span class="vh">{} </span>{}<span> / {}</span></span></span>',
        SafeString(' data-tone="warn"') if number >= limit else "",
        round(1000 * number / whole) / 10,
        label or _("Batches:"),
        number,
        limit,
    )


def hours_in_words(minutes: int) -> str:
    """Hours a week: "7.5 h"."""
    hours = minutes / 60
    return _("%(hours)s h") % {"hours": f"{hours:g}" if hours == round(hours, 1) else f"{hours:.1f}"}
