"""Notes of the staff about a student: added on the student's page, read with their history, edited, deleted."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.core.audit import history_of
from muster.people import notes
from muster.people.links import student_url, students_url
from muster.people.models import MOST_NOTE, StaffNote
from muster.people.permissions import staff_notes
from muster.people.permissions import students as student_access
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.history import told_on
from muster.web.ui.pages import page


class NoteForm(Form):
    """What to note."""

    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only staff see it, the student never does."),
    )


def _crumbs(note: StaffNote) -> list[str]:
    return [_("Students"), students_url(), note.student.full_name, student_url(note.student_id)]


@page(staff_notes["change"])
def add_page(request: ActorRequest, student_id: str) -> HttpResponse:
    """Note something about a student."""
    actor = request.actor
    person = student_access.get(actor, student_id, "list")
    form, back = NoteForm(posted_data(request)), student_url(person.pk)
    if submit_form(form, lambda: notes.add_note(by=actor, student=person, **form.cleaned_data)):
        return redirect_with_message(request, back, _("Note added."))
    return render_dialog(
        request,
        form,
        title=_("Note about %(name)s") % {"name": person.full_name},
        button=_("Add note"),
        back=back,
        crumbs=[_("Students"), students_url(), person.full_name, back],
        context={"nav": "students"},
    )


@page(staff_notes["see"])
def note_page(request: ActorRequest, note_id: str) -> HttpResponse:
    """One note, and what it said before."""
    actor = request.actor
    found = staff_notes.get(actor, note_id)
    note: Any = notes.notes_in_full(actor, StaffNote.objects.filter(pk=found.pk)).get()
    context = {"nav": "students", "note": note, "told": told_on(request, partial(history_of, note))}
    return render(
        request,
        "people/note.html",
        {**context, "students_url": students_url(), "student_url": student_url(note.student_id)},
    )


@page(staff_notes["change"])
def edit_page(request: ActorRequest, note_id: str) -> HttpResponse:
    """Write an own note anew."""
    actor = request.actor
    note = staff_notes.get(actor, note_id, "change", among=StaffNote.objects.select_related("student"))
    form, back = NoteForm(posted_data(request), initial={"text": note.text}), student_url(note.student_id)
    if submit_form(form, lambda: notes.change_note(by=actor, note=note, **form.cleaned_data)):
        return redirect_with_message(request, back, _("Note saved."))
    return render_dialog(
        request,
        form,
        title=_("Edit note"),
        button=_("Save"),
        back=back,
        crumbs=_crumbs(note),
        context={"nav": "students"},
    )


@page(staff_notes["change"])
def delete_page(request: ActorRequest, note_id: str) -> HttpResponse:
    """Ask, then delete an own note."""
    actor = request.actor
    note = staff_notes.get(actor, note_id, "change", among=StaffNote.objects.select_related("student"))
    form, back = ConfirmForm(posted_data(request)), student_url(note.student_id)
    if submit_form(form, lambda: notes.delete_note(by=actor, note=note)):
        return redirect_with_message(request, back, _("Note deleted."))
    return render_dialog(
        request,
        form,
        title=_("Delete this note?"),
        button=_("Delete note"),
        back=back,
        text=[note.text, _("The audit log keeps that it was there. You can't undo this.")],
        tone="bad",
        keep=_("Keep it"),
        crumbs=_crumbs(note),
        context={"nav": "students"},
    )


def note_urls(note: Any) -> tuple[str, str]:
    """Where who wrote the note edits and deletes it; nowhere for others."""
    if not note.may_act:
        return "", ""
    return reverse("notes:edit", args=[note.pk]), reverse("notes:delete", args=[note.pk])
