"""Courses: adding, listing, seeing, changing, deleting."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query

from muster.api.courses.bodies import CourseIn
from muster.api.courses.shapes import CourseOut, course_json
from muster.api.kit import Deleted, Door, Paging, answer, found, given, key, page_of, sorted_rows
from muster.core.errors import Invalid
from muster.core.permissions import as_id
from muster.courses import rules
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.courses.queries import courses_in_full
from muster.institutions.permissions import departments
from muster.institutions.queries import person_named

router = Door()

COLUMNS = {
    "course_title": "title",
    "code": "code",
    "kind": "kind",
    "semesters": "semesters",
    "createdAt": "created_at",
}


class Narrowing(Paging):
    """The filters of the list of courses."""

    dept: str = ""
    kind: str = ""
    active: bool | None = None


def _changes(actor: Any, body: CourseIn) -> dict[str, Any]:
    sent = body.model_fields_set
    plain = {
        "course_title": "title",
        "code": "code",
        "kind": "kind",
        "semesters": "semesters",
        "length_days": "length_days",
        "default_capacity": "default_capacity",
        "required_skills": "required_skills",
        "teaching_styles": "teaching_styles",
        "language": "language",
        "price": "price",
        "currency": "currency",
        "active": "is_active",
    }
    changes = {ours: getattr(body, theirs) for theirs, ours in plain.items() if theirs in sent}
    for name in ("department", "dept_id"):
        if name in sent:
            pk = getattr(body, name)
            changes["department"] = departments.named(actor, pk, name) if pk else None
    if "assigned_instructor" in sent:
        pk = body.assigned_instructor
        changes["default_instructor"] = person_named(actor, pk, "assigned_instructor") if pk else None
    return changes


def _shown(course: Course) -> CourseOut:
    return course_json(courses_in_full(Course.objects.filter(pk=course.pk)).get())


@router.get("", allow=courses["see"], rows=CourseOut)
def list_courses(request: HttpRequest, narrowing: Query[Narrowing]) -> HttpResponse:
    """The courses the caller can see, by title."""
    rows = courses_in_full(courses.rows(given(request)))
    if narrowing.dept:
        if (department := as_id(narrowing.dept)) is None:
            raise Invalid(_("Nothing has this id."), field="dept")
        rows = rows.filter(department=department)
    if narrowing.kind:
        if narrowing.kind not in Course.Kind.values:
            raise Invalid(
                _("Choose one of these kinds: %(known)s.") % {"known": ", ".join(Course.Kind.values)}, field="kind"
            )
        rows = rows.filter(kind=narrowing.kind)
    if narrowing.active is not None:
        rows = rows.filter(is_active=narrowing.active)
    if narrowing.q:
        rows = rows.filter(Q(title__icontains=narrowing.q) | Q(code__icontains=narrowing.q))
    return page_of(sorted_rows(rows.order_by("title", "pk"), narrowing.sort, COLUMNS), narrowing, course_json)


@router.post("", allow=courses["change"], data=CourseOut, status=201)
def add_course(request: HttpRequest, body: CourseIn) -> HttpResponse:
    """Add a course."""
    actor = given(request)
    course = rules.add_course(by=actor, fields=_changes(actor, body))
    return answer(_shown(course), "Course created successfully", status=201)


@router.get(
    "/{course_id}",
    allow=courses["see"],
    on="course_id",
    among=lambda actor: courses_in_full(Course.objects.all()),
    data=CourseOut,
)
def see_course(request: HttpRequest, course_id: str) -> HttpResponse:
    """One course."""
    return answer(course_json(found(request, Course)))


@router.put("/{course_id}", allow=courses["change"], on="course_id", data=CourseOut)
def change_course(request: HttpRequest, course_id: str, body: CourseIn) -> HttpResponse:
    """Change only the fields you send."""
    actor = given(request)
    course = rules.change_course(by=actor, course=found(request, Course), changes=_changes(actor, body))
    return answer(_shown(course), "Course updated successfully")


@router.delete("/{course_id}", allow=courses["change"], on="course_id", data=Deleted)
def delete_course(request: HttpRequest, course_id: str) -> HttpResponse:
    """Delete a course that never had batches or enrollments. Deactivate others (`active`: false)."""
    course = found(request, Course)
    rules.delete_course(by=given(request), course=course)
    return answer({"_id": key(course.pk)}, "Course deleted successfully")
