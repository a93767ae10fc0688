"""Refusals around individual assignments."""

from __future__ import annotations

from django.utils.translation import gettext as _

from muster.core.errors import Conflict, Invalid


class NotAStudent(Invalid):
    """Somebody who is no active student of the institution is to be mentored."""

    def __init__(self, name: str, field: str = "student_id") -> None:
        super().__init__(
            _("%(name)s is no active student here. Only students are assigned an instructor.") % {"name": name},
            field=field,
            code="not_a_student",
        )


class TheirOwnInstructor(Invalid):
    """Somebody who is both would be assigned to themselves."""

    def __init__(self) -> None:
        super().__init__(
            _("Nobody is their own instructor. Choose somebody else."), field="instructor_id", code="own_instructor"
        )


class SameInstructor(Conflict):
    """The student has this instructor, in this way."""

    def __init__(self) -> None:
        super().__init__(
            _("This instructor is already assigned to this student"), field="instructor_id", code="already_assigned"
        )


class AnotherInstructor(Conflict):
    """The student has somebody else, who is not to be replaced."""

    def __init__(self, student: str, instructor: str) -> None:
        super().__init__(
            _("%(instructor)s is already assigned to %(student)s. Replace them, or end that assignment first.")
            % {"instructor": instructor, "student": student},
            field="instructor_id",
            code="already_assigned",
        )


class NamedTwice(Invalid):
    """One student stands in two rows of one request."""

    def __init__(self, student: str) -> None:
        super().__init__(
            _("%(student)s is named twice. A student has one instructor.") % {"student": student},
            field="student_id",
            code="named_twice",
        )


class NotAssigned(Conflict):
    """There is nothing to end."""

    def __init__(self, student: str) -> None:
        super().__init__(
            _("%(student)s has no instructor assigned.") % {"student": student},
            field="student_id",
            code="not_assigned",
        )
