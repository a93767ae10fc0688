"""Where a plan stands."""

from __future__ import annotations

from django.utils.safestring import SafeString

from muster.allocation.models import Plan
from muster.web.ui.templatetags.muster import pill

LOOKS = {
    Plan.Status.QUEUED: ("", "clock"),
    Plan.Status.RUNNING: ("accent", "half"),
    Plan.Status.READY: ("info", "eye"),
    Plan.Status.APPLIED: ("good", "okc"),
    Plan.Status.PARTLY_APPLIED: ("good", "half"),
    Plan.Status.FAILED: ("bad", "alert"),
    Plan.Status.OVERTAKEN: ("warn", "history"),
}


def state_of(plan: Plan) -> SafeString:
    """Where a plan stands, as a pill."""
    tone, name = LOOKS[Plan.Status(plan.status)]
    return pill(plan.get_status_display(), tone, name)
