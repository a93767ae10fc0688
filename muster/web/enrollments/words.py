"""Enrollments as pages speak of them."""

from __future__ import annotations

from muster.enrollments.models import Enrollment
from muster.web.ui.components import Tone

# The tone and the icon of each status.
LOOKS: dict[str, tuple[Tone, str]] = {
    Enrollment.Status.ACTIVE: ("good", "okc"),
    Enrollment.Status.ON_HOLD: ("warn", "pause"),
    Enrollment.Status.COMPLETED: ("info", "award"),
    Enrollment.Status.CANCELLED: ("", "xc"),
    Enrollment.Status.EXPIRED: ("", "clock"),
}
