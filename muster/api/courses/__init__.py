"""The API of courses and subjects."""

from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.kit import Door, PersonOut, key
from muster.api.kit.resources import Routes
from muster.courses.resources import COURSES, SUBJECTS
from muster.institutions.models import Department


class CourseDepartmentOut(TypedDict):
    """The department of a course."""

    _id: str
    name: str
    short_code: str


def department_json(department: Department | None) -> CourseDepartmentOut | None:
    """What a course tells of its department."""
    if department is None:
        return None
    return {"_id": key(department.pk), "name": department.name, "short_code": department.short_code}


def person_json(person: User | None) -> PersonOut | None:
    """Who teaches a course by default."""
    return {"_id": key(person.pk), "full_name": person.full_name, "email": person.email or None} if person else None


router = Door(tags=["Courses"])
Routes(
    COURSES,
    "/courses",
    shape="A course with its department and its default instructor.",
    own_id=True,
    also={
        "department": (CourseDepartmentOut | None, lambda course: department_json(course.department)),
        "dept_id": (str | None, lambda course: key(course.department_id)),
        "dept_name": (str | None, lambda course: course.department and course.department.name),
        "assigned_instructor": (PersonOut | None, lambda course: person_json(course.default_instructor)),
    },
    says={
        "list": "The courses the caller can see, by title.",
        "delete": "Delete a course that never had batches or enrollments. Deactivate others (`active`: false).",
    },
).join(router)
Routes(
    SUBJECTS,
    "/subjects",
    inside="/courses",
    shape="A subject with its course's id.",
    says={"list": "The subjects of a course, semester by semester.", "add": "Add a subject to a course."},
).join(router)
