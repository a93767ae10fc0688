"""Subjects of a course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.courses.models import Course, Subject
from muster.courses.permissions import courses, subjects
from muster.institutions.access import Actor
from muster.institutions.errors import AlreadyTaken
from muster.institutions.rules.rows import delete_row, locked, take

FIELDS = {
    "code": "code",
    "title": "title",
    "semester": "semester",
    "credits": "credits",
    "maximum_marks": "maximum_marks",
    "pass_marks": "pass_marks",
}


@atomic
def add_subject(*, by: Actor, course: Course, fields: Mapping[str, Any]) -> Subject:
    """Add a subject to a course. Locks the course. Raises Missing, Invalid naming every field, AlreadyTaken."""
    course = locked(course)
    courses.must_reach(by, "change", course)
    subject = Subject(institution=by.institution, course=course)
    _store(by, subject, fields, "add_subject")
    return subject


@atomic
def change_subject(*, by: Actor, subject: Subject, changes: Mapping[str, Any]) -> Subject:
    """Change what is named. Locks its course, then the subject.

    Raises Missing, Invalid naming every field, AlreadyTaken.
    """
    course = locked(Course(pk=subject.course_id))
    subject = locked(subject)
    subject.course = course
    _store(by, subject, changes, "change_subject")
    subjects.must_reach(by, "change", subject)
    return subject


@atomic
def delete_subject(*, by: Actor, subject: Subject) -> None:
    """Delete a subject that nothing refers to. Locks it. Raises Missing, InUse."""
    subject = locked(subject, for_delete=True)
    with recorded(by, "delete_subject"):
        delete_row(subject, instead=_("Remove it from those first."))


def _store(by: Actor, subject: Subject, changes: Mapping[str, Any], use_case: str) -> None:
    found = take(subject, changes, FIELDS)
    wrong = {error.field for error in found}
    last = max(subject.course.semesters, 1)
    if "semester" not in wrong and not 1 <= subject.semester <= last:
        found.append(
            FieldError(
                "semester",
                _("The course only has %(last)d semesters.") % {"last": last}
                if last > 1
                else _("The course has no more semesters, so this must be 1."),
            )
        )
    if "credits" not in wrong and subject.credits < 0:
        found.append(FieldError("credits", _("Credits can't be negative.")))
    if "maximum_marks" not in wrong and subject.maximum_marks < 1:
        found.append(FieldError("maximum_marks", _("Maximum marks must be at least 1.")))
    elif not wrong & {"maximum_marks", "pass_marks"} and subject.pass_marks > subject.maximum_marks:
        found.append(FieldError("pass_marks", _("Pass marks can't be higher than maximum marks.")))
    if found:
        raise Invalid.fields(found)
    taken = AlreadyTaken(
        _("This course already has a subject with the code %(code)s. Choose another code.") % {"code": subject.code},
        "code",
    )
    with recorded(by, use_case), refused_as(one_subject_for_each_code=taken):
        subject.save()
