"""Courses: adding, changing, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from muster.core.database import atomic, refused_as
from muster.core.errors import FieldError, Invalid
from muster.core.history import recorded
from muster.courses.errors import NotAnInstructor, SemestersInUse
from muster.courses.models import Course
from muster.courses.permissions import courses
from muster.institutions.access import Actor
from muster.institutions.errors import AlreadyTaken
from muster.institutions.models import Membership, Role
from muster.institutions.rules.rows import delete_row, locked, take

FIELDS = {
    "title": "course_title",
    "code": "code",
    "kind": "kind",
    "department": "department",
    "semesters": "semesters",
    "length_days": "length_days",
    "default_instructor": "assigned_instructor",
    "default_capacity": "default_capacity",
    "required_skills": "required_skills",
    "teaching_styles": "teaching_styles",
    "language": "language",
    "price": "price",
    "currency": "currency",
    "is_active": "active",
}
MOST_SEMESTERS, MOST_DAYS, MOST_SKILLS, MOST_STYLES = 20, 3660, 30, 20


@atomic
def add_course(*, by: Actor, fields: Mapping[str, Any]) -> Course:
    """Add a course. Raises Invalid naming every field, AlreadyTaken, NotAnInstructor, and Forbidden beyond the actor's
    own department."""
    course = Course(institution=by.institution)
    _take(course, fields)
    _store(by, course, "add_course")
    return course


@atomic
def change_course(*, by: Actor, course: Course, changes: Mapping[str, Any]) -> Course:
    """Change what is named. Fewer semesters are refused while subjects or batches need them.

    Locks the course. Raises Missing, Invalid naming every field, AlreadyTaken, NotAnInstructor, SemestersInUse, and
    Forbidden beyond the actor's own department.
    """
    course = locked(course)
    before = course.semesters
    _take(course, changes)
    if course.semesters < before:
        last = max(course.semesters, 1)
        subjects = course.subjects.filter(semester__gt=last).count()
        batches = course.batches.filter(current_semester__gt=last, deleted_at__isnull=True).count()
        if subjects or batches:
            raise SemestersInUse(course.semesters, subjects, batches)
    _store(by, course, "change_course")
    return course


@atomic
def delete_course(*, by: Actor, course: Course) -> None:
    """Delete a course that never had batches or enrollments, with its subjects. Locks it. Raises Missing, InUse."""
    course = locked(course, for_delete=True)
    with recorded(by, "delete_course"):
        delete_row(course, instead=_("Deactivate it instead. It keeps them, but can't be chosen anymore."))


def _take(course: Course, changes: Mapping[str, Any]) -> None:
    given = dict(changes)
    if given.get("currency"):
        given["currency"] = str(given["currency"]).strip().upper()
    for name in ("required_skills", "teaching_styles"):
        if given.get(name) is not None:
            # What is said twice is needed once; the order stays.
            given[name] = list(dict.fromkeys(s for word in given[name] if (s := word.strip())))
    found = take(course, given, FIELDS)
    wrong = {error.field for error in found}

    def must(field: str, holds: bool, message: str) -> None:
        if not holds and field not in wrong:
            found.append(FieldError(field, message))

    most = _("Enter a number from %(least)d to %(most)d.")
    must("semesters", course.semesters <= MOST_SEMESTERS, most % {"least": 0, "most": MOST_SEMESTERS})
    must("length_days", 1 <= course.length_days <= MOST_DAYS, most % {"least": 1, "most": MOST_DAYS})
    must(
        "required_skills",
        len(course.required_skills) <= MOST_SKILLS,
        _("List up to %(most)d skills.") % {"most": MOST_SKILLS},
    )
    must(
        "teaching_styles",
        len(course.teaching_styles) <= MOST_STYLES,
        _("List up to %(most)d teaching styles.") % {"most": MOST_STYLES},
    )
    is_code = len(course.currency) == 3 and course.currency.isascii() and course.currency.isalpha()
    must("currency", is_code or not course.currency, _("Enter a three-letter currency code, such as USD."))
    must("currency", course.price is None or bool(course.currency), _("Enter the currency of the price, such as USD."))
    if found:
        raise Invalid.fields(found)
    if changes.get("default_instructor") is not None:
        teaches = Membership.objects.filter(
            institution_id=course.institution_id,
            user=changes["default_instructor"],
            role=Role.INSTRUCTOR,
            user__is_active=True,
        )
        if not teaches.exists():
            raise NotAnInstructor


def _store(by: Actor, course: Course, use_case: str) -> None:
    taken = AlreadyTaken(
        _("Another course already uses the code %(code)s. Choose another.") % {"code": course.code}, "code"
    )
    with recorded(by, use_case), refused_as(one_course_for_each_code=taken):
        course.save()
    courses.must_reach(by, "change", course)
