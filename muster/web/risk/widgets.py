"""Students at risk on the pages of others: a badge, and the card of the home pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Window
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.models import Batch
from muster.core.numbers import group_digits
from muster.institutions.access import Actor
from muster.people.links import filtered_url
from muster.risk.models import RiskFlag
from muster.risk.notices import url_of
from muster.risk.queries import flags_in_full, open_flags_seen_by, reasons_in_words
from muster.web.ui.widgets import pill

MOST_SHOWN = 4


def risk_badge(flag_id: UUID) -> SafeString:
    """That the student is at risk, leading to the flag."""
    return format_html('<a href="{}">{}</a>', reverse("risk:flag", args=[flag_id]), pill(_("At risk"), "bad", "flag"))


@dataclass(frozen=True)
class RiskCard:
    """The newest flags of those that the reader looks after, how many there are, and how many nobody owns."""

    rows: list[tuple[Any, str, str]]
    total: int
    unowned: int
    url: str
    unowned_url: str

    @property
    def title(self) -> str:
        """How many need somebody."""
        words = ngettext(
            "%(count)s student at risk has no owner", "%(count)s students at risk have no owner", self.unowned
        )
        return words % {"count": group_digits(self.unowned)}


def risk_card(actor: Actor, batch: Batch | None = None) -> RiskCard:
    """What the home pages show, or the page of a batch. One statement."""
    seen = open_flags_seen_by(actor)
    rows: Any = flags_in_full(seen.filter(enrollment__batch=batch) if batch else seen).annotate(
        of_all=Window(Count("pk")), of_unowned=Window(Count("pk", filter=Q(owner__isnull=True)))
    )
    found = list(rows.order_by("-created_at", "-pk")[:MOST_SHOWN])
    url = filtered_url(reverse("risk:list"), **({"batch": batch.pk} if batch else {}))
    return RiskCard(
        [(row, _why(row, batch), url_of(row)) for row in found],
        found[0].of_all if found else 0,
        found[0].of_unowned if found else 0,
        url,
        filtered_url(reverse("risk:list"), owner="none"),
    )


def _why(row: RiskFlag, batch: Batch | None) -> str:
    where = [] if batch else [row.enrollment.batch.code]
    return ", ".join((*where, *reasons_in_words(row)))
