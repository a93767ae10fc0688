"""Waitlists on pages: the tab of the batch, a student's place, and the offer behind its link."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muster.enrollments.models import Enrollment, WaitlistEntry
from muster.enrollments.offers import key_of
from muster.enrollments.rules import cancel_enrollment, join_waitlist
from muster.institutions.models import Institution, Membership, Role
from tests.make import Campus
from tests.pages import Browser, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus():
    return Campus.found().let(waitlist_mode="offer")


@pytest.fixture
def batch(campus):
    return campus.full_batch(code="PY-1", name="Python")[0]


def waits(campus, batch, name="", **fields):
    return join_waitlist(by=campus.admin, student=campus.student(name), batch=batch, **fields)


def offered(campus, batch, name="Ada Offered"):
    """A place to which the seat of the batch is offered."""
    place = waits(campus, batch, name)
    cancel_enrollment(by=campus.admin, enrollment=batch.enrollments.get(status="active"))
    place.refresh_from_db()
    return place


def test_the_tab_shows_the_line_in_its_order_and_what_became_of_offers(campus, batch):
    place = offered(campus, batch)
    waits(campus, batch, "Ben Second")
    waits(campus, batch, "Cleo First", priority=4)
    browser = Browser(campus)
    path = f"/batches/{batch.pk}/waitlist/"
    words = words_of(browser.get(path))
    assert words.index("Ada Offered") < words.index("Cleo First") < words.index("Ben Second")
    assert "1 of them is held for an open offer" in words
    assert "47 hours left, until" in words
    declined = browser.client.post(f"/waitlist/{place.pk}/decline/", follow=True)
    assert "The offer to Ada Offered was declined." in words_of(declined)
    words = words_of(browser.get(path))
    assert "Ada Offered" not in words
    assert "Ada Offered" in words_of(browser.get(path, {"shown": "earlier"}))
    assert browser.get(path, {"export": "csv"}).status_code == 200


def test_the_tab_says_why_a_line_stands_still(campus):
    campus.institution.seat_buffer_percent = 50
    campus.institution.save()
    batch = campus.batch(capacity=2)
    campus.enroll(batch)
    waits(campus, batch)
    words = words_of(Browser(campus).get(f"/batches/{batch.pk}/waitlist/"))
    assert "1 free seat is kept back for transfers and repeats" in words
    assert "No one is waiting" in words_of(Browser(campus).get(f"/batches/{campus.batch().pk}/waitlist/"))


def test_a_large_line_comes_in_pages_and_costs_no_more_statements(campus, batch):
    browser, path, costs = Browser(campus), f"/batches/{batch.pk}/waitlist/", []
    browser.get(path)
    for number in (1, 59):
        for _each in range(number):
            waits(campus, batch)
        with CaptureQueriesContext(connection) as sent:
            words = words_of(browser.get(path))
        costs.append(len(sent))
    assert "60 students" in words
    assert costs[0] == costs[1]


def test_staff_gives_priority_and_removes_and_takes_it_back(campus, batch):
    place = waits(campus, batch)
    browser = Browser(campus)
    path = f"/waitlist/{place.pk}/priority/"
    assert browser.post(path, {"priority": "12"}).status_code == 400
    assert browser.post(path, {"priority": "7"}).status_code == 302
    place.refresh_from_db()
    assert place.priority == 7
    assert browser.post(f"/waitlist/{place.pk}/leave/").status_code == 302
    assert browser.post(path, {"priority": "1"}).status_code == 400


def test_students_who_are_enrolled_when_the_batch_is_full_join_the_line(campus, batch):
    students = [campus.student("Dora"), campus.student("Emil")]
    browser, path = Browser(campus), f"/batches/{batch.pk}/students/enroll/"
    sent = {"student": [str(one.pk) for one in students], "enrollment_type": "batch"}
    refused = browser.post(path, sent)
    assert (refused.status_code, "is full" in words_of(refused)) == (400, True)
    done = browser.client.post(path, {**sent, "join_waitlist": "on"}, follow=True)
    assert "2 students joined the waitlist." in words_of(done)
    assert WaitlistEntry.objects.waiting().count() == 2


def test_a_student_joins_sees_their_place_and_leaves(campus, batch):
    waits(campus, batch)
    student = campus.student()
    browser = Browser(campus, student)
    assert "Join waitlist" in words_of(browser.get(f"/batches/{batch.pk}/"))
    full = browser.post(f"/batches/{batch.pk}/enroll/")
    assert (full.status_code, "Join waitlist" in words_of(full)) == (400, True)
    path = f"/batches/{batch.pk}/waitlist/join/"
    assert "1 student is waiting." in words_of(browser.get(path))
    done = browser.client.post(path, follow=True)
    assert "number 2 in line" in words_of(done)
    assert "Number 2 in line" in words_of(browser.get(f"/batches/{batch.pk}/"))
    assert "Number 2 in line" in words_of(browser.get("/"))
    assert browser.post(path).status_code == 400
    place = WaitlistEntry.objects.get(student=student)
    assert browser.post(f"/waitlist/{place.pk}/leave/").status_code == 302
    assert "Number 2 in line" not in words_of(browser.get("/"))


def test_an_offer_is_accepted_by_its_link_without_signing_in_and_never_by_opening_it(campus, batch):
    place = offered(campus, batch)
    path = f"/offers/{key_of(place)}/"
    assert path in Browser(campus, place.student).get("/").content.decode()
    client = Client()
    page = client.get(path)
    assert (page.status_code, "For Ada Offered" in words_of(page)) == (200, True)
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("same-origin", "private, no-store")
    assert client.get(path, {"answer": "accept"}).status_code == 200
    assert not Enrollment.objects.filter(student=place.student).exists()
    assert client.post(path, {"answer": "accept"}).status_code == 302
    assert "You have a seat in Python" in words_of(client.get(path))
    assert Enrollment.objects.get(student=place.student).status == "active"


def test_the_link_of_an_offer_needs_the_token_of_its_page(campus, batch):
    place = offered(campus, batch)
    client = Client(enforce_csrf_checks=True)
    path = f"/offers/{key_of(place)}/"
    assert client.post(path, {"answer": "accept"}).status_code == 403
    token = client.get(path).context["csrf_token"]
    assert client.post(path, {"answer": "decline", "csrfmiddlewaretoken": str(token)}).status_code == 302
    place.refresh_from_db()
    assert place.status == "declined"


def test_an_offer_that_is_over_says_so(campus, batch):
    place = offered(campus, batch)
    path, client = f"/offers/{key_of(place)}/", Client()
    assert client.post(path, {"answer": "decline"}).status_code == 302
    over = client.get(path)
    assert (over.status_code, "You declined the seat in Python" in words_of(over)) == (410, True)
    assert client.post(path, {"answer": "accept"}).status_code == 410
    assert client.get("/offers/nonsense/").status_code == 410


def test_an_offer_names_the_seat_that_is_left_for_it(campus):
    course = campus.course()
    batch = campus.batch(capacity=1, course=course, name="Mornings")
    seat = campus.enroll(batch)
    other = campus.enroll(campus.batch(course=course, name="Evenings"))
    place = join_waitlist(by=campus.admin, student=other.student, batch=batch)
    cancel_enrollment(by=campus.admin, enrollment=seat)
    place.refresh_from_db()
    assert "The seat in Evenings ends today" in words_of(Client().get(f"/offers/{key_of(place)}/"))


def test_of_a_list_whoever_has_an_offer_gets_the_seat_after_a_newcomer_got_none(campus, batch):
    place, newcomer = offered(campus, batch), campus.student("Nia New")
    sent = {"student": [str(newcomer.pk), str(place.student_id)], "enrollment_type": "batch"}
    refused = Browser(campus).post(f"/batches/{batch.pk}/students/enroll/", sent)
    assert (refused.status_code, "1 student enrolled, 1 refused" in words_of(refused)) == (400, True)
    assert Enrollment.objects.holding_seats().get(batch=batch).student_id == place.student_id


def test_who_manages_something_else_enrolls_and_waits_as_any_student(campus):
    Institution.objects.filter(pk=campus.institution.pk).update(seat_buffer_percent=50)
    student = campus.student()
    Membership.objects.create(
        institution=campus.institution, user=student, role=Role.DEPT_ADMIN, department=campus.department()
    )
    batch, browser = campus.batch(capacity=1), Browser(campus, student)
    assert browser.post(f"/batches/{batch.pk}/enroll/").status_code == 400
    assert browser.post(f"/batches/{batch.pk}/waitlist/join/").status_code == 302
    assert (batch.enrollments.count(), batch.waitlist.get().student_id) == (0, student.pk)
