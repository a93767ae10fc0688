"""Staff give a student a seat from the student's page, or many from the list: in a batch, or in a course alone."""

import pytest

from muster.enrollments.models import Enrollment
from muster.institutions.models import Role
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def course(campus):
    return campus.course(title="Bookkeeping", length_days=60, department=campus.department())


def test_a_student_is_enrolled_in_a_course_without_a_batch(campus, course):
    student, page = campus.student("Ada Byron"), Browser(campus)
    url = f"/students/{student.pk}/enroll/"
    assert "Or a course without a batch" in words_of(page.get(url))
    assert page.post(url, {"courseId": str(course.pk)}).status_code == 302
    seat = Enrollment.objects.get()
    assert (seat.batch, seat.course, seat.enrollment_type) == (None, course, "individual")
    assert "Ada Byron studies Bookkeeping, with access until" in words_of(page.get(f"/students/{student.pk}/"))


def test_a_place_is_chosen_and_only_one(campus, course):
    student, batch = campus.student(), campus.batch()
    page, url = Browser(campus), f"/students/{student.pk}/enroll/"
    assert "Choose where." in words_of(page.post(url, {}))
    both = {"batchId": str(batch.pk), "courseId": str(course.pk)}
    assert "Choose a batch or a course, not both." in words_of(page.post(url, both))
    assert not Enrollment.objects.exists()


def test_department_administrators_are_offered_their_own_courses_and_branch_managers_none(campus, course):
    foreign = campus.course(title="Welding", department=campus.department())
    head = campus.person(Role.DEPT_ADMIN, department=course.department)
    student = campus.student()
    campus.enroll(campus.batch(course=campus.course(department=course.department)), student)
    page, url = Browser(campus, head), f"/students/{student.pk}/enroll/"
    assert "Bookkeeping" in words_of(page.get(url))
    assert "Welding" not in words_of(page.get(url))
    assert page.post(url, {"courseId": str(foreign.pk)}).status_code == 400
    batch = campus.batch(branch=campus.branch())
    manager = campus.person(Role.BRANCH_MANAGER, branch=batch.branch)
    there = campus.enroll(batch).student
    said = words_of(Browser(campus, manager).get(f"/students/{there.pk}/enroll/"))
    assert "Or a course without a batch" not in said


def test_an_organisation_pays_for_many_at_once(campus):
    works, batch = campus.organisation(), campus.batch()
    people = [campus.student() for _each in range(3)]
    picks = "&".join(f"pick={person.pk}" for person in people)
    sent = {"batchId": str(batch.pk), "organisation": str(works.pk)}
    assert Browser(campus).post(f"/enrollments/new/?{picks}", sent).status_code == 302
    found = set(Enrollment.objects.values_list("organisation", "enrollment_type"))
    assert found == {(works.pk, "corporate")}


def test_a_trial_says_when_it_ends_and_leads_to_staying(campus):
    seat = campus.enroll(campus.batch(), enrollment_type="trial")
    page = Browser(campus, seat.student)
    home = page.get("/")
    assert "Your trial ends on" in words_of(home)
    assert f"/enrollments/{seat.pk}/convert/" in home.content.decode()
    assert "Stay in" in words_of(page.get(f"/enrollments/{seat.pk}/convert/"))
    staff = words_of(Browser(campus).get(f"/students/{seat.student_id}/"))
    assert "Enroll fully" in staff
