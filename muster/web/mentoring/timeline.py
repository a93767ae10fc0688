"""What happened between a student and their mentors, the latest first, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from muster.allocation.models import IndividualAssignment
from muster.mentoring.models import MentoringCheckIn, MentoringGoal, MentoringQuestion
from muster.web.ui.components import Tone, View

SHOWN, SHOWN_ALONE = 20, 200
SESSIONS, GOALS, CHECK_INS, QUESTIONS, MENTORS = "sessions", "goals", "check-ins", "questions", "mentors"


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened; a session brings its own row."""

    kind: str
    at: datetime
    title: str = ""
    text: str = ""
    icon: str = ""
    tone: Tone = ""
    session: Any = None


@dataclass(frozen=True)
class Timeline:
    """The entries to show, the chips above them, and how many are left out."""

    entries: Sequence[TimelineEntry]
    views: Sequence[View]
    more: int


def timeline_of(found: Iterable[TimelineEntry], kind: str) -> Timeline:
    """The entries of one kind, or of all."""
    labels = {
        SESSIONS: _("Sessions"),
        GOALS: _("Goals"),
        CHECK_INS: _("Check-ins"),
        QUESTIONS: _("Questions"),
        MENTORS: _("Mentors"),
    }
    entries = sorted(found, key=lambda one: one.at, reverse=True)
    counts = {each: sum(one.kind == each for one in entries) for each in labels}
    kind = kind if counts.get(kind) else ""
    chosen = [one for one in entries if kind in ("", one.kind)]
    most = SHOWN_ALONE if kind else SHOWN
    views = [
        View(_("All"), "?#timeline", current=not kind),
        *(View(labels[each], f"?show={each}#timeline", n, kind == each) for each, n in counts.items() if n),
    ]
    return Timeline(chosen[:most], views, max(len(chosen) - most, 0))


def goal_entries(rows: Iterable[MentoringGoal]) -> Iterator[TimelineEntry]:
    """When goals were agreed, and when they were reached or dropped."""
    for row in rows:
        due = _("By %(day)s") % {"day": date_format(row.due_on, "j M Y")} if row.due_on else ""
        yield TimelineEntry(GOALS, row.created_at, _("Goal agreed: %(goal)s") % {"goal": row.title}, due, "flag")
        if row.settled_at is not None:
            reached = row.status == MentoringGoal.Status.REACHED
            title = _("Goal reached: %(goal)s") if reached else _("Goal dropped: %(goal)s")
            look: tuple[str, Tone] = ("okc", "good") if reached else ("x", "")
            yield TimelineEntry(GOALS, row.settled_at, title % {"goal": row.title}, "", *look)


def check_in_entries(rows: Iterable[MentoringCheckIn]) -> Iterator[TimelineEntry]:
    """How it went, as either side said."""
    for row in rows:
        words = {
            "mood": row.mood,
            "mood_word": row.MOODS[row.mood - 1],
            "progress": row.progress,
            "progress_word": row.PACES[row.progress - 1],
        }
        said = _("Mood %(mood)d (%(mood_word)s), progress %(progress)d (%(progress_word)s)") % words
        title = said if row.by_student else _("By the mentor: %(said)s") % {"said": said}
        yield TimelineEntry(CHECK_INS, row.created_at, title, row.comment, "chart")


def question_entries(rows: Iterable[MentoringQuestion]) -> Iterator[TimelineEntry]:
    """What was asked, with its answer where it has one."""
    for row in rows:
        yield TimelineEntry(QUESTIONS, row.created_at, row.question, row.answer, "help", "" if row.answer else "warn")


def mentor_entries(rows: Sequence[IndividualAssignment], notes: Mapping[UUID, str]) -> Iterator[TimelineEntry]:
    """Who became the mentor when, from whom, with the note of whom they follow, and when it ended with nobody after."""
    follows: dict[datetime, IndividualAssignment] = {one.ended_at: one for one in rows if one.ended_at}
    begun = {one.assigned_at for one in rows}
    for row in rows:
        words = {"name": row.instructor.full_name, "type": row.get_assignment_type_display().lower()}
        before = follows.get(row.assigned_at)
        if before is None:
            title = _("%(name)s became %(type)s")
        elif before.instructor_id == row.instructor_id:
            title = _("%(name)s is now %(type)s")
        else:
            title = _("%(before)s handed over to %(name)s")
            words["before"] = before.instructor.full_name
        icon = "swap" if before else "mentor"
        yield TimelineEntry(MENTORS, row.assigned_at, title % words, notes.get(row.pk, ""), icon)
        if row.ended_at and row.ended_at not in begun:
            yield TimelineEntry(MENTORS, row.ended_at, _("%(name)s is no longer %(type)s") % words, "", "x")
