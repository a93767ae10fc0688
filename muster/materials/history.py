"""How materials read in histories."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.audit import HistoryEvent, HistoryLine, changed_columns, describe, name_use_cases
from muster.materials.models import Material

name_use_cases(
    {
        "add_material": gettext_lazy("added material"),
        "change_material": gettext_lazy("changed material"),
        "move_material": gettext_lazy("reordered materials"),
        "remove_material": gettext_lazy("removed material"),
        "restore_material": gettext_lazy("restored material"),
    }
)


def _material(event: HistoryEvent) -> Iterable[HistoryLine]:
    title = event.row["title"]
    if event.label == "insert" or (event.changed("removed_at") and not event.row["removed_at"]):
        yield HistoryLine(_("Material added: %(title)s") % {"title": title}, "add", "materials", "", title, undone=True)
    elif (event.label == "delete" and not event.before["removed_at"]) or event.changed("removed_at"):
        yield HistoryLine(_("Material removed: %(title)s") % {"title": title}, "remove", "materials", title, "")
    yield from changed_columns(event, ("title", "description", "url", "visible_from"), subject=title)


describe(Material, _material)
