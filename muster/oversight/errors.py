"""Refusals around access of regulators."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict


class AccessDecided(Conflict):
    """The request was decided already."""

    sentence = _("This access request has already been decided.")
    default_code = "already_decided"


class AccessNotGranted(Conflict):
    """There is nothing to extend or revoke."""

    sentence = _("This access isn't in force, so there's nothing to extend or revoke.")
    default_code = "not_granted"
