"""Refusals around saved views."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict


class TooManyViews(Conflict):
    """Somebody has as many as one person can have."""

    sentence = _("You have %(most)d saved views, the maximum. Delete one you no longer use.")
    default_code = "too_many_views"
