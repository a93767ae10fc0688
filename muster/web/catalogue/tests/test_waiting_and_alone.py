"""The catalogue of full batches, and of courses without a batch."""

import pytest

from muster.batches.models import Batch
from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.rules import join_waitlist
from tests.client import Api
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found()


@pytest.fixture
def full(campus):
    batch = campus.batch(course=campus.course(individual_study=False), capacity=1, name="Python evenings")
    campus.enroll(batch)
    return batch


@pytest.fixture
def student(campus):
    return campus.student()


def test_a_full_batch_says_how_many_wait_and_leads_to_its_waitlist(campus, full, student):
    page = Browser(campus, student)
    assert "Full" in words_of(page.get("/catalogue/"))
    for _each in range(2):
        join_waitlist(by=campus.admin, student=campus.student(), batch=full)
    response = page.get("/catalogue/")
    assert "Full, 2 waiting" in words_of(response)
    assert f'href="/batches/{full.pk}/waitlist/join/"' in response.content.decode()
    assert page.post(f"/batches/{full.pk}/waitlist/join/").status_code == 302
    assert "Number 3 in line" in words_of(page.get("/catalogue/"))


def test_a_line_that_is_full_leads_to_the_batch(campus, full, student):
    Batch.objects.filter(pk=full.pk).update(waitlist_capacity=0)
    response = Browser(campus, student).get("/catalogue/")
    assert f'href="/batches/{full.pk}/"' in response.content.decode()
    assert "waitlist/join" not in response.content.decode()


def test_who_joins_sees_the_batches_of_the_course_that_have_seats(campus, full, student):
    campus.batch(course=full.course, name="Python mornings")
    assert "Python mornings" in words_of(Browser(campus, student).get(f"/batches/{full.pk}/waitlist/join/"))


def test_the_api_tells_the_line_and_the_own_place_alone(campus, full, student):
    join_waitlist(by=campus.admin, student=campus.student(), batch=full)
    join_waitlist(by=campus.admin, student=student, batch=full)
    [own] = Api(campus.token(student)).get("/catalogue").data
    assert (own["waitlist_length"], own["position"], own["is_full"]) == (2, 2, True)
    campus.institution.catalogue_is_public = True
    campus.institution.save()
    [public] = Api().get(f"/catalogue/{campus.institution.slug}").data
    assert (public["waitlist_length"], public["position"]) == (2, None)
    WaitlistEntry.objects.filter(student=student).update(status="cancelled")
    assert Api(campus.token(student)).get("/catalogue").data[0]["position"] is None


def test_a_student_studies_a_course_alone_from_the_catalogue(campus, student):
    course = campus.course(title="Bookkeeping", price="80.00", currency="ZAR", length_days=60)
    page, url = Browser(campus, student), f"/courses/{course.pk}/study/"
    said = words_of(page.get("/catalogue/"))
    assert "Study at your own pace" in said
    assert "60 days of access" in said
    asked = words_of(page.get(url))
    assert "Study Bookkeeping on your own?" in asked
    assert "You have access until" in asked
    assert "The price is 80.00 ZAR" in asked
    assert page.post(url).status_code == 302
    seat = Enrollment.objects.get(student=student)
    assert (seat.course, seat.batch, seat.enrollment_type) == (course, None, "individual")
    assert "You're enrolled" in words_of(page.get("/catalogue/"))
    assert page.post(url).status_code == 400


def test_a_course_that_is_taught_in_batches_only_is_not_studied_alone(campus, student):
    course = campus.course(individual_study=False)
    assert "Study at your own pace" not in words_of(Browser(campus, student).get("/catalogue/"))
    path, body = f"/enrollments/students/{student.pk}/enroll", {"courseId": str(course.pk)}
    refused = Api(campus.token(student)).post(path, body)
    assert (refused.status, refused.fields) == (400, ["courseId"])
    assert Api(campus.token()).post(path, body).status == 201


def test_a_student_tries_a_batch_first(campus, student):
    batch = campus.batch()
    page, url = Browser(campus, student), f"/batches/{batch.pk}/enroll/"
    assert "Trial of 14 days, free" in words_of(page.get(url))
    assert page.post(url, {"enrollment_type": "trial"}).status_code == 302
    seat = Enrollment.objects.get(student=student)
    assert seat.enrollment_type == "trial"
    assert "Stay after the trial" in words_of(page.get(f"/batches/{batch.pk}/"))
    assert page.post(f"/enrollments/{seat.pk}/convert/").status_code == 302
    seat.refresh_from_db()
    assert seat.enrollment_type == "batch"
    page.post(f"/enrollments/{seat.pk}/cancel/")
    assert "Trial of" not in words_of(page.get(url))
