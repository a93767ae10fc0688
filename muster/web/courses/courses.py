"""Courses and their subjects: lists and forms, and one course with its open batches."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.batches.models import Batch
from muster.batches.permissions import batches
from muster.batches.queries import batches_of
from muster.certificates.queries import needs_of
from muster.core.money import money
from muster.courses import resources
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.courses.queries import courses_with_numbers
from muster.enrollments.models import Enrollment
from muster.enrollments.queries import open_batches_of
from muster.institutions.access import Actor
from muster.institutions.models import STUDENT_ROLES
from muster.materials.permissions import course_materials
from muster.people.links import batches_url
from muster.web.materials.rows import section_of
from muster.web.requests import ActorRequest
from muster.web.ui.components import Fact
from muster.web.ui.pages import page
from muster.web.ui.resources import Area, Pages

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
    context = {
        "nav": "courses",
        "course": course,
        "may_change": may_change,
        "facts": _facts(course),
        "needs": needs_of(course),
        "subjects": list(course.subjects.order_by("semester", "title__plain")),
        "batches": list(running.order_by("-start_date", "name__plain")[:SHOWN]),
        "learns": learns,
        "open_batches": list(open_batches_of(course, actor)[:SHOWN]) if learns else [],
        "place": _own_enrollment(actor, course) if learns else None,
        "may_study": learns and course.is_active and course.individual_study,
        "batches_url": "" if learns else batches_url(course=course.pk),
        "new_batch_url": f"{reverse('batches:new')}?course={course.pk}" if may_change and course.is_active else "",
    }
    may_add = course_materials.allows(actor, "add", course)
    add_url = reverse("materials:new-course", args=[course.pk]) if may_add else ""
    return render(request, "courses/course.html", {**context, **section_of(actor, course, add_url=add_url)})


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
    told = [
        (_("Price"), money(price, course.currency) if price is not None else ""),
        (_("Required skills"), ", ".join(course.required_skills)),
        (_("Teaching styles"), ", ".join(course.teaching_styles)),
        (_("Language"), course.language),
    ]
    facts += [Fact(term, value) for term, value in told if value]
    return facts
