"""How what a batch is taught reads in its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases
from muster.progression.models import ElectiveChoice, HeldBack, RolloverRequest, SubjectMapping

USE_CASES = {
    "map_subject": gettext_lazy("added a subject"),
    "remap_subject": gettext_lazy("changed a subject"),
    "unmap_subject": gettext_lazy("removed a subject"),
    "copy_subjects": gettext_lazy("copied subjects"),
    "add_elective_group": gettext_lazy("offered electives"),
    "change_elective_group": gettext_lazy("changed electives on offer"),
    "remove_elective_group": gettext_lazy("removed electives on offer"),
    "choose_elective": gettext_lazy("chose an elective"),
    "withdraw_choice": gettext_lazy("withdrew an elective"),
    "remind_to_choose": gettext_lazy("reminded students to choose electives"),
    "save_scores": gettext_lazy("entered scores"),
    "moderate_scores": gettext_lazy("moderated scores"),
    "publish_results": gettext_lazy("published results"),
    "reopen_results": gettext_lazy("reopened results"),
    "request_rollover": gettext_lazy("requested a rollover"),
    "reject_rollover": gettext_lazy("rejected a rollover"),
    "roll_over": gettext_lazy("rolled over to the next semester"),
    "revert_rollover": gettext_lazy("undid a rollover"),
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


def _choice(event: HistoryEvent) -> Iterable[HistoryLine]:
    names = {"elective": event.names.of(event.row["mapping_id"])}
    if event.label == "insert":
        yield HistoryLine(_("Elective chosen: %(elective)s") % names, "add", undone=True)
    elif event.label == "delete":
        yield HistoryLine(_("Elective withdrawn: %(elective)s") % names, "remove", undone=True)


def _rollover(event: HistoryEvent) -> Iterable[HistoryLine]:
    row = event.row
    words = {"number": row["from_semester"]}
    if event.label == "insert":
        text = _("Rollover requested from semester %(number)d") % words
        yield HistoryLine(text, "add", "rollover", "", row["note"], undone=True)
    elif row["status"] == event.before["status"]:
        return
    elif row["status"] == RolloverRequest.Status.REJECTED:
        yield HistoryLine(_("Rollover from semester %(number)d rejected") % words, "remove", "rollover", "", "")
    elif row["status"] == RolloverRequest.Status.REVERTED:
        yield HistoryLine(_("Rollover from semester %(number)d undone") % words, "remove", "rollover", "", "")
    elif row["to_semester"] is None:
        # To which semester the batch moved its own row tells.
        yield HistoryLine(_("Completed after semester %(number)d") % words, "move", "rollover", "", "")


def _held_back(event: HistoryEvent) -> Iterable[HistoryLine]:
    reason = event.row["reason"]
    if event.label == "insert":
        yield HistoryLine(_("A student is held back: %(reason)s") % {"reason": reason}, "add", "held_back", "", reason)
    elif event.label == "delete":
        words = _("A student is no longer held back: %(reason)s")
        yield HistoryLine(words % {"reason": reason}, "remove", "held_back", reason, "")


describe(SubjectMapping, _mapping)
describe(ElectiveChoice, _choice)
describe(RolloverRequest, _rollover)
describe(HeldBack, _held_back)
name_use_cases(USE_CASES)
