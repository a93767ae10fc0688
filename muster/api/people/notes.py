"""What staff note about students."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query
from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.batches.history import EntryOut, entry_json
from muster.api.kit import (
    Deleted,
    Door,
    In,
    Moment,
    PageQuery,
    Paging,
    Stamped,
    answer,
    page_of,
    request_actor,
    request_object,
    stamp,
    timestamp,
)
from muster.api.kit.answers import list_answer
from muster.core.audit import history_of
from muster.core.search import with_words
from muster.people import notes
from muster.people.models import MOST_NOTE, StaffNote
from muster.people.permissions import staff_notes, students

router = Door()


class NoteIn(In):
    """What to note."""

    text: str = Field(max_length=MOST_NOTE, description="Plain text, for staff only")


class WriterOut(TypedDict):
    """Who noted it."""

    _id: str
    full_name: str


class NoteOut(Stamped):
    """A note about a student. `editable` says whether the caller wrote it."""

    student_id: str
    text: str
    written_by: WriterOut | None
    edited_at: Moment | None
    editable: bool


def note_json(row: Any) -> NoteOut:
    """A note of `notes_in_full`."""
    writer = row.written_by
    return {
        **stamp(row),
        "student_id": str(row.student_id),
        "text": row.text,
        "written_by": {"_id": str(writer.pk), "full_name": writer.full_name} if writer else None,
        "edited_at": timestamp(row.edited_at),
        "editable": row.may_act,
    }


def _whole(request: HttpRequest, note: StaffNote) -> NoteOut:
    return note_json(notes.notes_in_full(request_actor(request), StaffNote.objects.filter(pk=note.pk)).get())


def _student(actor: Any, student_id: str) -> User:
    return students.get(actor, student_id, "list")


@router.get("/students/{student_id}/notes", allow=staff_notes["see"], on="student_id", find=_student, rows=NoteOut)
def list_notes(request: HttpRequest, student_id: str, paging: Query[Paging]) -> HttpResponse:
    """What staff noted about a student, newest first. Students never see it."""
    actor = request_actor(request)
    rows = notes.notes_about(actor, request_object(request, User))
    return page_of(with_words(rows, paging.q, "text", "written_by__full_name"), paging, note_json)


@router.post(
    "/students/{student_id}/notes",
    allow=staff_notes["change"],
    on="student_id",
    find=_student,
    data=NoteOut,
    status=201,
)
def add_note(request: HttpRequest, student_id: str, body: NoteIn) -> HttpResponse:
    """Note something about a student."""
    note = notes.add_note(by=request_actor(request), student=request_object(request, User), text=body.text)
    return answer(_whole(request, note), "Note added successfully", status=201)


@router.get("/staff-notes/{note_id}", allow=staff_notes["see"], on="note_id", data=NoteOut)
def see_note(request: HttpRequest, note_id: str) -> HttpResponse:
    """One note."""
    return answer(_whole(request, request_object(request, StaffNote)))


@router.put("/staff-notes/{note_id}", allow=staff_notes["change"], on="note_id", data=NoteOut)
def change_note(request: HttpRequest, note_id: str, body: NoteIn) -> HttpResponse:
    """Edit a note that the caller wrote. The history keeps what it said before."""
    note = notes.change_note(by=request_actor(request), note=request_object(request, StaffNote), text=body.text)
    return answer(_whole(request, note), "Note updated successfully")


@router.delete("/staff-notes/{note_id}", allow=staff_notes["change"], on="note_id", data=Deleted)
def delete_note(request: HttpRequest, note_id: str) -> HttpResponse:
    """Delete a note that the caller wrote."""
    note = request_object(request, StaffNote)
    key = str(note.pk)
    notes.delete_note(by=request_actor(request), note=note)
    return answer({"_id": key}, "Note deleted successfully")


@router.get("/staff-notes/{note_id}/history", allow=staff_notes["see"], on="note_id", rows=EntryOut)
def see_note_history(request: HttpRequest, note_id: str, paging: Query[PageQuery]) -> HttpResponse:
    """Who wrote and edited the note, and what it said before."""
    told = history_of(request_object(request, StaffNote), page=paging.page, page_size=paging.page_size)
    return list_answer(
        [entry_json(entry) for entry in told.entries], total=told.total, page=paging.page, page_size=paging.page_size
    )
