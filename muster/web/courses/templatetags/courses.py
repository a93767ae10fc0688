"""`{% load courses %}`: batches in the rows of another page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.web.batches.words import status_pill
from muster.web.ui.templatetags.muster import pill

register = template.Library()


@register.simple_tag
def batch_status(batch: Any) -> SafeString:
    """The status of a batch, or that it is archived."""
    return pill(_("Archived"), icon="archive") if batch.is_archived else status_pill(batch)
