"""The API of courses and subjects."""

from typing import Any

from typing_extensions import TypedDict

from muster.accounts.models import User
from muster.api.kit import Amount, Door, PersonOut, key
from muster.api.kit.resources import Routes
from muster.courses.resources import BANDS, COMPONENTS, COURSES, SCHEMES, SUBJECTS
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


class SchemeComponentOut(TypedDict):
    """A component of a grading scheme."""

    _id: str
    code: str
    name: str
    maximum: Amount
    minimum: Amount
    weight: Amount


class SchemeBandOut(TypedDict):
    """A grade of a grading scheme, from the highest down."""

    _id: str
    grade: str
    from_percent: Amount
    points: Amount


def component_json(part: dict[str, Any]) -> SchemeComponentOut:
    """What a scheme tells of a component."""
    return {
        "_id": part["id"],
        "code": part["code"],
        "name": part["name"],
        "maximum": part["maximum"],
        "minimum": part["minimum"],
        "weight": part["weight"],
    }


def band_json(band: dict[str, Any]) -> SchemeBandOut:
    """What a scheme tells of a grade."""
    return {
        "_id": band["id"],
        "grade": band["grade"],
        "from_percent": band["from_percent"],
        "points": band["points"],
    }


grading = Door(tags=["Semesters"])
Routes(
    SCHEMES,
    "/grading-schemes",
    shape="A grading scheme with its components in their order, and its grades from the highest down.",
    also={
        "components": (
            list[SchemeComponentOut],
            lambda scheme: [*map(component_json, scheme.parts)],
        ),
        "bands": (list[SchemeBandOut], lambda scheme: [*map(band_json, scheme.grades)]),
    },
    says={"list": "The grading schemes, by name.", "delete": "Delete a scheme that no course or subject uses."},
).join(grading)
Routes(
    COMPONENTS,
    "/components",
    inside="/grading-schemes",
    shape="A component with its scheme's id.",
    says={"list": "The components of a scheme.", "add": "Add a component to a scheme."},
).join(grading)
Routes(
    BANDS,
    "/bands",
    inside="/grading-schemes",
    shape="A grade with its scheme's id.",
    says={"list": "The grades of a scheme, from the highest down.", "add": "Add a grade to a scheme."},
).join(grading)
router.add_router("", grading)
