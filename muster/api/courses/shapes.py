"""Courses and subjects as the API speaks of them."""

from typing_extensions import TypedDict

from muster.api.kit import Amount, PersonOut, Stamped, key, stamp
from muster.courses.models import Course, Subject


class CourseDepartmentOut(TypedDict):
    """The department of a course."""

    _id: str
    name: str
    short_code: str


class CourseOut(Stamped):
    """A course with its department and its default instructor."""

    course_id: str
    course_title: str
    code: str
    kind: str
    department: CourseDepartmentOut | None
    dept_id: str | None
    dept_name: str | None
    semesters: int
    length_days: int
    assigned_instructor: PersonOut | None
    default_capacity: int | None
    required_skills: list[str]
    teaching_styles: list[str]
    language: str
    price: Amount | None
    currency: str
    active: bool


class SubjectOut(Stamped):
    """A subject with its course's id."""

    course: str
    code: str
    title: str
    semester: int
    credits: Amount | None
    maximum_marks: int
    pass_marks: int


def course_json(course: Course) -> CourseOut:
    """A course with its department and its default instructor, who are loaded with it."""
    teacher, department = course.default_instructor, course.department
    return {
        **stamp(course),
        "course_id": key(course.pk),
        "course_title": course.title,
        "code": course.code,
        "kind": course.kind,
        "department": {
            "_id": key(department.pk),
            "name": department.name,
            "short_code": department.short_code,
        }
        if department
        else None,
        "dept_id": key(course.department_id),
        "dept_name": department.name if department else None,
        "semesters": course.semesters,
        "length_days": course.length_days,
        "assigned_instructor": {"_id": key(teacher.pk), "full_name": teacher.full_name, "email": teacher.email}
        if teacher
        else None,
        "default_capacity": course.default_capacity,
        "required_skills": course.required_skills,
        "teaching_styles": course.teaching_styles,
        "language": course.language,
        "price": course.price,
        "currency": course.currency,
        "active": course.is_active,
    }


def subject_json(subject: Subject) -> SubjectOut:
    """A subject with its course's id."""
    return {
        **stamp(subject),
        "course": key(subject.course_id),
        "code": subject.code,
        "title": subject.title,
        "semester": subject.semester,
        "credits": subject.credits,
        "maximum_marks": subject.maximum_marks,
        "pass_marks": subject.pass_marks,
    }
