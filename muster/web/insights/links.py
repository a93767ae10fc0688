"""The way to analytics of something."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from muster.insights.permissions import analytics
from muster.institutions.access import Actor
from muster.people.links import filtered_url


def analytics_url(actor: Actor, **part: Any) -> str:
    """Analytics of a part, such as a branch; nothing for whoever sees none."""
    return filtered_url(reverse("analytics:institution"), **part) if analytics.may(actor, "see") else ""
