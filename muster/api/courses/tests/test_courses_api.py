"""Courses, their subjects and their open batches over the API."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.courses.models import Course, Subject
from muster.institutions.models import Role
from tests.client import Api
from tests.make import NOBODY, Campus

pytestmark = pytest.mark.django_db

LONG = "x" * 1000


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


@pytest.fixture
def api(campus):
    return Api(campus.token())


def test_a_course_is_added_listed_changed_and_deleted(campus, api):
    department, farid = campus.department(), campus.instructor("Farid Osman")
    added = api.post(
        "/courses",
        {
            "course_title": "Software development",
            "code": "SD",
            "kind": "degree",
            "semesters": 6,
            "department": str(department.pk),
            "assigned_instructor": str(farid.pk),
            "default_capacity": 30,
            "required_skills": ["Python", " SQL ", "Python", ""],
            "teaching_styles": ["Workshop", " Workshop"],
            "language": "English",
            "price": "5200.50",
            "currency": "zar",
            "length_days": 1080,
        },
    )
    assert (added.status, added.message) == (201, "Course created successfully")
    stored = Course.objects.get()
    assert added.data == {
        "_id": str(stored.pk),
        "createdAt": added.data["createdAt"],
        "updatedAt": added.data["updatedAt"],
        "course_id": str(stored.pk),
        "course_title": "Software development",
        "code": "SD",
        "description": "",
        "kind": "degree",
        "department": {
            "_id": str(department.pk),
            "name": department.name,
            "short_code": department.short_code,
        },
        "dept_id": str(department.pk),
        "dept_name": department.name,
        "semesters": 6,
        "length_days": 1080,
        "assigned_instructor": {"_id": str(farid.pk), "full_name": "Farid Osman", "email": farid.email},
        "individual_study": True,
        "default_capacity": 30,
        "grading_scheme": None,
        "required_skills": ["Python", "SQL"],
        "teaching_styles": ["Workshop"],
        "language": "English",
        "price": 5200.5,
        "currency": "ZAR",
        "minimum_attendance_percent": None,
        "certificate_attendance_percent": None,
        "certificate_marks_percent": None,
        "certificate_progress_percent": None,
        "certificate_needs_results": False,
        "certificate_needs_payment": False,
        "active": True,
    }
    assert api.get(f"/courses/{stored.pk}").data == added.data
    listed = api.get("/courses?kind=degree&active=true&q=software")
    assert (listed.data, listed.body["total"], listed.body["page_size"]) == ([added.data], 1, 50)
    assert api.get(f"/courses?dept={campus.department().pk}").data == []

    changed = api.put(
        f"/courses/{stored.pk}", {"assigned_instructor": None, "active": False, "price": None, "dept_id": None}
    )
    assert (changed.status, changed.message) == (200, "Course updated successfully")
    assert [
        changed.data[name] for name in ("assigned_instructor", "active", "price", "department", "course_title")
    ] == [
        None,
        False,
        None,
        None,
        "Software development",
    ]
    deleted = api.delete(f"/courses/{stored.pk}")
    assert (deleted.status, deleted.data) == (200, {"_id": str(stored.pk)})
    assert not Course.objects.exists()


def test_a_course_with_batches_or_enrollments_is_kept(campus, api):
    course = campus.course(title="Bookkeeping")
    campus.enroll(campus.batch(course=course))
    refused = api.delete(f"/courses/{course.pk}")
    assert (refused.status, refused.body["code"], refused.message) == (
        400,
        "in_use",
        "Bookkeeping can't be deleted because it has 1 batch and 1 enrollment. Deactivate it instead. It keeps "
        "them, but can't be chosen anymore.",
    )


def test_who_teaches_by_default_is_an_instructor(campus, api):
    refused = api.post(
        "/courses", {"course_title": "Welding", "code": "WD", "assigned_instructor": str(campus.student().pk)}
    )
    assert (refused.status, refused.fields, refused.message) == (
        400,
        ["assigned_instructor"],
        "Assigned instructor must have instructor role",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("course_title", None),
        ("course_title", ""),
        ("course_title", "x" * 201),
        ("course_title", 4),
        ("code", ""),
        ("code", LONG),
        ("kind", "hobby"),
        ("kind", None),
        ("department", "x"),
        ("department", NOBODY),
        ("dept_id", NOBODY),
        ("semesters", -1),
        ("semesters", 21),
        ("semesters", 10**12),
        ("semesters", "2"),
        ("semesters", None),
        ("length_days", 0),
        ("length_days", 4000),
        ("assigned_instructor", "x"),
        ("assigned_instructor", NOBODY),
        ("default_capacity", 0),
        ("default_capacity", 2**31),
        ("required_skills", "Python"),
        ("required_skills", ["x" * 61]),
        ("required_skills", [f"Skill {number}" for number in range(31)]),
        ("teaching_styles", "Workshop"),
        ("teaching_styles", ["x" * 61]),
        ("teaching_styles", [f"Style {number}" for number in range(21)]),
        ("language", LONG),
        ("price", -1),
        ("price", "1e5"),
        ("price", "NaN"),
        ("price", 10**12),
        ("price", "1.005"),
        ("price", True),
        ("currency", "DOLLAR"),
        ("currency", "12!"),
        ("active", None),
        ("active", 1),
    ],
)
def test_every_field_of_a_course_is_checked(campus, api, field, value):
    body = {"course_title": "Welding", "code": "WD", "currency": "USD", field: value}
    stored = campus.course(currency="USD")
    for refused in (api.post("/courses", body), api.put(f"/courses/{stored.pk}", {field: value})):
        assert (refused.status, refused.fields) == (400, [field])


def test_a_price_needs_its_currency(api):
    assert api.post("/courses", {"course_title": "Welding", "code": "WD", "price": 10}).fields == ["currency"]


def test_one_code_stands_for_one_course(campus, api):
    campus.course(code="PY")
    assert api.post("/courses", {"course_title": "Python", "code": "py"}).fields == ["code"]


def test_a_department_administrator_keeps_the_courses_of_their_department(campus):
    own, other = campus.department(), campus.department()
    api = Api(campus.token(campus.person(Role.DEPT_ADMIN, department=own)))
    body = {"course_title": "Welding", "code": "WD"}
    assert api.post("/courses", {**body, "department": str(other.pk)}).status == 403
    assert api.post("/courses", body).status == 403
    mine = api.post("/courses", {**body, "department": str(own.pk)})
    assert mine.status == 201
    assert api.put(f"/courses/{mine.data['_id']}", {"department": str(other.pk)}).status == 403
    foreign = campus.course(department=other)
    assert api.get(f"/courses/{foreign.pk}").status == 200
    assert api.put(f"/courses/{foreign.pk}", {"code": "X"}).status == 403
    assert api.delete(f"/courses/{foreign.pk}").status == 403
    assert Course.objects.filter(department=own).count() == 1


def test_students_see_what_is_offered_and_what_they_took(campus):
    student = campus.student()
    api = Api(campus.token(student))
    offered, past, hidden = campus.course(), campus.course(), campus.course(is_active=False)
    campus.enroll(campus.batch(course=past), student)
    Course.objects.filter(pk=past.pk).update(is_active=False)
    assert {row["_id"] for row in api.get("/courses").data} == {str(offered.pk), str(past.pk)}
    assert api.get(f"/courses/{hidden.pk}").status == 404
    assert api.put(f"/courses/{offered.pk}", {"code": "X"}).status == 403


def test_a_course_of_another_institution_is_unknown(api):
    elsewhere = Campus.found()
    course = elsewhere.course()
    subject = Subject.objects.create(institution=elsewhere.institution, course=course, code="A", title="A")
    for path in (f"/courses/{course.pk}", f"/subjects/{subject.pk}"):
        assert (api.get(path).status, api.put(path, {"code": "X"}).status, api.delete(path).status) == (404, 404, 404)
    for path in ("subjects", "open-batches"):
        assert api.get(f"/courses/{course.pk}/{path}").status == 404
    assert api.post(f"/courses/{course.pk}/subjects", {"code": "X", "title": "X"}).status == 404


# --- subjects --------------------------------------------------------------------------------------------------------
def test_subjects_are_kept_with_their_course(campus, api):
    course = campus.course(semesters=4)
    added = api.post(
        f"/courses/{course.pk}/subjects",
        {
            "code": "SD101",
            "title": "Programming 1",
            "semester": 1,
            "credits": 16,
            "maximum_marks": 120,
            "pass_marks": 60,
        },
    )
    assert (added.status, added.message) == (201, "Subject created successfully")
    expected = {
        "course": str(course.pk),
        "code": "SD101",
        "title": "Programming 1",
        "semester": 1,
        "credits": 16.0,
        "maximum_marks": 120,
        "pass_marks": 60,
    }
    assert {name: added.data[name] for name in expected} == expected
    subject = f"/subjects/{added.data['_id']}"
    assert api.get(subject).data == added.data
    api.post(f"/courses/{course.pk}/subjects", {"code": "SD201", "title": "Databases", "semester": 2})
    listed = api.get(f"/courses/{course.pk}/subjects")
    assert ([row["code"] for row in listed.data], listed.body["total"]) == (["SD101", "SD201"], 2)
    assert [row["code"] for row in api.get(f"/courses/{course.pk}/subjects?semester=2").data] == ["SD201"]
    assert api.put(subject, {"semester": 4}).data["semester"] == 4
    shorter = api.put(f"/courses/{course.pk}", {"semesters": 2})
    assert (shorter.status, shorter.fields, shorter.message) == (
        400,
        ["semesters"],
        "The course can't end after semester 2 because 1 subject is taught later. Move them first.",
    )
    assert api.delete(subject).status == 200
    assert api.put(f"/courses/{course.pk}", {"semesters": 2}).status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", None),
        ("code", LONG),
        ("title", ""),
        ("title", LONG),
        ("semester", 0),
        ("semester", 5),
        ("semester", 10**9),
        ("semester", "1"),
        ("credits", -1),
        ("credits", 100000),
        ("credits", "many"),
        ("maximum_marks", 0),
        ("maximum_marks", 40000),
        ("pass_marks", 101),
        ("pass_marks", -1),
        ("pass_marks", None),
    ],
)
def test_every_field_of_a_subject_is_checked(campus, api, field, value):
    course = campus.course(semesters=4)
    stored = Subject.objects.create(institution=campus.institution, course=course, code="A", title="A")
    body = {"code": "SD101", "title": "Programming 1", field: value}
    for refused in (
        api.post(f"/courses/{course.pk}/subjects", body),
        api.put(f"/subjects/{stored.pk}", {field: value}),
    ):
        assert (refused.status, refused.fields) == (400, [field])


# --- open batches -----------------------------------------------------------------------------------------------------
def test_open_batches_tell_a_student_where_seats_are_left(campus):
    student = campus.student()
    course = campus.course()
    campus.institution.seat_buffer_percent = 20
    campus.institution.save()
    later = campus.batch(
        course=course, name="Later", capacity=5, start_date=date(2031, 1, 6), end_date=date(2031, 3, 3)
    )
    sooner = campus.batch(course=course, name="Sooner", capacity=1)
    campus.enroll(sooner)
    archived = campus.batch(course=course, capacity=5)
    campus.batch(course=campus.course())
    type(archived).objects.filter(pk=archived.pk).update(status="Cancelled")
    shown = Api(campus.token(student)).get(f"/courses/{course.pk}/open-batches")
    assert [
        (row["batch_name"], row["seats_left"], row["is_full"], row["waitlist_length"], row["available_spots"])
        for row in shown.data
    ] == [("Sooner", 0, True, 0, 0), ("Later", 4, False, 0, 5)]
    assert shown.body["total"] == 2
    # The spare seats are the staff's to give.
    staff = Api(campus.token()).get(f"/courses/{course.pk}/open-batches").data
    assert [row["seats_left"] for row in staff] == [0, 5]
    assert later.capacity == 5


@pytest.mark.parametrize("path", ["/courses", "/courses/{course}/subjects", "/courses/{course}/open-batches"])
def test_a_list_costs_the_same_for_one_row_and_for_many(campus, api, path):
    course = campus.course(semesters=4)

    def more(number):
        for _number in range(number):
            other = campus.course(department=campus.department(), default_instructor=campus.instructor())
            campus.batch(course=course, branch=campus.branch(), department=other.department)
            Subject.objects.create(
                institution=campus.institution, course=course, code=str(Subject.objects.count()), title="Subject"
            )

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert api.get(path.format(course=course.pk)).status == 200
        return len(queries)

    more(1)
    asked()
    few = asked()
    more(8)
    assert asked() == few
    assert api.get(path.format(course=course.pk) + "?page_size=0").fields == ["page_size"]
