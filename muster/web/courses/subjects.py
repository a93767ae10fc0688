"""The subjects on the page of their course: adding, editing, deleting."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from muster.courses import rules
from muster.courses.models import Course, Subject
from muster.courses.permissions import courses, subjects
from muster.institutions.access import Actor
from muster.institutions.references import listed, references_to
from muster.web.courses.forms import SubjectForm
from muster.web.ui.forms import sent
from muster.web.ui.pages import accepted, page
from muster.web.ui.sheets import Agreed, done, sheet, tried


@page(courses["change"])
def subject_new(request: HttpRequest, course_id: str) -> HttpResponse:
    """Add a subject to a course."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    course = courses.get(actor, course_id, "change")
    form = SubjectForm(request.POST or None)
    subject = accepted(form, lambda fields: rules.add_subject(by=actor, course=course, fields=fields))
    if subject is not None:
        return done(request, _page_of(course), _("%(subject)s added.") % {"subject": subject.title})
    return _sheet(request, form, course, _("Add subject"), _("Add subject"))


@page(subjects["change"])
def subject_edit(request: HttpRequest, subject_id: str) -> HttpResponse:
    """Change a subject."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    subject = subjects.get(actor, subject_id, "change", among=Subject.objects.select_related("course"))
    form = SubjectForm(request.POST or None, row=subject)
    if accepted(form, lambda changes: rules.change_subject(by=actor, subject=subject, changes=changes)) is not None:
        return done(request, _page_of(subject.course), _("Saved."))
    return _sheet(request, form, subject.course, _("Edit %(subject)s") % {"subject": subject.title}, _("Save"))


@page(subjects["change"])
def subject_delete(request: HttpRequest, subject_id: str) -> HttpResponse:
    """Delete a subject that nothing refers to."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    subject = subjects.get(actor, subject_id, "change", among=Subject.objects.select_related("course"))
    form = Agreed(sent(request))
    if tried(form, lambda: rules.delete_subject(by=actor, subject=subject)):
        return done(request, _page_of(subject.course), _("%(subject)s deleted.") % {"subject": subject.title})
    in_use = listed([reference.words for reference in references_to(subject)])
    if in_use:
        text = [] if form.is_bound else [_("It has %(what)s. Remove it from those first.") % {"what": in_use}]
        title = _("%(subject)s can't be deleted") % {"subject": subject.title}
        return _sheet(request, form, subject.course, title, "", text)
    title = _("Delete %(subject)s?") % {"subject": subject.title}
    text = [_("Nothing uses it. You can't undo this.")]
    return _sheet(request, form, subject.course, title, _("Delete subject"), text, "bad")


def _page_of(course: Course) -> str:
    return reverse("courses:course", args=[course.pk])


def _sheet(
    request: HttpRequest,
    form: SubjectForm | Agreed,
    course: Course,
    title: str,
    button: str,
    text: list[str] | None = None,
    tone: str = "",
) -> HttpResponse:
    return sheet(
        request,
        form,
        title=title,
        button=button,
        back=_page_of(course),
        text=text or [],
        tone=tone,
        crumbs=[_("Courses"), reverse("courses:list"), course.title, _page_of(course)],
        context={"nav": "courses"},
    )
