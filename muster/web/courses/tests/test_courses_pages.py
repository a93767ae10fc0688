"""The pages of courses and subjects."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from muster.courses.models import Course, Subject
from muster.courses.resources import BANDS, COMPONENTS, SCHEMES
from muster.institutions.models import Role
from tests.make import NOBODY, Campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found("Ridgeline Institute")


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page(campus):
    return browser(campus.admin.user)


COURSE = {"course_title": "Welding", "code": "WD", "kind": "short_course", "semesters": "0", "length_days": "90"}


def test_a_course_is_added_edited_and_deleted(campus, page):
    farid, department = campus.instructor("Farid Osman"), campus.department()
    made = page.post(
        reverse("courses:new"),
        {
            **COURSE,
            "department": str(department.pk),
            "assigned_instructor": str(farid.pk),
            "required_skills": "Welding, Safety",
            "price": "10.50",
            "currency": "zar",
            "active": "on",
        },
    )
    course = Course.objects.get()
    assert (made.status_code, made["Location"]) == (302, reverse("courses:course", args=[course.pk]))
    assert (course.required_skills, course.currency, course.default_instructor, course.is_active) == (
        ["Welding", "Safety"],
        "ZAR",
        farid,
        True,
    )
    shown = page.get(made["Location"]).content.decode()
    assert [words in shown for words in ("Farid Osman", "10.50 ZAR", "No batches of this course yet")] == [True] * 3
    edit = reverse("courses:edit", args=[course.pk])
    initial = page.get(edit).content.decode()
    assert 'value="Welding, Safety"' in initial
    assert page.post(edit, {**COURSE, "course_title": "Welding 1"}).status_code == 302
    course.refresh_from_db()
    assert (course.title, course.is_active, course.default_instructor, course.price) == ("Welding 1", False, None, None)
    assert page.post(reverse("courses:delete", args=[course.pk])).status_code == 302
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("course_title", ""),
        ("course_title", "x" * 201),
        ("code", "x" * 31),
        ("kind", "hobby"),
        ("department", "x"),
        ("department", NOBODY),
        ("semesters", "-1"),
        ("semesters", "many"),
        ("length_days", "0"),
        ("default_capacity", "0"),
        ("default_capacity", "9" * 30),
        ("assigned_instructor", NOBODY),
        ("required_skills", "x" * 61),
        ("required_skills", "a\x00b"),
        ("language", "x" * 36),
        ("price", "free"),
        ("price", "NaN"),
        ("currency", "R1"),
    ],
)
def test_a_refused_course_names_the_field(page, field, value):
    refused = page.post(reverse("courses:new"), {**COURSE, field: value})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, [field])
    assert not Course.objects.exists()


def test_the_list_and_the_page_cost_the_same_for_one_row_and_for_many(campus, page):
    course = campus.course(semesters=2)
    paths = [reverse("courses:list"), reverse("courses:course", args=[course.pk])]

    def more(number):
        for _number in range(number):
            department = campus.department()
            campus.course(department=department, default_instructor=campus.instructor())
            campus.batch(course=course, branch=campus.branch(), department=department)
            code = str(Subject.objects.count())
            Subject.objects.create(institution=campus.institution, course=course, code=code, title=code)

    def asked(path):
        with CaptureQueriesContext(connection) as queries:
            assert page.get(path).status_code == 200
        return len(queries)

    more(1)
    page.get(paths[0])
    few = [asked(path) for path in paths]
    more(6)
    assert [asked(path) for path in paths] == few
    csv = b"".join(page.get(paths[0] + "?export=csv").streaming_content).decode()
    assert len(csv.strip().splitlines()) == 9
    assert page.get(paths[0] + "?department=odd&kind=odd&state=odd&instructor=none&q=%00").status_code == 200


def test_subjects_are_kept_in_sheets_of_their_course(campus, page):
    course = campus.course(semesters=2)
    own = reverse("courses:course", args=[course.pk])
    sent = {
        "title": "Databases",
        "code": "SD201",
        "semester": "2",
        "credits": "12",
        "maximum_marks": "100",
        "pass_marks": "50",
    }
    add = reverse("courses:subject-new", args=[course.pk])
    assert page.post(add, sent)["Location"] == own
    subject = Subject.objects.get()
    assert "Semester 2" in page.get(own).content.decode()
    late = page.post(add, {**sent, "code": "X", "semester": "3"})
    assert (late.status_code, late.context["form"].errors) == (400, {"semester": ["The course only has 2 semesters."]})
    edit = reverse("courses:subject-edit", args=[subject.pk])
    assert list(page.post(edit, {**sent, "pass_marks": "101"}).context["form"].errors) == ["pass_marks"]
    assert page.post(edit, {**sent, "title": "Databases 1"}).status_code == 302
    assert Subject.objects.get().title == "Databases 1"
    assert page.post(reverse("courses:subject-delete", args=[subject.pk])).status_code == 302
    assert not Subject.objects.exists()


def test_a_course_in_use_is_offered_no_more_instead_of_deleted(campus, page):
    course = campus.course()
    campus.batch(course=course)
    delete = reverse("courses:delete", args=[course.pk])
    assert "It has 1 batch." in page.get(delete).content.decode()
    assert page.post(delete).status_code == 302
    course.refresh_from_db()
    assert course.is_active is False


def test_a_student_finds_seats_and_takes_one(campus):
    student = campus.student()
    course = campus.course()
    batch = campus.batch(course=course, name="Mornings", capacity=2)
    full = campus.batch(course=course, name="Evenings", capacity=1)
    campus.enroll(full)
    me = browser(student)
    shown = me.get(reverse("courses:course", args=[course.pk])).content.decode()
    enroll = reverse("enrollments:enroll-self", args=[batch.pk])
    other = reverse("enrollments:enroll-self", args=[full.pk])
    assert [words in shown for words in ("2 seats left", "Full", enroll, other)] == [True, True, True, False]
    assert "Enroll in Mornings?" in me.get(enroll).content.decode()
    refused = me.post(other)
    assert (refused.status_code, "maximum capacity" in refused.content.decode()) == (400, True)
    assert me.post(enroll).status_code == 302
    assert student.enrollments.get().batch == batch
    again = me.get(reverse("courses:course", args=[course.pk])).content.decode()
    assert ["You're enrolled in Mornings." in again, enroll in again] == [True, False]
    assert me.post(enroll).status_code == 400


def test_every_role_opens_what_it_may(campus):
    department = campus.department()
    course = campus.course(department=department)
    people = {
        "admin": campus.admin.user,
        "branch-manager": campus.person(Role.BRANCH_MANAGER, branch=campus.branch()),
        "dept-admin": campus.person(Role.DEPT_ADMIN, department=department),
        "instructor": campus.instructor(),
        "student": campus.student(),
        "corporate-student": campus.person(Role.CORPORATE_STUDENT),
        "regulator": campus.person(Role.REGULATOR),
    }
    allowed = {
        reverse("courses:list"): set(people) - {"regulator"},
        reverse("courses:course", args=[course.pk]): set(people) - {"regulator"},
        reverse("courses:new"): {"admin", "dept-admin"},
        reverse("courses:edit", args=[course.pk]): {"admin", "dept-admin"},
        reverse("courses:delete", args=[course.pk]): {"admin", "dept-admin"},
        reverse("courses:subject-new", args=[course.pk]): {"admin", "dept-admin"},
    }
    opened = {
        path: {role for role, person in people.items() if browser(person).get(path).status_code == 200}
        for path in allowed
    }
    assert opened == allowed


def test_a_department_administrator_adds_courses_to_their_department_alone(campus):
    own, other = campus.department(), campus.department()
    mine = browser(campus.person(Role.DEPT_ADMIN, department=own))
    refused = mine.post(reverse("courses:new"), {**COURSE, "department": str(other.pk)})
    assert list(refused.context["form"].errors) == ["department"]
    assert list(mine.post(reverse("courses:new"), COURSE).context["form"].errors) == ["department"]
    assert mine.post(reverse("courses:new"), {**COURSE, "department": str(own.pk)}).status_code == 302
    foreign = campus.course(department=other)
    assert mine.get(reverse("courses:edit", args=[foreign.pk])).status_code == 403


def test_what_belongs_elsewhere_or_to_nobody_is_not_found(page):
    elsewhere = Campus.found()
    course = elsewhere.course()
    subject = Subject.objects.create(institution=elsewhere.institution, course=course, code="A", title="A")
    for name, pk in (("courses:course", course.pk), ("courses:edit", "none"), ("courses:subject-edit", subject.pk)):
        assert page.get(reverse(name, args=[pk])).status_code == 404


def test_a_grading_scheme_shows_what_counts_and_which_grades_there_are(campus, page):
    department = campus.department()
    scheme = SCHEMES.add(by=campus.admin, fields={"name": "Ten points", "department": department})
    address = reverse("schemes:scheme", args=[scheme.pk])
    assert [words in page.get(address).content.decode() for words in ("No components yet", "No grades yet")] == [
        True
    ] * 2
    end = {"code": "END", "name": "End-term", "maximum": 60, "minimum": 24, "weight": "62.5"}
    added = page.post(reverse("schemes:component-new", args=[scheme.pk]), {**end, "place": 1})
    assert (added.status_code, added["Location"]) == (302, address)
    band = {"grade": "A+", "from_percent": "89.5", "points": 10}
    assert page.post(reverse("schemes:band-new", args=[scheme.pk]), band)["Location"] == address
    words = (department.name, "End-term", "of 60, weight 62.5", "at least 24 to pass", "from 89.5%, 10 points")
    seen = [
        [sentence in browser(user).get(address).content.decode() for sentence in (*words, "Add component")]
        for user in (campus.admin.user, campus.person(Role.DEPT_ADMIN, department=department), campus.instructor())
    ]
    assert seen == [[True] * 6, [True] * 6, [True] * 5 + [False]]
    assert browser(campus.student()).get(address).status_code == 403


def test_a_grading_scheme_costs_the_same_however_many_grades(campus, page):
    scheme = SCHEMES.add(by=campus.admin, fields={"name": "Ten points"})

    def cost():
        with CaptureQueriesContext(connection) as asked:
            page.get(reverse("schemes:scheme", args=[scheme.pk]))
        return len(asked)

    def grow(numbers):
        for number in numbers:
            COMPONENTS.add(by=campus.admin, within=scheme, fields={"code": f"C{number}", "name": "Test"})
            BANDS.add(by=campus.admin, within=scheme, fields={"grade": f"G{number}"})

    grow(range(1))
    cost()
    few = cost()
    grow(range(1, 6))
    assert cost() == few


def test_a_scheme_that_a_course_uses_is_not_deleted(campus, page):
    scheme = SCHEMES.add(by=campus.admin, fields={"name": "Ten points"})
    campus.course(grading_scheme=scheme)
    refused = page.post(reverse("schemes:delete", args=[scheme.pk]))
    assert "Choose another scheme for them first." in refused.content.decode()
    assert SCHEMES.rows(campus.admin).get().pk == scheme.pk
