"""Courses: the list, one course, adding, editing, deleting, and the way into an open batch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django_tables2 import Column

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.core.errors import DomainError, Forbidden
from muster.courses import rules
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.courses.queries import courses_in_full, courses_with_numbers
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import open_batches_of
from muster.enrollments.rules import enroll_student
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.institutions.references import listed, references_to
from muster.web.courses.forms import CourseForm
from muster.web.ui.pages import accepted, form_refused, page
from muster.web.ui.parts import Action, Fact
from muster.web.ui.sheets import Agreed, done, sheet
from muster.web.ui.shell import url_or_empty
from muster.web.ui.tables import Bucket, Buckets, Empty, Facet, Filters, NumberColumn, Table, TitleColumn, list_page
from muster.web.ui.templatetags.muster import pill

# Batches shown on the page of a course; the rest is in the list of batches.
SHOWN = 12


class CourseTable(Table):
    """Courses in a list."""

    counted = ngettext_lazy("%(count)d course", "%(count)d courses", "count")
    caption = gettext_lazy("Courses")
    cards = {
        "title": "title",
        "is_active": "status",
        "kind": "meta",
        "department": "meta",
        "teacher": "hide",
        "semesters": "hide",
    }

    title = TitleColumn(
        verbose_name=gettext_lazy("Course"),
        url=lambda course: reverse("courses:course", args=[course.pk]),
        sub=lambda course: course.code,
    )
    code = Column(verbose_name=gettext_lazy("Code"), visible=False)
    kind = Column(verbose_name=gettext_lazy("Kind"))
    department = Column(verbose_name=gettext_lazy("Department"), accessor="department__name")
    teacher = Column(verbose_name=gettext_lazy("Default instructor"), accessor="default_instructor__full_name")
    semesters = NumberColumn(verbose_name=gettext_lazy("Semesters"))
    batch_count = NumberColumn(verbose_name=gettext_lazy("Current batches"))
    is_active = Column(verbose_name=gettext_lazy("Status"))

    class Meta(Table.Meta):
        order_by = ("title",)

    def render_semesters(self, value: int) -> Any:
        return value or "–"

    def value_semesters(self, value: int) -> int:
        return value

    def render_is_active(self, value: bool) -> SafeString:
        return offered_pill(value)


def offered_pill(is_active: bool) -> SafeString:
    """Whether a course is offered."""
    return pill(_("Offered"), "good", "okc") if is_active else pill(_("Not offered"), icon="pause")


class CourseFilters(Filters):
    """How the list of courses is narrowed."""

    search = ("title", "code")
    search_hint = gettext_lazy("Title or code")
    department = Facet(
        gettext_lazy("Department"), value="department_id", text="department__name", none=gettext_lazy("No department")
    )
    kind = Facet(gettext_lazy("Kind"), value="kind", words=Course.Kind.choices)
    instructor = Facet(
        gettext_lazy("Instructor"),
        value="default_instructor_id",
        text="default_instructor__full_name",
        none=gettext_lazy("None"),
    )
    state = Buckets(
        gettext_lazy("Status"),
        Bucket("offered", gettext_lazy("Offered"), Q(is_active=True)),
        Bucket("not", gettext_lazy("Not offered"), Q(is_active=False)),
    )


@page(courses["see"])
def course_list(request: HttpRequest) -> HttpResponseBase:
    """All courses that the reader may see."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    new = reverse("courses:new") if courses.may(actor, "change") else ""
    return list_page(
        request,
        table_class=CourseTable,
        filterset_class=CourseFilters,
        queryset=courses_with_numbers(courses.rows(actor)),
        template="courses/list.html",
        context={"nav": "courses", "new_url": new},
        empty=Empty(
            _("No courses yet"),
            _(
                "A course is what you teach: a short course, a qualification or a degree. Add one, then create "
                "batches of it."
            ),
            "course",
            [Action(_("Add course"), new, "plus")] if new else [],
        ),
        export_name="courses",
    )


@page(courses["see"])
def course_page(request: HttpRequest, course_id: str) -> HttpResponse:
    """One course: its subjects, its batches; for students, where there are seats."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    course = courses.get(actor, course_id, among=courses_in_full())
    may_change = courses.allows(actor, "change", course)
    learns = actor.is_any(*STUDENT_ROLES) and not actor.manages
    visible = batches_of(actor, batches.rows(actor).filter(course=course))
    if learns:
        # Open batches stand in their own card; here the student's own.
        mine = Enrollment.objects.filter(student=actor.user, batch__isnull=False).exclude(
            status=Enrollment.Status.CANCELLED
        )
        visible = visible.filter(pk__in=mine.values("batch_id"))
    running = visible.filter(archived_at__isnull=True).exclude(status=Batch.Status.CANCELLED)
    every_batch = url_or_empty("batches:list")
    opened = url_or_empty("batches:new") if may_change and course.is_active else ""
    return render(
        request,
        "courses/course.html",
        {
            "nav": "courses",
            "course": course,
            "may_change": may_change,
            "facts": _facts(course),
            "subjects": list(course.subjects.order_by("semester", "title")),
            "batches": list(running.order_by("-start_date", "name")[:SHOWN]),
            "learns": learns,
            "open_batches": list(open_batches_of(course, actor)[:SHOWN]) if learns else [],
            "place": _place_of(actor, course) if learns else None,
            "batches_url": f"{every_batch}?course={course.pk}" if every_batch and not learns else "",
            "new_batch_url": f"{opened}?course={course.pk}" if opened else "",
        },
    )


def _place_of(actor: Actor, course: Course) -> Enrollment | None:
    """The student's own current enrollment in the course."""
    own = Enrollment.objects.current().filter(student=actor.user).filter(Q(course=course) | Q(batch__course=course))
    return own.select_related("batch").first()


def _facts(course: Course) -> list[Fact]:
    teacher, price = course.default_instructor, course.price
    facts = [
        Fact(_("Kind"), course.get_kind_display(), course.department.name if course.department else ""),
        Fact(
            _("Semesters"),
            course.semesters or _("None"),
            ngettext("usually %(count)d day", "usually %(count)d days", course.length_days)
            % {"count": course.length_days},
        ),
        Fact(_("Default instructor"), teacher.full_name if teacher else _("None"), teacher.email if teacher else ""),
        Fact(_("Usual capacity"), course.default_capacity or _("Not set")),
    ]
    if price is not None:
        facts.append(Fact(_("Price"), f"{number_format(price, 2, force_grouping=True)} {course.currency}"))
    if course.required_skills:
        facts.append(Fact(_("Required skills"), ", ".join(course.required_skills)))
    if course.teaching_styles:
        facts.append(Fact(_("Teaching styles"), ", ".join(course.teaching_styles)))
    if course.language:
        facts.append(Fact(_("Language"), course.language))
    return facts


@page(courses["change"])
def course_new(request: HttpRequest) -> HttpResponse:
    """Add a course."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = CourseForm(request.POST or None, actor=actor, initial={"department": request.GET.get("department", "")[:40]})
    course = accepted(form, lambda fields: rules.add_course(by=actor, fields=fields))
    if course is not None:
        messages.success(request, _("%(course)s added.") % {"course": course.title})
        return redirect("courses:course", course.pk)
    return _form(request, form, None)


@page(courses["change"])
def course_edit(request: HttpRequest, course_id: str) -> HttpResponse:
    """Change a course."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    course = courses.get(actor, course_id, "change")
    form = CourseForm(request.POST or None, actor=actor, row=course)
    if accepted(form, lambda changes: rules.change_course(by=actor, course=course, changes=changes)) is not None:
        messages.success(request, _("Saved."))
        return redirect("courses:course", course.pk)
    return _form(request, form, course)


def _form(request: HttpRequest, form: CourseForm, course: Course | None) -> HttpResponse:
    back = reverse("courses:course", args=[course.pk]) if course else reverse("courses:list")
    return render(
        request,
        "courses/form.html",
        {"nav": "courses", "form": form, "course": course, "back": back},
        status=400 if form.is_bound else 200,
    )


@page(courses["change"])
def course_delete(request: HttpRequest, course_id: str) -> HttpResponse:
    """Delete a course, or offer it no more where batches or students are in it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    course = courses.get(actor, course_id, "change")
    back = reverse("courses:course", args=[course.pk])
    in_use = references_to(course)
    form = Agreed(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            if in_use:
                rules.change_course(by=actor, course=course, changes={"is_active": False})
                return done(request, back, _("%(course)s is no longer offered.") % {"course": course.title})
            rules.delete_course(by=actor, course=course)
        except DomainError as error:
            form_refused(form, error)
        else:
            return done(request, reverse("courses:list"), _("%(course)s deleted.") % {"course": course.title})
    if in_use:
        title = _("%(course)s can't be deleted") % {"course": course.title}
        text = [_("It has %(what)s.") % {"what": listed([reference.words for reference in in_use])}]
        text.append(
            _("If you stop offering it, it keeps them, but students no longer see it.")
            if course.is_active
            else _("It's already not offered.")
        )
        button = _("Stop offering") if course.is_active else ""
    else:
        title, button = _("Delete %(course)s?") % {"course": course.title}, _("Delete course")
        subjects = course.subjects.count()
        text = [_("It never had a batch or a student. You can't undo this.")]
        if subjects:
            text.append(
                ngettext(
                    "Its %(count)d subject will also be deleted.",
                    "Its %(count)d subjects will also be deleted.",
                    subjects,
                )
                % {"count": subjects}
            )
    return sheet(
        request,
        form,
        title=title,
        button=button,
        back=back,
        text=text,
        tone="" if in_use else "bad",
        crumbs=[_("Courses"), reverse("courses:list"), course.title, back],
        context={"nav": "courses"},
    )


@page(enrollments["enroll"])
def course_enroll(request: HttpRequest, course_id: str, batch_id: str) -> HttpResponse:
    """Take a seat for oneself in an open batch of the course."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_any(*STUDENT_ROLES):
        raise Forbidden
    course = courses.get(actor, course_id)
    batch = batches.get(actor, batch_id, among=Batch.objects.filter(course=course).select_related("course"))
    back = reverse("courses:course", args=[course.pk])
    form = Agreed(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and actor.user is not None:
        try:
            enroll_student(by=actor, student=actor.user, batch=batch, course=course)
        except DomainError as error:
            # The sheet has no fields: what is refused stands above its sentences.
            form.add_error(None, error.message)
        else:
            url = url_or_empty("batches:batch", batch.pk) or back
            return done(request, url, _("You're enrolled in %(batch)s.") % {"batch": batch.name})
    text = []
    if batch.start_date and batch.end_date:
        text.append(
            _("%(course)s, from %(first)s to %(last)s.")
            % {
                "course": course.title,
                "first": date_format(batch.start_date, "j F Y"),
                "last": date_format(batch.end_date, "j F Y"),
            }
        )
    if course.price is not None:
        text.append(
            _("The price is %(price)s. Your payment will be recorded as pending.")
            % {"price": f"{number_format(course.price, 2, force_grouping=True)} {course.currency}"}
        )
    return sheet(
        request,
        form,
        title=_("Enroll in %(batch)s?") % {"batch": batch.name},
        button=_("Enroll"),
        back=back,
        text=text,
        crumbs=[_("Courses"), reverse("courses:list"), course.title, back],
        context={"nav": "courses"},
    )
