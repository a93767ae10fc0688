"""What the lists of people need: facets over their batches, who is active, the workload bar."""

from __future__ import annotations

from functools import partial

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.people.queries import IS_HERE
from muster.web.ui.tables import Bucket, Buckets, ThroughFacet

# Over the seats that students hold and the assignments of instructors, of filters that say which of them are `seen`.
of_seats = partial(ThroughFacet, seen="seats", person="student_id")
of_teaching = partial(ThroughFacet, seen="teaching", person="instructor_id")


def active_buckets() -> Buckets:
    """The active, unless the others are asked for."""
    return Buckets(
        gettext_lazy("Status"),
        Bucket("", gettext_lazy("Active"), IS_HERE),
        Bucket("all", gettext_lazy("All"), Q(), chip=gettext_lazy("Including inactive")),
        Bucket("no", gettext_lazy("Inactive"), ~IS_HERE),
        scope=True,
    )


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
