"""How saved views read in histories."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "save_view": _("saved a view"),
        "change_view": _("changed a saved view"),
        "remove_view": _("deleted a saved view"),
        "restore_view": _("restored a saved view"),
    }
)
