"""Adding, editing, removing and restoring materials."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.batches.models import Batch
from muster.batches.permissions import sessions
from muster.core.files import ACCEPT, read_whole
from muster.courses.models import Course
from muster.institutions.access import Actor
from muster.materials import rules
from muster.materials.models import MOST_DESCRIPTION, MOST_TITLE, MOST_URL, Material
from muster.materials.permissions import batch_materials, course_materials, materials, removed_materials
from muster.materials.queries import Place, place_of, whole_materials
from muster.people.links import course_url
from muster.timetable.models import ClassSession
from muster.web.batches.dialogs import batches_for_rules, tab_url
from muster.web.materials.rows import page_of_place, session_words, words_of_place
from muster.web.requests import ActorRequest
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog, submit_form
from muster.web.ui.forms import Form, posted_data
from muster.web.ui.pages import page
from muster.web.ui.undo import Undo

# The sessions of a batch that are offered, around today.
BEFORE, AFTER, MOST_SESSIONS = timedelta(days=21), timedelta(days=42), 60


class WordsForm(Form):
    """What is said of a material, and from when on students see it."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=MOST_TITLE)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=MOST_DESCRIPTION,
        required=False,
        help_text=gettext_lazy("One line, such as what to read before the session."),
    )
    visible_from = forms.DateField(
        label=gettext_lazy("Visible from"),
        required=False,
        help_text=gettext_lazy("Leave blank to show it to students now."),
    )


class AddForm(WordsForm):
    """A file or a link, and what it belongs to."""

    to = forms.ChoiceField(label=gettext_lazy("Belongs to"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy("PDF, JPEG, PNG, HEIC or WebP, up to 10 MB."),
    )
    url = forms.CharField(
        label=gettext_lazy("Or a link"),
        required=False,
        max_length=MOST_URL,
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url"}),
    )
    field_order = ("file", "url", "title", "description", "to", "visible_from")

    def __init__(self, *args: Any, offered: dict[str, tuple[str, Place]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Leave blank to use the name of the file.")
        if len(offered) > 1:
            self.fields["to"].choices = [(key, words) for key, (words, _place) in offered.items()]  # type: ignore[attr-defined]
        else:
            del self.fields["to"]

    def sent(self) -> dict[str, Any]:
        """What was filled in, as the rule takes it. Raises FileTooLarge."""
        given = dict(self.cleaned_data)
        place = self.offered[given.pop("to", next(iter(self.offered)))][1]
        file = given.pop("file")
        sent = rules.SentFile(read_whole(file), file.name or "") if file else None
        return {**given, "to": place, "file": sent}


class EditForm(WordsForm):
    """The same of one that is there, the link where it is one, and its place among the others."""

    url = forms.CharField(label=gettext_lazy("Link"), max_length=MOST_URL, widget=forms.URLInput)
    position = forms.IntegerField(
        label=gettext_lazy("Position"),
        min_value=1,
        help_text=gettext_lazy("Materials are listed in this order, 1 first."),
    )
    field_order = ("title", "description", "url", "visible_from", "position")

    def __init__(self, *args: Any, material: Material, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not material.is_link:
            del self.fields["url"]


@page(batch_materials["add"])
def add_to_batch(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Add material to a batch, to its course or to one of its sessions."""
    actor = request.actor
    batch = batch_materials.get(actor, batch_id, "add", among=batches_for_rules())
    return _add_dialog(request, _offered(actor, batch), name=batch.code, back=tab_url(batch, "materials"))


@page(course_materials["add"])
def add_to_course(request: ActorRequest, course_id: UUID) -> HttpResponse:
    """Add material to a course."""
    course = course_materials.get(request.actor, course_id, "add", among=Course.objects.select_related("institution"))
    return _add_dialog(request, {"course": ("", course)}, name=course.title, back=course_url(course.pk))


@page(sessions["change"])
def add_to_session(request: ActorRequest, session_id: UUID) -> HttpResponse:
    """Add material to a session."""
    session = sessions.get(request.actor, session_id, "change", among=ClassSession.objects.select_related("meeting"))
    back = reverse("attendance:register", args=[session.pk])
    return _add_dialog(request, {"session": ("", session)}, name=session_words(session), back=back)


def _offered(actor: Actor, batch: Batch) -> dict[str, tuple[str, Place]]:
    """Where in a batch a material may go: to all of it, to its course, to a session around today."""
    found: dict[str, tuple[str, Place]] = {"batch": (_("The batch, %(name)s") % {"name": batch.name}, batch)}
    if batch.course is not None and course_materials.allows(actor, "add", batch.course):
        found["course"] = (_("The course, in all its batches: %(course)s") % {"course": batch.course}, batch.course)
    today = batch.today()
    near = ClassSession.objects.filter(
        Q(meeting__batch_links__batch=batch.pk), date__range=(today - BEFORE, today + AFTER)
    ).exclude(status=ClassSession.Status.CANCELLED)
    for session in near.select_related("meeting").order_by("date", "start_time", "pk")[:MOST_SESSIONS]:
        found[str(session.pk)] = (_("The session of %(when)s") % {"when": session_words(session)}, session)
    return found


def _add_dialog(request: ActorRequest, offered: dict[str, tuple[str, Place]], *, name: str, back: str) -> HttpResponse:
    form = AddForm(posted_data(request), request.FILES or None, offered=offered)
    if done := submit_form(form, lambda: rules.add_material(by=request.actor, **form.sent())):
        undo = Undo(reverse("materials:remove", args=[done.result.pk]))
        return redirect_with_message(request, back, _("%(title)s added.") % {"title": done.result}, undo)
    title = _("Add material to %(name)s") % {"name": name}
    return _dialog(request, form, title=title, button=_("Add"), back=back, crumbs=[name, back])


@page(materials["change"])
def edit_page(request: ActorRequest, material_id: UUID) -> HttpResponse:
    """Change the words of a material, when it is shown, and its place among the others."""
    actor = request.actor
    row = _find(actor, material_id)
    before = {name: getattr(row, name) for name in ("title", "description", "url", "visible_from", "position")}
    form = EditForm(posted_data(request), material=row, initial=before)
    back = page_of_place(actor, place_of(row))
    if done := submit_form(form, lambda: rules.change_material(by=actor, material=row, changes=form.cleaned_data)):
        undo = Undo(request.path, {name: str(before[name] or "") for name in form.fields})
        return redirect_with_message(request, back, _("%(title)s saved.") % {"title": done.result}, undo)
    title = _("Edit %(title)s") % {"title": row}
    return _dialog(request, form, title=title, button=_("Save"), back=back, crumbs=[words_of_place(row), back])


@page(materials["change"])
def remove_page(request: ActorRequest, material_id: UUID) -> HttpResponse:
    """Remove a material."""
    actor = request.actor
    row = _find(actor, material_id)
    form, back = ConfirmForm(posted_data(request)), page_of_place(actor, place_of(row))
    if submit_form(form, lambda: rules.remove_material(by=actor, material=row)):
        undo = Undo(reverse("materials:restore", args=[row.pk]))
        return redirect_with_message(request, back, _("%(title)s removed.") % {"title": row}, undo)
    return _dialog(
        request,
        form,
        title=_("Remove %(title)s?") % {"title": row},
        button=_("Remove"),
        back=back,
        text=[_("Students can no longer open it.")],
        crumbs=[words_of_place(row), back],
    )


@page(removed_materials["restore"])
def restore_page(request: ActorRequest, material_id: UUID) -> HttpResponse:
    """Have a material back that was removed."""
    actor = request.actor
    row = removed_materials.get(actor, material_id, "restore", among=whole_materials)
    form, back = ConfirmForm(posted_data(request)), page_of_place(actor, place_of(row))
    if submit_form(form, lambda: rules.restore_material(by=actor, material=row)):
        undo = Undo(reverse("materials:remove", args=[row.pk]))
        return redirect_with_message(request, back, _("%(title)s restored.") % {"title": row}, undo)
    title = _("Restore %(title)s?") % {"title": row}
    return _dialog(request, form, title=title, button=_("Restore"), back=back, crumbs=[words_of_place(row), back])


# --- the parts ------------------------------------------------------------------------------------------------------
def _find(actor: Actor, material_id: UUID) -> Any:
    return materials.get(actor, material_id, "change", among=whole_materials)


def _dialog(request: ActorRequest, form: Form, **shown: Any) -> HttpResponse:
    return render_dialog(request, form, context={"nav": "batches"}, **shown)
