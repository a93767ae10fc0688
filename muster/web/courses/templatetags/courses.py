"""`{% load courses %}`: batches in the rows of another page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.web.ui.shell import url_or_empty
from muster.web.ui.templatetags.muster import pill

register = template.Library()

LOOKS = {
    "Upcoming": ("info", "clock"),
    "Active": ("good", "okc"),
    "Completed": ("", "check"),
    "Cancelled": ("bad", "xc"),
}


@register.simple_tag
def batch_url(batch: Any) -> str:
    """The page of a batch."""
    return url_or_empty("batches:batch", batch.pk)


@register.simple_tag
def batch_status(batch: Any) -> SafeString:
    """The status of a batch, or that it is archived."""
    if batch.archived_at is not None:
        return pill(_("Archived"), icon="archive")
    tone, icon = LOOKS[batch.status]
    return pill(batch.get_status_display(), tone, icon)
