"""How what a batch is taught reads in its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases
from muster.progression.models import SubjectMapping

USE_CASES = {
    "map_subject": gettext_lazy("added a subject"),
    "remap_subject": gettext_lazy("changed a subject"),
    "unmap_subject": gettext_lazy("removed a subject"),
    "copy_subjects": gettext_lazy("copied subjects"),
}


def _mapping(event: HistoryEvent) -> Iterable[HistoryLine]:
    def said(row: Mapping[str, Any]) -> str:
        semester = _("semester %(number)d") % {"number": row["semester"]}
        choice = _("elective") if row["is_elective"] else ""
        names = (event.names.of(row["subject_id"]), semester, choice, event.names.of(row["instructor_id"]))
        return ", ".join(str(name) for name in names if name)

    after = said(event.row)
    if event.label == "insert":
        text = _("Subject added: %(subject)s") % {"subject": after}
        yield HistoryLine(text, "add", "subjects", "", after, undone=True)
    elif event.label == "delete":
        yield HistoryLine(_("Subject removed: %(subject)s") % {"subject": after}, "remove", "subjects", after, "")
    elif (before := said(event.before)) != after:
        yield HistoryLine(f"{before} → {after}", "move", "subjects", before, after)


describe(SubjectMapping, _mapping)
name_use_cases(USE_CASES)
