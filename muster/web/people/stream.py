"""What was noted, written and done around a student, as one stream, the latest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.institutions.access import Actor
from muster.messaging.queries import messages_to
from muster.people.notes import notes_about
from muster.people.permissions import staff_notes
from muster.web.people.history import student_history
from muster.web.people.notes import note_urls
from muster.web.ui.components import Tone, View

SHOWN, SHOWN_ALONE = 12, 100
MOST_WORDS = 60
NOTES, MESSAGES, HISTORY = "notes", "messages", "history"


@dataclass(frozen=True)
class StreamEntry:
    """One thing: what, when and by whom, with its page, and where who wrote it edits and deletes it."""

    kind: str
    at: datetime
    icon: str
    title: str
    text: str = ""
    by: str = ""
    tone: Tone = ""
    url: str = ""
    edit_url: str = ""
    delete_url: str = ""
    is_edited: bool = False


@dataclass(frozen=True)
class Stream:
    """The entries to show, the chips above them, and where a note is added."""

    entries: Sequence[StreamEntry]
    views: Sequence[View]
    add_url: str
    more: int


def stream_of(actor: Actor, person: User, kind: str) -> Stream:
    """The stream of a student as far as the reader may see it; of one `kind`, or of all. One statement for each kind.

    Students see neither notes nor why the staff did something.
    """
    own = actor.user is not None and actor.user.pk == person.pk
    found = {MESSAGES: list(_messages(actor, person))}
    if takes_notes := staff_notes.may(actor, "see") and not own:
        found = {NOTES: list(_notes(actor, person)), **found}
    if own or actor.manages:
        found[HISTORY] = list(_history(actor, person, own=own))
    kind = kind if kind in found else ""
    chosen = found[kind] if kind else _together(found.values())
    most = SHOWN_ALONE if kind else SHOWN
    labels = {NOTES: _("Notes"), MESSAGES: _("Messages"), HISTORY: _("History")}
    views = [
        View(_("All"), "?#stream", current=not kind),
        *(View(labels[each], f"?show={each}#stream", len(rows), kind == each) for each, rows in found.items()),
    ]
    add_url = reverse("students:add-note", args=[person.pk]) if takes_notes else ""
    return Stream(chosen[:most], views, add_url, max(len(chosen) - most, 0))


def _together(kinds: Iterable[Sequence[StreamEntry]]) -> list[StreamEntry]:
    return sorted((entry for rows in kinds for entry in rows), key=lambda entry: entry.at, reverse=True)


def _notes(actor: Actor, person: User) -> Iterator[StreamEntry]:
    rows: Any = notes_about(actor, person)[:SHOWN_ALONE]
    for row in rows:
        edit_url, delete_url = note_urls(row)
        yield StreamEntry(
            NOTES,
            row.created_at,
            "note",
            _("Note"),
            row.text,
            row.written_by.full_name if row.written_by else "",
            "warn",
            reverse("notes:note", args=[row.pk]),
            edit_url,
            delete_url,
            row.edited_at is not None,
        )


def _messages(actor: Actor, person: User) -> Iterator[StreamEntry]:
    for row in messages_to(actor, person.pk)[:SHOWN_ALONE]:
        sender = row.sent_by.full_name if row.sent_by else ""
        by = ", ".join(filter(None, (sender, row.batch.marked(row.batch.code) if row.batch else "")))
        text = Truncator(row.text).words(MOST_WORDS)
        url = reverse("messaging:message", args=[row.pk])
        yield StreamEntry(MESSAGES, row.created_at, "mail", row.subject, text, by, url=url)


def _history(actor: Actor, person: User, *, own: bool) -> Iterator[StreamEntry]:
    for entry, words, icon in student_history(actor, person):
        reason = "" if own else str(entry.facts.get("reason") or "")
        yield StreamEntry(HISTORY, entry.at, icon, words, reason, "" if own else str(entry.by_name or "Muster"))
