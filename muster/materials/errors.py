"""Refusals around materials."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.errors import Conflict, Missing


class TooManyMaterials(Conflict):
    """A course, batch or session has as many as it can have."""

    sentence = _("There are %(most)d materials here already. Remove one first.")
    default_code = "too_many"


class IsALink(Missing):
    """A link has no file to download."""

    sentence = _("This material is a link, so it has no file. Open its url instead.")
