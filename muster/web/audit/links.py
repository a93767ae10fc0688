"""Where what the log tells of stands on pages."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.urls import reverse

from muster.accounts.models import User
from muster.attendance.models import AbsenceNotice
from muster.batches.models import Batch
from muster.core.audit import About, HistoryEntry
from muster.courses.models import Course, GradingScheme
from muster.institutions.models import Branch, Department, Institution
from muster.oversight.models import AccessRequest
from muster.people.models import StaffNote
from muster.risk.models import RiskFlag
from muster.submissions.models import Submission
from muster.timetable.models import ClassSession


def _page(name: str) -> Callable[[str], str]:
    return lambda pk: reverse(name, args=[pk])


PAGES: dict[type[models.Model], Callable[[str], str]] = {
    AbsenceNotice: _page("attendance:absence"),
    AccessRequest: _page("oversight:request"),
    Batch: _page("batches:batch"),
    Branch: _page("settings:branch"),
    ClassSession: _page("attendance:register"),
    Course: _page("courses:course"),
    Department: _page("departments:department"),
    GradingScheme: _page("schemes:scheme"),
    Institution: lambda _pk: reverse("settings:institution"),
    RiskFlag: _page("risk:flag"),
    StaffNote: _page("notes:note"),
    Submission: _page("submissions:submission"),
    User: _page("user-edit"),
}


def main_object(entry: HistoryEntry) -> tuple[About | None, str]:
    """What an entry is about, and where that stands: the nearest that has a page, else the nearest that has a name."""
    known = [about for about in entry.about if about.name]
    for about in known:
        if about.model in PAGES:
            return about, PAGES[about.model](about.pk)
    return (known[0], "") if known else (None, "")


def register_looked_at(entry: HistoryEntry) -> str:
    """Where the register stands that somebody looked at; empty where it was none, or many."""
    opened = [about for about in entry.about if entry.is_look and about.model is ClassSession and about.name]
    return PAGES[ClassSession](opened[0].pk) if opened else ""
