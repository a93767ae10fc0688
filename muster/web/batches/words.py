"""Batches as pages speak of them: pills, phases, short words."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.batches.queries import BatchPhase
from muster.web.ui.widgets import icon, pill

LOOKS = {
    Batch.Status.UPCOMING: ("", "clock"),
    Batch.Status.ACTIVE: ("good", "okc"),
    Batch.Status.COMPLETED: ("info", "award"),
    Batch.Status.CANCELLED: ("", "xc"),
}
PHASES = {
    BatchPhase.PLANNING: gettext_lazy("Planning"),
    BatchPhase.ENROLLMENT: gettext_lazy("Enrollment"),
    BatchPhase.ACTIVE: gettext_lazy("Active"),
    BatchPhase.COMPLETION: gettext_lazy("Completion"),
    BatchPhase.CLOSED: gettext_lazy("Closed"),
}


def status_pill(batch: Batch) -> SafeString:
    """The status with its icon."""
    status = Batch.Status(batch.status)
    tone, shape = LOOKS[status]
    return pill(status.label, tone=tone, icon=shape)


def archive_mark(batch: Batch) -> SafeString:
    """What tells an archived batch apart wherever its code stands."""
    return format_html('<span class="archmark">[{}]</span> ', _("ARCHIVED")) if batch.is_archived else SafeString("")


def code_line(batch: Batch) -> str:
    """The second line of a batch: its mark and its code."""
    return format_html("{}{}", archive_mark(batch), batch.code) if batch.is_archived else batch.code


def no_lead() -> SafeString:
    """What stands where the lead would."""
    return format_html('<span class="none">{} {}</span>', icon("person-off"), _("No lead"))


def name_of(person: dict[str, Any] | None) -> str:
    """The name of a lead as `queries.in_full` gives it."""
    return str(person["full_name"]) if person else ""


def room_in_words(name: str | None) -> str:
    """The name of a room; one that is a mere number is called a room."""
    return _("room %(name)s") % {"name": name} if name and name[:1].isdigit() else name or ""
