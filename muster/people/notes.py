"""What staff note about students: noted, edited and deleted by who wrote it, read by the staff of the student alone."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.accounts.models import User
from muster.core.database import atomic
from muster.core.errors import Forbidden, Invalid
from muster.core.history import recorded
from muster.core.rows import lock_row
from muster.core.text import clean_lines
from muster.institutions.access import Actor
from muster.people.models import MOST_NOTE, StaffNote
from muster.people.permissions import staff_notes


def notes_in_full(actor: Actor, rows: QuerySet[StaffNote]) -> QuerySet[StaffNote]:
    """The notes with author and student, and with whether the actor `may_act`: edit and delete; the newest first."""
    return staff_notes.with_rights(actor, "change", rows).select_related("written_by", "student").order_by("-id")


def notes_about(actor: Actor, student: User) -> QuerySet[StaffNote]:
    """What staff noted about the student, as far as the actor may read it, in full; nothing where that is themself."""
    return notes_in_full(actor, staff_notes.rows(actor, among=StaffNote.objects.filter(student=student)))


@atomic
def add_note(*, by: Actor, student: User, text: str) -> StaffNote:
    """Note something about a student, whom the caller has found among those of the actor. Locks nothing.

    Raises Forbidden for a note about oneself, Invalid at `text`.
    """
    if by.user is None or by.user.pk == student.pk or not staff_notes.may(by, "change"):
        raise Forbidden
    words = _sound(text)
    with recorded(by, "add_note"):
        return StaffNote.objects.create(institution=by.institution, student=student, text=words, written_by=by.user)


@atomic
def change_note(*, by: Actor, note: StaffNote, text: str) -> StaffNote:
    """Write a note anew; the history keeps what it said. Locks the note. Raises Missing, Invalid at `text`."""
    words, note = _sound(text), lock_row(note)
    if words != note.text:
        note.text, note.edited_at = words, timezone.now()
        with recorded(by, "change_note"):
            note.save(update_fields=["text", "edited_at", "updated_at"])
    return note


@atomic
def delete_note(*, by: Actor, note: StaffNote) -> None:
    """Delete a note; the history keeps it. Locks it. Raises Missing."""
    note = lock_row(note, for_delete=True)
    with recorded(by, "delete_note"):
        note.delete()


def _sound(text: str) -> str:
    words = clean_lines(text)
    if not words:
        raise Invalid(_("This field is required."), field="text")
    if len(words) > MOST_NOTE:
        raise Invalid(_("Keep the note to %(most)d characters or fewer.") % {"most": MOST_NOTE}, field="text")
    return words
