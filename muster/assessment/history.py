"""How assessments and marks read in histories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.assessment.models import Assessment, AssessmentCategory, AssessmentMark
from muster.core.audit import HistoryEvent, HistoryLine, describe, name_use_cases

USE_CASES = {
    "weigh_categories": gettext_lazy("changed the weights of categories"),
    "add_assessment": gettext_lazy("added an assessment"),
    "change_assessment": gettext_lazy("changed an assessment"),
    "remove_assessment": gettext_lazy("removed an assessment"),
    "save_marks": gettext_lazy("entered marks"),
    "publish_marks": gettext_lazy("published marks"),
    "reopen_marks": gettext_lazy("reopened marks"),
}


def _category(event: HistoryEvent) -> Iterable[HistoryLine]:
    def said(row: Mapping[str, Any]) -> str:
        return f"{row['name']}, {row['weight']}%"

    after = said(event.row)
    if event.label == "insert":
        yield HistoryLine(_("Category added: %(category)s") % {"category": after}, "add", "categories", "", after)
    elif event.label == "delete":
        yield HistoryLine(_("Category removed: %(category)s") % {"category": after}, "remove", "categories", after, "")
    elif (before := said(event.before)) != after:
        yield HistoryLine(f"{before} → {after}", "move", "categories", before, after)


def _assessment(event: HistoryEvent) -> Iterable[HistoryLine]:
    def said(row: Mapping[str, Any]) -> str:
        words = _("%(title)s, out of %(most)s, due %(day)s, weight %(weight)s")
        return words % {
            "title": row["title"],
            "most": row["maximum"],
            "day": row["due_on"],
            "weight": row["weight"],
        }

    after = said(event.row)
    if event.label == "insert":
        text = _("Assessment added: %(assessment)s") % {"assessment": after}
        yield HistoryLine(text, "add", "assessments", "", after, undone=True)
    elif event.label == "delete":
        text = _("Assessment removed: %(assessment)s") % {"assessment": after}
        yield HistoryLine(text, "remove", "assessments", after, "")
    elif (before := said(event.before)) != after:
        yield HistoryLine(f"{before} → {after}", "move", "assessments", before, after)


def _mark(event: HistoryEvent) -> Iterable[HistoryLine]:
    def said(row: Mapping[str, Any]) -> str:
        return str(row["state"] or row["score"])

    after = said(event.row)
    if event.label == "insert":
        yield HistoryLine(_("Mark: %(mark)s") % {"mark": after}, "add", "marks", "", after)
    elif event.label == "update":
        if (before := said(event.before)) != after:
            yield HistoryLine(_("Mark: %(mark)s") % {"mark": f"{before} → {after}"}, "move", "marks", before, after)
        was, now = event.before["published_at"], event.row["published_at"]
        if now and not was:
            yield HistoryLine(_("Mark published: %(mark)s") % {"mark": after}, "add", "marks", "", after)
        elif was and not now:
            yield HistoryLine(_("Mark reopened: %(mark)s") % {"mark": after}, "remove", "marks", after, "")


describe(AssessmentCategory, _category)
describe(Assessment, _assessment)
describe(AssessmentMark, _mark)
name_use_cases(USE_CASES)
