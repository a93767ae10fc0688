"""The subjects of a course."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query

from muster.api.courses.bodies import SubjectIn
from muster.api.courses.shapes import SubjectOut, subject_json
from muster.api.kit import Deleted, Door, Paging, answer, found, given, key, page_of, sorted_rows
from muster.courses import rules
from muster.courses.models import Course, Subject
from muster.courses.permissions import courses, subjects

router = Door()

COLUMNS = {"code": "code", "title": "title", "semester": "semester", "createdAt": "created_at"}


class Narrowing(Paging):
    """The filters of the list of subjects."""

    semester: int | None = Field(None, ge=0, le=100)


def _changes(body: SubjectIn) -> dict[str, Any]:
    return {name: getattr(body, name) for name in body.model_fields_set}


@router.get("/courses/{course_id}/subjects", allow=courses["see"], on="course_id", rows=SubjectOut)
def list_subjects(request: HttpRequest, course_id: str, paging: Query[Narrowing]) -> HttpResponse:
    """The subjects of a course, semester by semester."""
    rows = subjects.rows(given(request)).filter(course=found(request, Course))
    if paging.semester is not None:
        rows = rows.filter(semester=paging.semester)
    if paging.q:
        rows = rows.filter(Q(title__icontains=paging.q) | Q(code__icontains=paging.q))
    return page_of(sorted_rows(rows.order_by("semester", "title", "pk"), paging.sort, COLUMNS), paging, subject_json)


@router.post("/courses/{course_id}/subjects", allow=courses["change"], on="course_id", data=SubjectOut, status=201)
def add_subject(request: HttpRequest, course_id: str, body: SubjectIn) -> HttpResponse:
    """Add a subject to a course."""
    subject = rules.add_subject(by=given(request), course=found(request, Course), fields=_changes(body))
    return answer(subject_json(subject), "Subject created successfully", status=201)


@router.get("/subjects/{subject_id}", allow=subjects["see"], on="subject_id", data=SubjectOut)
def see_subject(request: HttpRequest, subject_id: str) -> HttpResponse:
    """One subject."""
    return answer(subject_json(found(request, Subject)))


@router.put("/subjects/{subject_id}", allow=subjects["change"], on="subject_id", data=SubjectOut)
def change_subject(request: HttpRequest, subject_id: str, body: SubjectIn) -> HttpResponse:
    """Change only the fields you send."""
    subject = rules.change_subject(by=given(request), subject=found(request, Subject), changes=_changes(body))
    return answer(subject_json(subject), "Subject updated successfully")


@router.delete("/subjects/{subject_id}", allow=subjects["change"], on="subject_id", data=Deleted)
def delete_subject(request: HttpRequest, subject_id: str) -> HttpResponse:
    """Delete a subject that nothing refers to."""
    subject = found(request, Subject)
    rules.delete_subject(by=given(request), subject=subject)
    return answer({"_id": key(subject.pk)}, "Subject deleted successfully")
