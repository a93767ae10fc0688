"""Courses and their subjects: lists and forms, one course, and the way into an open batch."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.core.errors import DomainError, Forbidden
from muster.courses import resources
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.courses.queries import courses_with_numbers
from muster.enrollments.models import Enrollment
from muster.enrollments.permissions import enrollments
from muster.enrollments.queries import open_batches_of
from muster.enrollments.rules import enroll_student
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.dialogs import ConfirmForm, redirect_with_message, render_dialog
from muster.web.ui.pages import page
from muster.web.ui.resources import Area, Pages
from muster.web.ui.shell import url_or_empty

# Batches shown on the page of a course; the rest is in the list of batches.
SHOWN = 12


class CoursePages(Pages[Course]):
    """Courses, in lists with how many batches they have now."""

    def rows(self, actor: Actor) -> QuerySet[Course]:
        return courses_with_numbers(super().rows(actor))


COURSES = CoursePages(
    resources.COURSES,
    Area("courses"),
    route="courses:",
    list_route="courses:list",
    own_route="courses:course",
    icon="course",
)
SUBJECTS = Pages(resources.SUBJECTS, Area("courses"), route="courses:subject-", inside=COURSES)


@page(courses["see"])
def course_page(request: ActorRequest, course_id: str) -> HttpResponse:
    """One course: its subjects, its batches; for students, where there are seats."""
    actor = request.actor
    course = courses.get(actor, course_id, among=resources.COURSES.among)
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
            "place": _own_enrollment(actor, course) if learns else None,
            "batches_url": f"{every_batch}?course={course.pk}" if every_batch and not learns else "",
            "new_batch_url": f"{opened}?course={course.pk}" if opened else "",
        },
    )


def _own_enrollment(actor: Actor, course: Course) -> Enrollment | None:
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


@page(enrollments["enroll"])
def course_enroll(request: ActorRequest, course_id: str, batch_id: str) -> HttpResponse:
    """Take a seat for oneself in an open batch of the course."""
    actor = request.actor
    if not actor.is_any(*STUDENT_ROLES):
        raise Forbidden
    course = courses.get(actor, course_id)
    batch = batches.get(actor, batch_id, among=Batch.objects.filter(course=course).select_related("course"))
    back = reverse("courses:course", args=[course.pk])
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and actor.user is not None:
        try:
            enroll_student(by=actor, student=actor.user, batch=batch, course=course)
        except DomainError as error:
            # The sheet has no fields: what is refused stands above its sentences.
            form.add_error(None, error.message)
        else:
            url = url_or_empty("batches:batch", batch.pk) or back
            return redirect_with_message(request, url, _("You're enrolled in %(batch)s.") % {"batch": batch.name})
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
    return render_dialog(
        request,
        form,
        title=_("Enroll in %(batch)s?") % {"batch": batch.name},
        button=_("Enroll"),
        back=back,
        text=text,
        crumbs=[_("Courses"), reverse("courses:list"), course.title, back],
        context={"nav": "courses"},
    )
